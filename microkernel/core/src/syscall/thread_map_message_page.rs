//! `ThreadMapMessagePage`: maps a thread's message page into a space.

use weft_hal::{Arch, Context, VirtAddr};

use crate::Core;
use crate::object::ThreadRef;
use crate::state::Outcome;

pub(super) fn run<A: Arch>(core: &mut Core<A>, thread: ThreadRef<A>) -> Outcome<A> {
    let target = core.thread_argument(thread)?;
    let space = core.space_argument(thread, 1)?;
    let address = VirtAddr(thread.context.argument(2));
    let mapped = core.map_message_page(target, space, address);
    core.mapped(thread, mapped)
}
