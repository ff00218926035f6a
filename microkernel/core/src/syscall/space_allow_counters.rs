//! `SpaceAllowCounters`: lets the threads of an address space read the processor's counters.
//!
//! Counters tell programs of each other's doings (timing of caches, of branches), so whoever divides the core's time says who
//! may read them: a capability to the space or to a thread is not enough. It is said while there is no other
//! capability to the space, so that no thread has it: what threads remember of their space stays true.

use weft_abi::{Kind, Refusal, Rights};
use weft_hal::{Arch, Context, Counters};
use weft_store::Ref;

use crate::Core;
use crate::object::{AddressSpace, ThreadRef};
use crate::state::{Next, Outcome};

pub(super) fn run<A: Arch>(core: &mut Core<A>, thread: ThreadRef<A>) -> Outcome<A> {
    let argument = |index| thread.context.argument(index);
    core.expect(thread, argument(0), Kind::SchedControl, Rights::WRITE)?;
    let slot = core.expect(thread, argument(1), Kind::AddressSpace, Rights::WRITE)?;
    let home = core.home();
    // A thread that has the space has a copy of its capability.
    let only = slot.tag.get(home).is_original() && slot.child.get(home).is_none();
    if !only {
        return Err(Refusal::Busy);
    }
    let space: Ref<AddressSpace> = Ref::from_slot(slot.object.get(home));
    space.counters.set(home, Counters::Open);
    Ok(Next::Caller)
}
