//! `SchedSetDeadline`: lets a scheduling context run by deadlines.

use weft_abi::deadlines::DEADLINE_PRIORITY;
use weft_abi::{Kind, Refusal, Rights};
use weft_hal::{Arch, Context, Nanoseconds};
use weft_store::Ref;

use crate::Core;
use crate::object::{SchedContext, ThreadRef};
use crate::state::Outcome;

use super::sched_configure::{self, LONGEST, Settings};

pub(super) fn run<A: Arch>(core: &mut Core<A>, thread: ThreadRef<A>) -> Outcome<A> {
    let argument = |index| thread.context.argument(index);
    let control = core.expect(thread, argument(0), Kind::SchedControl, Rights::WRITE)?;
    let sched: Ref<SchedContext<A>> =
        core.object(thread, argument(1), Kind::SchedContext, Rights::WRITE)?;
    if u64::from(DEADLINE_PRIORITY) > control.badge.get(core.home()) {
        return Err(Refusal::NotPermitted);
    }
    if argument(4) > LONGEST {
        return Err(Refusal::OutOfRange);
    }
    let settings = Settings {
        priority: DEADLINE_PRIORITY,
        budget: Nanoseconds(argument(2)),
        period: Nanoseconds(argument(3)),
        blocking: Nanoseconds(argument(4)),
    };
    sched_configure::set(core, sched, settings)
}
