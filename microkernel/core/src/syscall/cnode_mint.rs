//! `CNodeMint`: derives a capability with a badge.

use weft_hal::{Arch, Context};

use crate::Core;
use crate::cspace::Mint;
use crate::object::ThreadRef;
use crate::state::{Next, Outcome};

pub(super) fn run<A: Arch>(core: &mut Core<A>, thread: ThreadRef<A>) -> Outcome<A> {
    let to = core.empty_slot_argument(thread, 0, 1)?;
    let from = core.named_used(thread, 2)?;
    let rights = core.rights_argument(thread, 4)?;
    core.derive(from, to, rights, Mint::Badge(thread.context.argument(5)))?;
    Ok(Next::Done)
}
