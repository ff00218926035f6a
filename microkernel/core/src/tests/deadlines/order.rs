//! Who runs, against a naive model: among all that could run, one of the greatest priority, and of those with deadlines
//! one with the earliest.

use super::super::calls::Random;
use super::super::ipc::{
    BADGED, CONTROL, ENDPOINT, MILLISECOND, NOTIFICATION, REPLIES, Rig, THREADS,
};
use super::super::*;
use super::PLAIN;
use weft_abi::deadlines::DEADLINE_PRIORITY;
use weft_hal::Nanoseconds;

/// A server above the deadlines, with a context of its own.
const SERVER: usize = 0;
/// Sleeps, and works above the deadlines for a while, so that these come late.
const HINDRANCE: usize = 1;
/// The first thread with deadlines.
const FIRST: usize = 2;
const TASKS: usize = 5;
/// What the hindrance waits for until its time comes.
const SLEEP: u64 = 302;
/// Signals `NOTIFICATION`.
const SIGNAL: u64 = 300;

/// What the naive model goes by: priority, and deadline if that counts.
fn rank(rig: &Rig, thread: ThreadRef<Fake>) -> (u8, core::cmp::Reverse<u64>) {
    let home = rig.machine.core.home();
    let priority = rig.machine.core.priority_of(thread);
    let due = match thread.sched.get(home) {
        Some(sched) if priority == DEADLINE_PRIORITY => sched.refill_at.get(home).0,
        _ => 0,
    };
    (priority, core::cmp::Reverse(due))
}

/// Panics if somebody who could run comes before the thread that does.
fn check(rig: &Rig, step: u64) {
    let core = &rig.machine.core;
    let could = |thread: &ThreadRef<Fake>| core.runnable(*thread);
    let first = rig.threads.iter().copied().filter(could);
    let first = first.map(|thread| rank(rig, thread)).max();
    let runs = core.sched.current.map(|thread| rank(rig, thread));
    assert_eq!(runs, first, "step {step}: thread {:?} runs", rig.running());
}

/// A server, a hindrance, and tasks with deadlines that are admitted together.
fn crowd(random: &mut Random) -> Rig {
    let mut rig = Rig::new(&[Some(60); FIRST + TASKS]);
    for index in FIRST..FIRST + TASKS {
        let period = MILLISECOND + random.below(9 * MILLISECOND);
        rig.set_deadline(0, index as u64, period / 6, period, 0)
            .expect("five sixths are admitted");
    }
    rig.enter(0, Syscall::CNodeMint, &[1, SIGNAL, 1, NOTIFICATION, 31, 1]);
    let untyped = rig.machine.untyped(MemoryClass::Ram);
    let sleep = [untyped, Kind::Notification as u64, 0, 1, SLEEP, 1];
    rig.enter(0, Syscall::UntypedRetype, &sleep);
    rig.enter(0, Syscall::SchedSetCeiling, &[CONTROL, THREADS, 50]);
    rig.enter(0, Syscall::Recv, &receive(REPLIES));
    rig
}

fn receive(reply: u64) -> [u64; 9] {
    [ENDPOINT, PLAIN, 0, 0, 0, 0, 0, 0, reply]
}

/// The running thread does something that it might do.
fn act(rig: &mut Rig, random: &mut Random, who: usize) {
    let now = rig.machine.core.arch.now.0;
    let soon = now + 1 + random.below(3 * MILLISECOND);
    match (who, random.below(4)) {
        (SERVER, 0) => rig.enter(who, Syscall::Reply, &[REPLIES, PLAIN]),
        (SERVER, 1) => rig.enter(who, Syscall::Signal, &[SIGNAL]),
        (SERVER, _) => rig.enter(who, Syscall::ReplyRecv, &receive(REPLIES)),
        (HINDRANCE, 0) => rig.enter(who, Syscall::Signal, &[SIGNAL]),
        (HINDRANCE, _) => rig.enter(who, Syscall::Wait, &[SLEEP, soon]),
        (_, 0) => rig.enter(who, Syscall::Wait, &[NOTIFICATION, soon]),
        (_, 1) => rig.enter(who, Syscall::Signal, &[SIGNAL]),
        (_, 2) => rig.enter(who, Syscall::Yield, &[]),
        _ => rig.enter(who, Syscall::Call, &[BADGED, PLAIN, 1, 2, 3, 4, 5, 6]),
    }
}

#[test]
fn whoever_runs_has_the_earliest_deadline_of_all_that_could() {
    for seed in 0..10 {
        let mut random = Random::new(seed);
        let mut rig = crowd(&mut random);
        for step in 0..800 {
            let Some(who) = rig.running() else {
                rig.run_to_timer();
                check(&rig, step);
                continue;
            };
            let longest = if who == HINDRANCE {
                4 * MILLISECOND
            } else {
                MILLISECOND / 4
            };
            let works = Nanoseconds(random.below(longest));
            let due = rig.machine.core.arch.advance(works);
            // Now and then a call comes in just before the timer's interrupt does.
            if due && random.below(4) != 0 {
                rig.machine.core.trap(Trap::Timer);
            } else {
                act(&mut rig, &mut random, who);
            }
            check(&rig, step);
        }
    }
}
