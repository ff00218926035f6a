//! `SchedSetCeiling`: sets the priority that a thread runs at least at.

use weft_abi::deadlines::DEADLINE_PRIORITY;
use weft_abi::{Kind, Refusal, Rights};
use weft_hal::{Arch, Context};

use crate::Core;
use crate::object::ThreadRef;
use crate::sched::End;
use crate::state::{Next, Outcome};

pub(super) fn run<A: Arch>(core: &mut Core<A>, thread: ThreadRef<A>) -> Outcome<A> {
    let argument = |index| thread.context.argument(index);
    let control = core.expect(thread, argument(0), Kind::SchedControl, Rights::WRITE)?;
    let target: ThreadRef<A> = core.object(thread, argument(1), Kind::Thread, Rights::WRITE)?;
    let home = core.home();
    let ceiling = argument(2);
    if ceiling > control.badge.get(home) {
        return Err(Refusal::NotPermitted);
    }
    if ceiling == u64::from(DEADLINE_PRIORITY) {
        return Err(Refusal::InvalidArgument);
    }
    core.expect_at_home(Some(target))?;
    core.dequeue(target);
    target.set_ceiling(home, ceiling as u8);
    if core.sched.current != Some(target) {
        core.enqueue(target, End::Back);
    }
    Ok(Next::Caller)
}
