//! `FrameInfo`: physical address and size of a frame.

use weft_abi::{Kind, Rights};
use weft_hal::{Arch, Context};

use crate::Core;
use crate::object::ThreadRef;
use crate::state::{Next, Outcome};

pub(super) fn run<A: Arch>(core: &mut Core<A>, thread: ThreadRef<A>) -> Outcome<A> {
    let frame = core.expect(
        thread,
        thread.context.argument(0),
        Kind::Frame,
        Rights::empty(),
    )?;
    let home = core.home();
    let tag = frame.tag.get(home);
    let physical = if tag.rights().contains(Rights::PHYS) {
        frame.object.get(home)
    } else {
        0
    };
    thread.context.set_argument(1, physical);
    thread.context.set_argument(2, u64::from(tag.size()));
    Ok(Next::Caller)
}
