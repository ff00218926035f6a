//! `ThreadConfigure`: sets CSpace, address space and the endpoints that faults and timeouts are told to.

use weft_abi::{Kind, Refusal, Rights};
use weft_hal::{Arch, Context};
use weft_store::Ref;

use crate::Core;
use crate::object::{Blocked, SlotRef, Thread, ThreadRef, ThreadSlot};
use crate::state::{Next, Outcome};

pub(super) fn run<A: Arch>(core: &mut Core<A>, thread: ThreadRef<A>) -> Outcome<A> {
    let argument = |index| thread.context.argument(index);
    let target: Ref<Thread<A>> = core.thread_argument(thread)?;
    if target.state.get(core.home()) != Blocked::Suspended {
        return Err(Refusal::Busy);
    }
    // A thread may use all that is in them, so the right to look at them is not enough.
    let cspace = core.expect(thread, argument(1), Kind::CNode, Rights::WRITE)?;
    let space = core.expect(thread, argument(2), Kind::AddressSpace, Rights::WRITE)?;
    let endpoint = |cptr| match cptr {
        0 => Ok(None),
        cptr => core
            .expect(thread, cptr, Kind::Endpoint, Rights::WRITE)
            .map(Some),
    };
    let (fault, timeout) = (endpoint(argument(3))?, endpoint(argument(4))?);
    bind(core, target, ThreadSlot::CSpace, Some(cspace))?;
    bind(core, target, ThreadSlot::Space, Some(space))?;
    bind(core, target, ThreadSlot::Fault, fault)?;
    bind(core, target, ThreadSlot::Timeout, timeout)?;
    core.note_bindings(target);
    // Whoever was told of the thread's faults before may be told that it is gone.
    Ok(Next::Caller)
}

fn bind<A: Arch>(
    core: &mut Core<A>,
    target: ThreadRef<A>,
    which: ThreadSlot,
    from: Option<SlotRef>,
) -> Result<(), Refusal> {
    let slot = target.part(|target| target.slot(which));
    if !slot.is_empty(core.home()) {
        core.unbind_slot(slot);
    }
    match from {
        Some(from) => core.copy_into(from, slot, Rights::all()),
        None => Ok(()),
    }
}
