//! `Yield`: lets other threads of the same priority run.

use weft_hal::Arch;

use crate::Core;
use crate::object::ThreadRef;
use crate::sched::End;
use crate::state::{Next, Outcome};

pub(super) fn run<A: Arch>(core: &mut Core<A>, thread: ThreadRef<A>) -> Outcome<A> {
    core.enqueue(thread, End::Back);
    Ok(Next::Caller)
}
