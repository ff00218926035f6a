//! Priorities, round robin, budgets.

use weft_hal::Nanoseconds;

use super::ipc::{CONTROL, MILLISECOND, Rig, SCHEDS, THREADS};
use super::*;

impl Rig {
    /// Lets time pass up to the timer's deadline, and takes the interrupt.
    pub(super) fn run_to_timer(&mut self) -> Nanoseconds {
        let core = &mut self.machine.core;
        let deadline = core.arch.timer.expect("the timer is set");
        core.arch.now = core.arch.now.max(deadline);
        core.trap(Trap::Timer);
        self.machine.core.arch.now
    }
}

#[test]
fn threads_of_one_priority_take_turns_and_share_the_time_evenly() {
    let mut rig = Rig::new(&[Some(10), Some(10), Some(10)]);
    let mut order = std::vec::Vec::new();
    for _ in 0..9 {
        order.push(rig.running().unwrap());
        rig.run_to_timer();
    }
    assert_eq!(order, [0, 1, 2, 0, 1, 2, 0, 1, 2]);
    let home = rig.machine.core.home();
    for thread in &rig.threads {
        let own = thread.own_sched.get(home).expect("a context");
        assert_eq!(own.used.get(home).0, 30 * MILLISECOND);
    }
}

#[test]
fn yield_passes_the_turn_only_among_equals() {
    let mut rig = Rig::new(&[Some(10), Some(10), Some(5)]);
    rig.enter(0, Syscall::Yield, &[]);
    assert_eq!(rig.running(), Some(1));
    rig.enter(1, Syscall::ThreadSuspend, &[THREADS]);
    rig.enter(1, Syscall::Yield, &[]);
    assert_eq!(rig.running(), Some(1), "the lower priority does not run");
}

#[test]
fn a_budget_is_enforced_and_comes_back_with_the_period() {
    let mut rig = Rig::new(&[Some(20), Some(10)]);
    rig.enter(
        0,
        Syscall::SchedConfigure,
        &[CONTROL, SCHEDS, 20, 2 * MILLISECOND, 10 * MILLISECOND],
    );
    let start = rig.machine.core.arch.now.0;
    let home = rig.machine.core.home();
    while rig.machine.core.arch.now.0 < start + 100 * MILLISECOND {
        rig.run_to_timer();
    }
    let own = rig.threads[0].own_sched.get(home).expect("a context");
    let used = own.used.get(home).0;
    assert!(
        (18 * MILLISECOND..=22 * MILLISECOND).contains(&used),
        "used {used} ns of 20 ms"
    );
}

#[test]
fn priorities_above_the_controls_limit_are_refused() {
    let mut rig = Rig::new(&[Some(20), Some(10)]);
    let all = Rights::all().bits().into();
    rig.enter(0, Syscall::CNodeMint, &[1, 300, 1, CONTROL, all, 30]);
    let time = MILLISECOND;
    rig.enter(
        0,
        Syscall::SchedConfigure,
        &[300, SCHEDS + 1, 31, time, time],
    );
    assert_eq!(rig.answer(0), Err(Refusal::NotPermitted));
    rig.enter(0, Syscall::SchedSetCeiling, &[300, THREADS + 1, 31]);
    assert_eq!(rig.answer(0), Err(Refusal::NotPermitted));
    rig.enter(0, Syscall::CNodeMint, &[1, 301, 1, 300, all, 40]);
    assert!(rig.answer(0).is_err(), "a limit only falls");
    rig.enter(0, Syscall::SchedSetCeiling, &[300, THREADS + 1, 30]);
    assert_eq!(
        rig.running(),
        Some(1),
        "a raised ceiling takes effect at once"
    );
    rig.enter(
        1,
        Syscall::SchedConfigure,
        &[300, SCHEDS + 1, 5, time, time - 1],
    );
    assert_eq!(
        rig.answer(1),
        Err(Refusal::OutOfRange),
        "a budget longer than its period"
    );
}

#[test]
fn a_destroyed_context_stops_its_thread() {
    let mut rig = Rig::new(&[Some(20), Some(10)]);
    rig.enter(0, Syscall::CNodeDelete, &[1, SCHEDS]);
    assert_eq!(rig.running(), Some(1));
    rig.enter(1, Syscall::CNodeDelete, &[1, SCHEDS + 1]);
    assert_eq!(rig.running(), None);
}

#[test]
fn a_thread_that_lowers_its_own_priority_at_the_end_of_its_slice_gives_way() {
    let mut rig = Rig::new(&[Some(20), Some(10)]);
    let core = &mut rig.machine.core;
    core.arch.advance(Nanoseconds(10 * MILLISECOND));
    let slow = [CONTROL, SCHEDS, 5, 10 * MILLISECOND, 10 * MILLISECOND];
    rig.enter(0, Syscall::SchedConfigure, &slow);
    assert_eq!(rig.running(), Some(1));
}
