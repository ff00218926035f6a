//! `SpaceUnmapMany`: removes the mappings made through frame capabilities in consecutive slots.
//!
//! Interrupted and ended early as `SpaceMapMany`.

use weft_hal::{Arch, Context};

use crate::Core;
use crate::object::ThreadRef;
use crate::state::{Next, Outcome};

/// Where it stands how many pages are done.
const DONE: usize = 2;

pub(super) fn run<A: Arch>(core: &mut Core<A>, thread: ThreadRef<A>) -> Outcome<A> {
    let (count, mut done) = core.part_argument(thread, 1, DONE)?;
    let first = core.frames_argument(thread, thread.context.argument(0), count)?;
    while done < count {
        let Some(frame) = core.nth(first.address(), done) else {
            break;
        };
        let left = count.wrapping_sub(done);
        let unmapped = core.check_frame(frame);
        match unmapped.and_then(|()| core.unmap_run(frame, left)) {
            Ok(unmapped) => done = done.wrapping_add(unmapped),
            Err(_) if done > 0 => break,
            Err(refusal) => return Err(refusal),
        }
        if done < count && core.arch.interrupt_pending() {
            thread.context.set_argument(DONE, done);
            return Ok(Next::Repeat);
        }
    }
    thread.context.set_argument(1, done);
    Ok(Next::Caller)
}
