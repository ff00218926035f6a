//! `Clock`: reads the monotonic clock.

use weft_hal::{Arch, Context};

use crate::Core;
use crate::object::ThreadRef;
use crate::state::{Next, Outcome};

pub(super) fn run<A: Arch>(core: &mut Core<A>, thread: ThreadRef<A>) -> Outcome<A> {
    thread.context.set_argument(1, core.arch.now().0);
    Ok(Next::Caller)
}
