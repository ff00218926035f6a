//! `SpaceAllowCounters`: lets the threads of an address space read the processor's counters.
//!
//! Counters tell programs of each other's doings (timing of caches, of branches), so whoever divides the core's time says who
//! may read them: a capability to the space or to a thread is not enough. It is said before the space has threads, so that what
//! threads remember of their space stays true.

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
    let space: Ref<AddressSpace> = Ref::from_slot(slot.object.get(home));
    if space.in_use.get(home) {
        return Err(Refusal::Busy);
    }
    space.counters.set(home, Counters::Open);
    Ok(Next::Caller)
}
