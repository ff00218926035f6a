//! `SpaceUnmapMany`: removes the mappings made through frame capabilities in consecutive slots.
//!
//! Interrupted and ended early as `SpaceMapMany`.

use weft_hal::{Arch, Context};

use crate::Core;
use crate::object::ThreadRef;
use crate::state::Outcome;

/// Where it stands how many pages are done.
const DONE: usize = 2;

pub(super) fn run<A: Arch>(core: &mut Core<A>, thread: ThreadRef<A>) -> Outcome<A> {
    let part = core.part_argument(thread, 1, DONE)?;
    let first = core.frames_argument(thread, thread.context.argument(0), part.count)?;
    core.along_frames(thread, first, part, |core, frame, done| {
        core.check_frame(frame)?;
        core.unmap_run(frame, part.count.wrapping_sub(done))
    })
}
