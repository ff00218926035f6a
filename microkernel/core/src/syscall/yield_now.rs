//! `Yield`: lets other threads of the same priority run. A thread with deadlines has done its work of this period.

use weft_hal::Arch;

use crate::Core;
use crate::object::ThreadRef;
use crate::sched::End;
use crate::state::{Next, Outcome};

pub(super) fn run<A: Arch>(core: &mut Core<A>, thread: ThreadRef<A>) -> Outcome<A> {
    let home = core.home();
    match thread.sched.get(home) {
        Some(sched) if sched.has_deadlines(home) && thread.lent_by.get(home).is_none() => {
            core.charge_now();
            core.exhausted(sched);
        }
        _ => core.enqueue(thread, End::Back),
    }
    Ok(Next::Caller)
}
