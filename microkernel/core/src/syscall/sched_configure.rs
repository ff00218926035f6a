//! `SchedConfigure`: sets priority, budget and period.

use weft_abi::deadlines::DEADLINE_PRIORITY;
use weft_abi::{Kind, Refusal, Rights};
use weft_hal::{Arch, Context, Nanoseconds};
use weft_store::{Home, Ref};

use crate::Core;
use crate::object::{SchedContext, ThreadRef};
use crate::sched::End;
use crate::state::{Next, Outcome};

/// The shortest budget, in ns: less would be spent on switching.
const SHORTEST: u64 = 10_000;
/// The longest period, in ns: an hour.
pub(super) const LONGEST: u64 = 3_600_000_000_000;

/// What a scheduling context can be set to.
#[derive(Clone, Copy)]
pub(super) struct Settings {
    pub(super) priority: u8,
    pub(super) budget: Nanoseconds,
    pub(super) period: Nanoseconds,
    /// For contexts with deadlines: the longest that others keep the processor from it.
    pub(super) blocking: Nanoseconds,
}

impl Settings {
    fn of<A: Arch>(home: Home, sched: &SchedContext<A>) -> Self {
        Self {
            priority: sched.priority.get(home),
            budget: sched.budget.get(home),
            period: sched.period.get(home),
            blocking: sched.blocking.get(home),
        }
    }

    fn apply<A: Arch>(self, home: Home, sched: &SchedContext<A>) {
        sched.set_priority(home, self.priority);
        sched.budget.set(home, self.budget);
        sched.period.set(home, self.period);
        sched.blocking.set(home, self.blocking);
    }
}

pub(super) fn run<A: Arch>(core: &mut Core<A>, thread: ThreadRef<A>) -> Outcome<A> {
    let argument = |index| thread.context.argument(index);
    let control = core.expect(thread, argument(0), Kind::SchedControl, Rights::WRITE)?;
    let sched: Ref<SchedContext<A>> =
        core.object(thread, argument(1), Kind::SchedContext, Rights::WRITE)?;
    let priority = argument(2);
    if priority > control.badge.get(core.home()) {
        return Err(Refusal::NotPermitted);
    }
    let settings = Settings {
        priority: priority as u8,
        budget: Nanoseconds(argument(3)),
        period: Nanoseconds(argument(4)),
        blocking: Nanoseconds(0),
    };
    if settings.priority == DEADLINE_PRIORITY {
        return Err(Refusal::InvalidArgument);
    }
    set(core, sched, settings)
}

/// Sets what a context allows, from now on.
pub(super) fn set<A: Arch>(
    core: &mut Core<A>,
    sched: Ref<SchedContext<A>>,
    settings: Settings,
) -> Outcome<A> {
    let home = core.home();
    let Settings { budget, period, .. } = settings;
    if !(SHORTEST..=LONGEST).contains(&budget.0) || !(budget.0..=LONGEST).contains(&period.0) {
        return Err(Refusal::OutOfRange);
    }
    core.expect_at_home(sched.owner.get(home))?;
    // Charging may put the running thread into a queue, which must not be that of the old priority.
    core.charge_now();
    core.dismiss(sched);
    let before = Settings::of(home, &sched);
    settings.apply(home, &sched);
    if sched.has_deadlines(home) && !core.admit(sched) {
        before.apply(home, &sched);
        core.count_admitted(sched);
        return Err(Refusal::Overloaded);
    }
    let user = sched.user.get(home);
    if let Some(user) = user {
        core.dequeue(user);
    }
    begin(core, sched);
    if let Some(user) = user
        && core.sched.current != Some(user)
    {
        core.enqueue(user, End::Back);
    }
    // A caller that changes its own budget simply goes on, so nothing else would set the timer.
    core.set_timer();
    Ok(Next::Caller)
}

/// A context begins its first period with new settings.
fn begin<A: Arch>(core: &mut Core<A>, sched: Ref<SchedContext<A>>) {
    let home = core.home();
    core.unthrottle(sched);
    let (budget, period) = (sched.budget.get(home), sched.period.get(home));
    sched.remaining.set(home, Nanoseconds(0));
    sched.left(home).set(home, budget);
    let refill_at = if budget == period {
        Nanoseconds::NEVER
    } else {
        core.arch.now().after(period)
    };
    sched.refill_at.set(home, refill_at);
    sched.paused.set(home, true);
    sched.debt.set(home, Nanoseconds(0));
}
