//! The clock, deadlines and time slices.

use alloc::format;

use libipc::{Refusal, clock_ns};

use crate::fixture::Fixture;
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
        name: "a_loop_does_not_starve_others_of_its_priority",
        run: fairness,
    },
];

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

fn fairness(fixture: &mut Fixture) -> Result<(), Failure> {
    fixture.start(probe::LOOP, 0)?;
    let start = clock_ns();
    while clock_ns() < start + 20 * MILLISECOND {}
    let used = fixture.victim.describe();
    fixture.stop()?;
    let used = crate::fixture::done("describing", used)?.cpu_ns;
    ensure(|| (used > 0).then_some(()), "the loop did not run")
}
