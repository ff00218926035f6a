//! `SchedConfigure`: sets priority, budget and period.

use weft_abi::{Kind, Refusal, Rights};
use weft_hal::{Arch, Context, Nanoseconds};
use weft_store::Ref;

use crate::Core;
use crate::object::{SchedContext, ThreadRef};
use crate::sched::End;
use crate::state::{Next, Outcome};

/// The shortest budget, in ns: less would be spent on switching.
const SHORTEST: u64 = 10_000;
/// The longest period, in ns: an hour.
const LONGEST: u64 = 3_600_000_000_000;

pub(super) fn run<A: Arch>(core: &mut Core<A>, thread: ThreadRef<A>) -> Outcome<A> {
    let argument = |index| thread.context.argument(index);
    let control = core.expect(thread, argument(0), Kind::SchedControl, Rights::WRITE)?;
    let sched: Ref<SchedContext<A>> =
        core.object(thread, argument(1), Kind::SchedContext, Rights::WRITE)?;
    let home = core.home();
    let (priority, budget, period) = (argument(2), argument(3), argument(4));
    if priority > control.badge.get(home) {
        return Err(Refusal::NotPermitted);
    }
    if !(SHORTEST..=LONGEST).contains(&budget) || !(budget..=LONGEST).contains(&period) {
        return Err(Refusal::OutOfRange);
    }
    // Charging may put the running thread into a queue, which must not be that of the old priority.
    core.charge_now();
    let user = sched.user.get(home);
    if let Some(user) = user {
        core.dequeue(user);
    }
    core.unthrottle(sched);
    sched.set_priority(home, priority as u8);
    sched.budget.set(home, Nanoseconds(budget));
    sched.period.set(home, Nanoseconds(period));
    sched.remaining.set(home, Nanoseconds(budget));
    let refill_at = if budget == period {
        Nanoseconds::NEVER
    } else {
        core.arch.now().after(Nanoseconds(period))
    };
    sched.refill_at.set(home, refill_at);
    if let Some(user) = user
        && core.sched.current != Some(user)
    {
        core.enqueue(user, End::Back);
    }
    // A caller that changes its own budget simply goes on, so nothing else would set the timer.
    core.set_timer();
    Ok(Next::Caller)
}
