//! The clock, deadlines, priorities, time slices and budgets.
//!
//! What threads used is read from the kernel. An emulator on a busy host loses time to others, and counts it for the thread
//! that happened to run. So shares have tolerances and are measured several times: a kernel that is wrong
//! is wrong each time.

use alloc::format;
use alloc::vec::Vec;

use libipc::abi::Syscall;
use libipc::abi::syscall::ThreadState;
use libipc::objects::{Budget, Notification, SchedContext};
use libipc::{Kind, Refusal, Rights, clock_ns};
use test_script::{Probe, Step};

use crate::bench::{Bench, SLICE};
use crate::check::{Outcome, done, ensure, expect};
use crate::ipc::server;
use crate::robot::{HIGH, LOW, Robot, SAME};
use crate::steps::{call, info, other, recv, reply};

const MILLISECOND: u64 = 1_000_000;
/// How late a deadline may be noticed.
const LATE: u64 = 2000 * MILLISECOND;
/// How often shares are measured before they count as wrong.
const ATTEMPTS: u32 = 6;

crate::tests! {
    the_clock_never_goes_back
    a_wait_ends_at_its_deadline_and_not_before
    a_deadline_that_has_passed_ends_a_wait_at_once
    a_lower_priority_waits_while_a_higher_one_is_ready
    equal_priorities_share_time_in_turns
    a_budget_limits_what_a_thread_uses
    a_thread_that_yields_goes_behind_its_equals
    a_ceiling_raises_a_thread
    a_chain_of_four_servers_is_as_urgent_as_its_client
    a_priority_above_the_control_is_refused
    a_thread_without_time_does_not_run
    a_scheduling_context_is_bound_once
    a_budget_that_makes_no_sense_is_refused
}

fn used(robot: Robot) -> Outcome<u64> {
    Ok(done("describing", robot.thread.describe())?.cpu_ns)
}

fn looping(bench: &mut Bench, priority: u8) -> Outcome<Robot> {
    let robot = bench.robot(priority)?;
    bench.run(robot, &[Step::probe(Probe::Loop, 0)])?;
    Ok(robot)
}

fn the_clock_never_goes_back(_: &mut Bench) -> Outcome {
    let mut last = 0;
    for _ in 0..1000 {
        let now = clock_ns();
        ensure(|| now > last, "the clock stood still or went back")?;
        last = now;
    }
    Ok(())
}

fn a_wait_ends_at_its_deadline_and_not_before(bench: &mut Bench) -> Outcome {
    let notification: Notification = bench.object(Kind::Notification, 0)?;
    for wait in [1, 5, 20] {
        let deadline = clock_ns() + wait * MILLISECOND;
        let ended = notification.wait_until(deadline);
        let now = clock_ns();
        expect("the end", ended, Err(Refusal::TimedOut))?;
        ensure(|| now >= deadline, "it ended early")?;
        ensure(|| now <= deadline + LATE, "it ended late")?;
    }
    Ok(())
}

fn a_deadline_that_has_passed_ends_a_wait_at_once(bench: &mut Bench) -> Outcome {
    let notification: Notification = bench.object(Kind::Notification, 0)?;
    for deadline in [0, 1, clock_ns()] {
        let ended = notification.wait_until(deadline);
        expect("the end", ended, Err(Refusal::TimedOut))?;
    }
    Ok(())
}

fn a_lower_priority_waits_while_a_higher_one_is_ready(bench: &mut Bench) -> Outcome {
    let (low, lower) = (looping(bench, LOW)?, looping(bench, LOW - 1)?);
    bench.pass(40 * MILLISECOND)?;
    ensure(
        || matches!(used(low), Ok(used) if used > 0),
        "the higher one did not run",
    )?;
    expect("what the lower one used", used(lower)?, 0)?;
    done("suspending", low.thread.suspend())?;
    bench.pass(10 * MILLISECOND)?;
    ensure(
        || matches!(used(lower), Ok(used) if used > 0),
        "the lower one did not run after that",
    )
}

/// Measures until a measurement is as it should be, a few times at most.
fn measured(bench: &mut Bench, measure: fn(&mut Bench) -> Outcome) -> Outcome {
    let mut last = Ok(());
    for _ in 0..ATTEMPTS {
        bench.reset()?;
        last = measure(bench);
        if last.is_ok() {
            break;
        }
    }
    last
}

fn equal_priorities_share_time_in_turns(bench: &mut Bench) -> Outcome {
    measured(bench, |bench| {
        let robots = [
            looping(bench, LOW)?,
            looping(bench, LOW)?,
            looping(bench, LOW)?,
        ];
        bench.pass(30 * SLICE)?;
        let used = [used(robots[0])?, used(robots[1])?, used(robots[2])?];
        let all: u64 = used.iter().sum();
        let fair = used.iter().all(|one| (all / 5..all / 2).contains(one));
        ensure(|| fair, &format!("the shares are {used:?}"))
    })
}

