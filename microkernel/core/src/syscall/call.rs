//! `Call`: sends a message and waits for the answer.

use weft_hal::Arch;

use crate::Core;
use crate::ipc::Sending;
use crate::object::ThreadRef;
use crate::state::Outcome;

pub(super) fn run<A: Arch>(core: &mut Core<A>, thread: ThreadRef<A>) -> Outcome<A> {
    core.send(thread, Sending::Call)
}
