//! `Yield`: lets other threads of the same priority run.

use weft_hal::Arch;

use crate::sched::End;
use crate::object::ThreadRef;
use crate::state::{Next, Outcome};
use crate::Core;

pub(super) fn run<A: Arch>(core: &mut Core<A>, thread: ThreadRef<A>) -> Outcome<A> {
    core.enqueue(thread, End::Back);
    Ok(Next::Caller)
}