fn a_budget_limits_what_a_thread_uses(bench: &mut Bench) -> Outcome {
    measured(bench, |bench| {
        let robot = bench.robot(LOW)?;
        let fifth = Budget {
            budget_ns: 10 * MILLISECOND,
            period_ns: 50 * MILLISECOND,
        };
        bench.budget(robot.sched, LOW, fifth)?;
        bench.run(robot, &[Step::probe(Probe::Loop, 0)])?;
        let start = clock_ns();
        bench.pass(400 * MILLISECOND)?;
        let (used, all) = (used(robot)?, clock_ns() - start);
        ensure(
            || (all / 10..all * 3 / 10).contains(&used),
            &format!("it used {used} of {all} ns"),
        )
    })
}

fn a_thread_that_yields_goes_behind_its_equals(bench: &mut Bench) -> Outcome {
    let robot = bench.robot(SAME)?;
    bench.run(robot, &[Step::STOP])?;
    robot.is(ThreadState::Ready)?;
    weft_sys::yield_now();
    bench.finished(robot)
}

fn a_ceiling_raises_a_thread(bench: &mut Bench) -> Outcome {
    let robot = bench.robot(LOW)?;
    let control = bench.given.control;
    done("setting a ceiling", control.set_ceiling(robot.thread, HIGH))?;
    bench.run(robot, &[Step::STOP])?;
    bench.finished(robot)?;
    let described = done("describing", robot.thread.describe())?;
    expect("its priority", described.priority, HIGH)
}

/// Each of the servers, which are less urgent than a thread that never waits, has time of its own or none.
fn a_chain_of_four_servers_is_as_urgent_as_its_client(bench: &mut Bench) -> Outcome {
    for has_time in [true, false] {
        let (mut next, mut servers) = (None, Vec::new());
        for _ in 0..4 {
            let (server, endpoint) = server(bench, LOW)?;
            let mut steps = Vec::from([recv(1, 2)]);
            if let Some(next) = next.replace(endpoint) {
                server.give(5, next, Rights::all())?;
                steps.push(call(5, info(0, 0), [0; 6]));
            }
            steps.extend([reply(2, info(0, 0), [0; 6]), Step::STOP]);
            bench.run(server, &steps)?;
            bench.until(server, ThreadState::Receiving)?;
            if !has_time {
                done("taking its time", server.sched.unbind())?;
            }
            servers.push(server);
        }
        let first = next.ok_or("there is no server")?;
        let hog = looping(bench, (LOW + SAME) / 2)?;
        let before = used(hog)?;
        let answered = weft_sys::call(first, info(0, 0), [0; 6]);
        let after = used(hog)?;
        done("the call", answered)?;
        expect("the time of who is in between", after, before)?;
        done("stopping it", hog.thread.suspend())?;
    }
    Ok(())
}

fn a_priority_above_the_control_is_refused(bench: &mut Bench) -> Outcome {
    let robot = bench.robot(LOW)?;
    let control = bench.given.control;
    let time = Budget {
        budget_ns: SLICE,
        period_ns: SLICE,
    };
    for priority in [41, 63, 64, 255] {
        let set = control.configure(robot.sched, priority, time);
        expect("a priority", set.is_err(), true)?;
        let set = control.set_ceiling(robot.thread, priority);
        expect("a ceiling", set, Err(Refusal::NotPermitted))?;
    }
    Ok(())
}

fn a_thread_without_time_does_not_run(bench: &mut Bench) -> Outcome {
    let robot = bench.robot(HIGH)?;
    done("taking its time", robot.sched.unbind())?;
    bench.run(robot, &[other(Syscall::Null, &[]), Step::STOP])?;
    robot.is(ThreadState::Throttled)?;
    expect("steps", robot.step(0).times, 0)?;
    done("giving it back", robot.sched.bind(robot.thread))?;
    bench.finished(robot)
}

fn a_scheduling_context_is_bound_once(bench: &mut Bench) -> Outcome {
    let (first, second) = (bench.robot(LOW)?, bench.robot(LOW)?);
    let bound = first.sched.bind(second.thread);
    expect("binding it again", bound, Err(Refusal::Busy))?;
    let another: SchedContext = bench.object(Kind::SchedContext, 0)?;
    let bound = another.bind(first.thread);
    expect("binding a second one", bound, Err(Refusal::Busy))?;
    expect(
        "taking what nobody has",
        another.unbind(),
        Err(Refusal::Empty),
    )
}

fn a_budget_that_makes_no_sense_is_refused(bench: &mut Bench) -> Outcome {
    let sched: SchedContext = bench.object(Kind::SchedContext, 0)?;
    for (budget_ns, period_ns) in [(0, SLICE), (SLICE + 1, SLICE), (1, 1), (u64::MAX, u64::MAX)] {
        let time = Budget {
            budget_ns,
            period_ns,
        };
        let set = bench.given.control.configure(sched, LOW, time);
        ensure(|| set.is_err(), &format!("{time:?} was accepted"))?;
    }
    Ok(())
}
