//! `ThreadSuspend`: stops a thread wherever it is.

use weft_abi::Refusal;
use weft_hal::Arch;

use crate::Core;
use crate::object::ThreadRef;
use crate::state::{Next, Outcome};

pub(super) fn run<A: Arch>(core: &mut Core<A>, thread: ThreadRef<A>) -> Outcome<A> {
    let target = core.thread_argument(thread)?;
    if !core.call_back(target) {
        return Ok(Next::Repeat);
    }
    core.suspend(target, Refusal::Cancelled);
    Ok(Next::Caller)
}
