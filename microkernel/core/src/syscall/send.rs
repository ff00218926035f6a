//! `Send`: sends a message; blocks until it is received.

use weft_hal::Arch;

use crate::Core;
use crate::ipc::Sending;
use crate::object::ThreadRef;
use crate::state::Outcome;

pub(super) fn run<A: Arch>(core: &mut Core<A>, thread: ThreadRef<A>) -> Outcome<A> {
    core.send(thread, Sending::Send)
}
