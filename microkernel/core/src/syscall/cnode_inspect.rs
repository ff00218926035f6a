//! `CNodeInspect`: describes a slot.

use weft_abi::Rights;
use weft_hal::{Arch, Context};

use crate::Core;
use crate::object::ThreadRef;
use crate::state::{Next, Outcome};

pub(super) fn run<A: Arch>(core: &mut Core<A>, thread: ThreadRef<A>) -> Outcome<A> {
    let slot = core.named_slot(thread, 0, Rights::READ)?;
    let home = core.home();
    let tag = slot.tag.get(home);
    let kind = tag.kind().map_or(0, |kind| kind as u64);
    let rights = u64::from(tag.rights().bits()) << 8;
    let original = u64::from(tag.is_original()) << 16;
    let untold = u64::from(tag.is_untold()) << 17;
    // The links of what is untold are others.
    let has_copies = tag.is_session() && !tag.is_untold() && slot.child.get(home).is_some();
    let copied = u64::from(has_copies) << 18;
    thread
        .context
        .set_argument(1, kind | rights | original | untold | copied);
    thread.context.set_argument(2, core.visible_badge(slot));
    thread.context.set_argument(3, core.identity(slot));
    Ok(Next::Caller)
}
