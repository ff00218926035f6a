//! The clock, deadlines and time slices.

use alloc::format;

use libipc::abi::{MessageInfo, boot};
use libipc::objects::{Budget, Endpoint, SchedContext, SchedControl, Thread};
use libipc::{CPtr, Kind, Refusal, clock_ns};

use crate::fixture::{Fixture, SLICE, done};
use crate::probe;
use crate::{Failure, Test, ensure, expect};

const MILLISECOND: u64 = 1_000_000;
/// How late a deadline may be noticed: an emulator on a busy host is slow.
const TOLERANCE: u64 = 500 * MILLISECOND;

pub(crate) const TESTS: &[Test] = &[
    Test {
        name: "the_clock_never_goes_back",
        run: monotonic,
    },
    Test {
        name: "a_wait_ends_at_its_deadline_and_not_before",
        run: deadlines,
    },
    Test {
        name: "a_deadline_that_has_passed_ends_a_wait_at_once",
        run: past_deadline,
    },
    Test {
        name: "deadlines_that_could_be_missed_are_refused",
        run: admission,
    },
    Test {
        name: "a_caller_without_the_budget_that_is_asked_for_is_refused",
        run: min_budget,
    },
    Test {
        name: "a_loop_does_not_starve_others_of_its_priority",
        run: fairness,
    },
];

/// Of exact time: what an emulator on a busy host loses would count for whoever ran.
pub(crate) const COUNTED: &[Test] = &[Test {
    name: "who_has_deadlines_gets_its_budget_and_no_more",
    run: deadline_shares,
}];

fn monotonic(_: &mut Fixture) -> Result<(), Failure> {
    let mut last = 0;
    for _ in 0..1000 {
        let now = clock_ns();
        ensure(
            || (now > last).then_some(()),
            "the clock stood still or went back",
        )?;
        last = now;
    }
    Ok(())
}

fn deadlines(fixture: &mut Fixture) -> Result<(), Failure> {
    for wait in [1, 5, 20] {
        let start = clock_ns();
        let deadline = start + wait * MILLISECOND;
        let ended = fixture.notification.wait_until(deadline);
        expect("end", ended, Err(Refusal::TimedOut))?;
        let now = clock_ns();
        if now < deadline || now > deadline + TOLERANCE {
            return Err(format!("{wait} ms took {} ns", now - start));
        }
    }
    Ok(())
}

fn past_deadline(fixture: &mut Fixture) -> Result<(), Failure> {
    expect(
        "end",
        fixture.notification.wait_until(1),
        Err(Refusal::TimedOut),
    )
}

const fn of_ten(budget: u64) -> Budget {
    Budget {
        budget_ns: budget * MILLISECOND,
        period_ns: 10 * MILLISECOND,
    }
}

/// Two threads with deadlines never end their work.
fn deadline_shares(fixture: &mut Fixture) -> Result<(), Failure> {
    let other: Thread = fixture.object(Kind::Thread, 0)?;
    let sched: SchedContext = fixture.object(Kind::SchedContext, 0)?;
    let control = SchedControl::from(boot::SCHED_CONTROL);
    fixture.start_other(other, probe::LOOP)?;
    done("binding", sched.bind(other))?;
    fixture.start(probe::LOOP, 0)?;
    done(
        "two of ten",
        control.set_deadline(fixture.sched(), of_ten(2), 0),
    )?;
    done("three of ten", control.set_deadline(sched, of_ten(3), 0))?;
    let before = [used(fixture.victim)?, used(other)?];
    let start = clock_ns();
    let ended = fixture.notification.wait_until(start + 100 * MILLISECOND);
    expect("end", ended, Err(Refusal::TimedOut))?;
    let periods = (clock_ns() - start) / (10 * MILLISECOND) + 2;
    let after = [used(fixture.victim)?, used(other)?];
    fixture.stop()?;
    done("stopping", other.suspend())?;
    done("unbinding", sched.unbind())?;
    done("time", fixture.configure_time(fixture.sched()))?;
    done("time", fixture.configure_time(sched))?;
    for (budget, (before, after)) in [2, 3].into_iter().zip(before.into_iter().zip(after)) {
        let (used, most) = (after - before, periods * budget * MILLISECOND);
        if used == 0 || used > most {
            return Err(format!("{used} ns used, {most} allowed"));
        }
    }
    Ok(())
}

fn used(thread: Thread) -> Result<u64, Failure> {
    Ok(done("describing", thread.describe())?.cpu_ns)
}

fn admission(fixture: &mut Fixture) -> Result<(), Failure> {
    let control = SchedControl::from(boot::SCHED_CONTROL);
    let sched: SchedContext = fixture.object(Kind::SchedContext, 0)?;
    let blocked = control.set_deadline(sched, of_ten(6), 4 * MILLISECOND);
    expect("blocked too long", blocked, Err(Refusal::Overloaded))?;
    done(
        "six of ten",
        control.set_deadline(sched, of_ten(6), 3 * MILLISECOND),
    )?;
    let another: SchedContext = fixture.object(Kind::SchedContext, 0)?;
    let sum = control.set_deadline(another, of_ten(4), 0);
    expect("ten of ten", sum, Err(Refusal::Overloaded))?;
    done("no deadlines", fixture.configure_time(sched))?;
    done("four of ten", control.set_deadline(another, of_ten(4), 0))?;
    done("no deadlines", fixture.configure_time(another))
}

fn min_budget(fixture: &mut Fixture) -> Result<(), Failure> {
    let endpoint: CPtr = fixture.object(Kind::Endpoint, 0)?;
    let server = Endpoint::from(endpoint);
    done("asking", server.set_min_budget(2 * SLICE))?;
    // Root's own budget is 10 ms; only a shorter one shows it.
    let own = SchedContext::from(boot::SCHED);
    done("a short budget", fixture.configure_time(own))?;
    let called = weft_sys::call(endpoint, MessageInfo::new(0, 0, 0), [0; 6]);
    expect("the call", called.map(|_| ()), Err(Refusal::BudgetTooShort))?;
    expect(
        "the limit",
        server.set_min_budget(u64::MAX),
        Err(Refusal::OutOfRange),
    )
}

fn fairness(fixture: &mut Fixture) -> Result<(), Failure> {
    fixture.start(probe::LOOP, 0)?;
    let start = clock_ns();
    while clock_ns() < start + 20 * MILLISECOND {}
    let used = fixture.victim.describe();
    fixture.stop()?;
    let used = crate::fixture::done("describing", used)?.cpu_ns;
    ensure(|| (used > 0).then_some(()), "the loop did not run")
}
