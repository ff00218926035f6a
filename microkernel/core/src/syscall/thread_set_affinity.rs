//! `ThreadSetAffinity`: says whether a thread may run on another core than its own.

use weft_abi::{Kind, Rights};
use weft_hal::Arch;

use crate::Core;
use crate::object::ThreadRef;
use crate::state::{Next, Outcome};

pub(super) fn run<A: Arch>(core: &mut Core<A>, thread: ThreadRef<A>) -> Outcome<A> {
    let control = core.expect_argument(thread, 0, Kind::SchedControl, Rights::WRITE)?;
    let limit = control.badge.get(core.home());
    let own = core.id();
    core.set_affinity(thread, own, limit)?;
    Ok(Next::Caller)
}
