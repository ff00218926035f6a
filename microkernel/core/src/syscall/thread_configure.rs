//! `ThreadConfigure`: sets CSpace, address space, the endpoints that faults and timeouts are told to, and what of the
//! processor the thread may use.

use core::sync::atomic::{Ordering, fence};

use weft_abi::syscall::ThreadUses;
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
    let timeout = match argument(4) {
        0 => None,
        cptr => Some(core.expect(thread, cptr, Kind::Endpoint, Rights::WRITE)?),
    };
    let fault = core.fault_endpoint_argument(thread, argument(3))?;
    let may_use = ThreadUses::from_bits(argument(5)).ok_or(Refusal::InvalidArgument)?;
    let home = core.home();
    if core.far_endpoint(target).is_some() {
        // Only its core could take it out.
        return Err(Refusal::Busy);
    }
    // Another core may have emptied its slots.
    fence(Ordering::Acquire);
    bind(core, target, ThreadSlot::CSpace, cspace)?;
    bind(core, target, ThreadSlot::Space, space)?;
    let told_of_timeouts = bind_endpoint(core, target, ThreadSlot::Timeout, timeout)?;
    let told_of_faults = bind_endpoint(core, target, ThreadSlot::Fault, fault.near())?;
    leave_session(core, told_of_timeouts);
    leave_session(core, told_of_faults);
    core.note_bindings(target);
    // What another program left in the registers is not for this one.
    core.arch.forget(&target.context);
    let kept = may_use.contains(ThreadUses::VECTORS);
    target.context.set_vectors(kept.then_some(&target.vectors));
    match fault {
        FaultEndpoint::Far(slot) => {
            let core_of_it = slot.tag.get(home).home();
            Err(core.is_elsewhere(core_of_it, Some(slot)))
        }
        _ => Ok(Next::Caller),
    }
}

/// Whoever was told of the thread's faults before may be told that it is gone, but not if the thread has it still.
#[inline(always)]
fn leave_session<A: Arch>(core: &mut Core<A>, session: Option<SlotRef>) {
    if let Some(session) = session
        && session.child.get(core.home()).is_none()
    {
        core.client_gone(session);
    }
}

/// Where a thread's faults are to be told.
enum FaultEndpoint {
    None,
    /// At an endpoint of its core.
    Near(SlotRef),
    /// At one of another core.
    Far(SlotRef),
}

impl FaultEndpoint {
    fn near(&self) -> Option<SlotRef> {
        match self {
            Self::Near(slot) => Some(*slot),
            _ => None,
        }
    }
}

impl<A: Arch> Core<A> {
    fn fault_endpoint_argument(
        &self,
        thread: ThreadRef<A>,
        cptr: u64,
    ) -> Result<FaultEndpoint, Refusal> {
        if cptr == 0 {
            return Ok(FaultEndpoint::None);
        }
        let slot = self.lookup(thread, cptr)?;
        let tag = slot.tag.get(self.home());
        if tag.kind() != Some(Kind::Endpoint) || self.is_near(tag) {
            let near = self.expect(thread, cptr, Kind::Endpoint, Rights::WRITE)?;
            return Ok(FaultEndpoint::Near(near));
        }
        if !tag.rights().contains(Rights::WRITE) {
            return Err(Refusal::NotPermitted);
        }
        // Who has no time of its own cannot go where it is.
        match thread.own_sched.get(self.home()) {
            Some(_) => Ok(FaultEndpoint::Far(slot)),
            None => Err(self.is_nowhere()),
        }
    }
}

/// Puts a copy into a slot of a thread, or empties it.
fn bind<A: Arch>(
    core: &mut Core<A>,
    target: ThreadRef<A>,
    which: ThreadSlot,
    from: SlotRef,
) -> Result<(), Refusal> {
    let slot = target.part(|target| target.slot(which));
    if !slot.is_empty(core.home()) {
        core.unbind_slot(slot);
    }
    core.copy_into(from, slot, Rights::all())
}

/// As `bind`, of an endpoint, if there is any. Gives the capability of which the last copy was there before.
#[inline(always)]
fn bind_endpoint<A: Arch>(
    core: &mut Core<A>,
    target: ThreadRef<A>,
    which: ThreadSlot,
    from: Option<SlotRef>,
) -> Result<Option<SlotRef>, Refusal> {
    if from.is_none() && target.slot(which).is_empty(core.home()) {
        return Ok(None);
    }
    change_endpoint(core, target, which, from)
}

#[inline(never)]
fn change_endpoint<A: Arch>(
    core: &mut Core<A>,
    target: ThreadRef<A>,
    which: ThreadSlot,
    from: Option<SlotRef>,
) -> Result<Option<SlotRef>, Refusal> {
    let slot = target.part(|target| target.slot(which));
    let bereft = if slot.is_empty(core.home()) {
        None
    } else {
        core.take_out(slot)
    };
    if let Some(from) = from {
        core.copy_into(from, slot, Rights::all())?;
    }
    Ok(bereft)
}
