//! Signals, and the ways to wait for them.

use libipc::abi::MessageInfo;
use libipc::abi::syscall::ThreadState;
use libipc::objects::Notification;
use libipc::{CPtr, Kind, Refusal, Rights, clock_ns};
use test_script::Step;

use crate::bench::Bench;
use crate::check::{Outcome, done, expect};
use crate::ipc::server;
use crate::robot::{HIGH, LOW};
use crate::steps::{call, info, recv, signal, wait};

crate::tests! {
    signals_gather_until_they_are_taken_at_once
    a_signal_wakes_who_waits
    a_signal_without_a_badge_wakes_nobody
    a_second_waiter_is_refused
    a_bound_notification_wakes_a_receiver
    signals_come_before_messages
    a_notification_is_bound_to_one_thread
    a_thread_signals_only_with_the_right_to_write
}

fn signals_gather_until_they_are_taken_at_once(bench: &mut Bench) -> Outcome {
    let whole: Notification = bench.object(Kind::Notification, 0)?;
    expect("at first", whole.poll(), Err(Refusal::Empty))?;
    for bit in [1, 1 << 63, 1] {
        let badged: Notification = bench.mint(whole.cptr(), bit)?;
        done("signalling", badged.signal())?;
    }
    expect("taken", whole.poll(), Ok(1 | 1 << 63))?;
    expect("taken again", whole.poll(), Err(Refusal::Empty))?;
    expect(
        "waiting",
        whole.wait_until(clock_ns()),
        Err(Refusal::TimedOut),
    )
}

fn a_signal_wakes_who_waits(bench: &mut Bench) -> Outcome {
    let whole: Notification = bench.object(Kind::Notification, 0)?;
    let waiter = bench.robot(HIGH)?;
    waiter.give(1, whole.cptr(), Rights::READ)?;
    bench.run(waiter, &[wait(1), Step::STOP])?;
    waiter.is(ThreadState::Waiting)?;
    let badged: Notification = bench.mint(whole.cptr(), 6)?;
    done("signalling", badged.signal())?;
    bench.finished(waiter)?;
    expect("the word", waiter.step(0).results[0], 6)?;
    expect("what is left", whole.poll(), Err(Refusal::Empty))
}

fn a_signal_without_a_badge_wakes_nobody(bench: &mut Bench) -> Outcome {
    let whole: Notification = bench.object(Kind::Notification, 0)?;
    let waiter = bench.robot(HIGH)?;
    waiter.give(1, whole.cptr(), Rights::READ)?;
    bench.run(waiter, &[wait(1), Step::STOP])?;
    done("signalling", whole.signal())?;
    waiter.is(ThreadState::Waiting)
}

fn a_second_waiter_is_refused(bench: &mut Bench) -> Outcome {
    let whole: Notification = bench.object(Kind::Notification, 0)?;
    let waiter = bench.robot(HIGH)?;
    waiter.give(1, whole.cptr(), Rights::READ)?;
    bench.run(waiter, &[wait(1), Step::STOP])?;
    expect("another wait", whole.wait(), Err(Refusal::Busy))
}

fn a_bound_notification_wakes_a_receiver(bench: &mut Bench) -> Outcome {
    let (server, _) = server(bench, HIGH)?;
    let whole: Notification = bench.object(Kind::Notification, 0)?;
    done("binding", server.thread.bind(whole))?;
    bench.run(server, &[recv(1, 2), recv(1, 2), Step::STOP])?;
    let badged: Notification = bench.mint(whole.cptr(), 12)?;
    done("signalling", badged.signal())?;
    server.is(ThreadState::Receiving)?;
    let step = server.step(0);
    expect("the bits", step.results[0], 12)?;
    expect(
        "that it is a signal",
        MessageInfo(step.results[1]),
        MessageInfo::signal(),
    )?;
    expect("words", &step.results[2..8], &[0; 6])
}

fn signals_come_before_messages(bench: &mut Bench) -> Outcome {
    let (server, endpoint) = server(bench, LOW)?;
    let whole: Notification = bench.object(Kind::Notification, 0)?;
    done("binding", server.thread.bind(whole))?;
    let badged: Notification = bench.mint(whole.cptr(), 3)?;
    bench.run(server, &[recv(1, 2), recv(1, 2), Step::STOP])?;
    done("signalling", badged.signal())?;
    // The server runs, and stops without an answer, while the suite waits for it.
    let called = bench.robot(HIGH)?;
    called.give(1, endpoint, Rights::WRITE)?;
    bench.run(called, &[call(1, info(5, 0), [0; 6]), Step::STOP])?;
    let fault = bench.fault()?;
    bench.stop()?;
    expect("who stopped", fault.robot, server.number)?;
    let infos = [0, 1].map(|index| MessageInfo(server.step(index).results[1]));
    expect("first", infos[0].is_signal(), true)?;
    expect("second", infos[1].label(), 5)
}

fn a_notification_is_bound_to_one_thread(bench: &mut Bench) -> Outcome {
    let whole: Notification = bench.object(Kind::Notification, 0)?;
    let (first, second) = (bench.robot(HIGH)?, bench.robot(HIGH)?);
    done("binding", first.thread.bind(whole))?;
    expect("to another", second.thread.bind(whole), Err(Refusal::Busy))?;
    let none = Notification::from(CPtr::NULL);
    done("unbinding", first.thread.bind(none))?;
    done("binding to another", second.thread.bind(whole))
}

fn a_thread_signals_only_with_the_right_to_write(bench: &mut Bench) -> Outcome {
    let whole: Notification = bench.object(Kind::Notification, 0)?;
    let robot = bench.robot(HIGH)?;
    robot.give_badged(1, whole.cptr(), Rights::READ, 1)?;
    robot.give_badged(2, whole.cptr(), Rights::WRITE, 2)?;
    bench.run(robot, &[signal(1), signal(2), Step::STOP])?;
    bench.finished(robot)?;
    let statuses = [0, 1].map(|index| Refusal::from_status(robot.step(index).status));
    expect("statuses", statuses, [Some(Refusal::NotPermitted), None])?;
    expect("the word", whole.poll(), Ok(2))
}
