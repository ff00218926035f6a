//! `SpaceUnmap`: removes the mapping made through a frame capability.

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
        Rights::READ,
    )?;
    if let Some(other) = core.mapped_beyond(frame)? {
        return Err(core.is_elsewhere(other, Some(frame)));
    }
    if core.has_sent_out() {
        core.can_wait_for(thread, core.cores_of_frame(frame))?;
    }
    match core.unmap_frame(frame)? {
        (word, cores @ 1..) => {
            core.unmap_round(frame, word, cores);
            Ok(core.waits_for_round(thread))
        }
        _ => Ok(Next::Done),
    }
}
