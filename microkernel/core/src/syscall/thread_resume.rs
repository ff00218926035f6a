//! `ThreadResume`: makes a stopped thread run.

use weft_abi::Refusal;
use weft_hal::Arch;

use crate::Core;
use crate::object::{Blocked, ThreadRef};
use crate::state::{Next, Outcome};

pub(super) fn run<A: Arch>(core: &mut Core<A>, thread: ThreadRef<A>) -> Outcome<A> {
    let target = core.thread_argument(thread)?;
    let home = core.home();
    if !matches!(
        target.state.get(home),
        Blocked::Suspended | Blocked::Faulted
    ) {
        return Err(Refusal::Busy);
    }
    if target.cspace.is_empty(home) || target.space.is_empty(home) {
        return Err(Refusal::NotConfigured);
    }
    core.make_ready(target);
    Ok(Next::Caller)
}
