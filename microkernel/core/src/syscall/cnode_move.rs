//! `CNodeMove`: moves a capability with its place in the derivation.

use weft_hal::Arch;

use crate::Core;
use crate::object::ThreadRef;
use crate::state::{Next, Outcome};

pub(super) fn run<A: Arch>(core: &mut Core<A>, thread: ThreadRef<A>) -> Outcome<A> {
    let to = core.empty_slot_argument(thread, 0, 1)?;
    let from = core.named_used(thread, 2)?;
    core.move_if_settled(from, to)?;
    Ok(Next::Done)
}
