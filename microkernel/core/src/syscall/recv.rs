//! `Recv`: waits for a message or a signal.

use weft_hal::Arch;

use crate::Core;
use crate::object::ThreadRef;
use crate::state::Outcome;

pub(super) fn run<A: Arch>(core: &mut Core<A>, thread: ThreadRef<A>) -> Outcome<A> {
    let from = core.receiving(thread)?;
    core.free_for_receive(from.reply)?;
    Ok(core.receive(thread, from))
}
