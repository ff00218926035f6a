//! `SpaceUnmapMany`: removes the mappings made through frame capabilities in consecutive slots.
//!
//! Interrupted and ended early as `SpaceMapMany`. Those in spaces of other cores are removed there, all of them with one
//! interrupt; the caller passes by these cores before it goes on, so that none is left then.

use weft_hal::{Arch, Context};

use crate::Core;
use crate::object::ThreadRef;
use crate::state::{Next, Outcome};

/// Where it stands how many pages are done.
const DONE: usize = 2;

pub(super) fn run<A: Arch>(core: &mut Core<A>, thread: ThreadRef<A>) -> Outcome<A> {
    let part = core.part_argument(thread, 1, DONE)?;
    let first = core.frames_argument(thread, thread.context.argument(0), part.count)?;
    let next = core.along_frames(thread, first, part, |core, frame, done| {
        core.check_frame(frame)?;
        let left = part.count.wrapping_sub(done);
        let Some(other) = core.mapped_beyond(frame)? else {
            if core.has_sent_out() {
                let cores = core.cores_of_frame(frame);
                core.can_wait_for(thread, cores)?;
                if cores != 0 {
                    core.pass_by(thread, core.id());
                }
            }
            return core.unmap_run(frame, left);
        };
        if thread.own_sched.get(core.home()).is_none() {
            return Err(core.is_nowhere());
        }
        core.pass_by(thread, other);
        Ok(core.unmap_far(frame, left, other))
    });
    if matches!(next, Ok(Next::Caller)) {
        thread.context.set_status(0);
        if core.sets_out(thread) {
            return Ok(Next::Blocked);
        }
    }
    next
}
