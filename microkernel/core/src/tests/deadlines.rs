//! Contexts with deadlines: who is admitted, who goes first, and that nobody is late.

use std::vec::Vec;

use weft_abi::deadlines::DEADLINE_PRIORITY;
use weft_hal::Nanoseconds;

use super::calls::Random;
use super::ipc::{
    BADGED, CONTROL, ENDPOINT, MILLISECOND, NOTIFICATION, REPLIES, Rig, SCHEDS, THREADS,
};
use super::*;

mod order;

const OTHER: u64 = 240;
const PLAIN: u64 = 6 << 32;
const TASKS: u64 = 8;

/// A periodic task: in each period it works nearly as long as its budget, and yields.
#[derive(Clone, Copy, Debug)]
struct Task {
    budget: u64,
    period: u64,
    /// Work that is left of this job.
    left: u64,
    /// Jobs that are done.
    jobs: u64,
}

impl Task {
    fn new(budget: u64, period: u64) -> Self {
        let left = budget - 1;
        let jobs = 0;
        Self {
            budget,
            period,
            left,
            jobs,
        }
    }
}

impl Rig {
    fn set_deadline(
        &mut self,
        by: usize,
        of: u64,
        budget: u64,
        period: u64,
        blocking: u64,
    ) -> Answer {
        let settings = [CONTROL, SCHEDS + of, budget, period, blocking];
        self.enter(by, Syscall::SchedSetDeadline, &settings);
        self.answer(by)
    }

    /// Runs the tasks, which are the threads from 1 on, until thread 0's wait ends. Panics if a job is late.
    fn run_tasks(&mut self, tasks: &mut [Task], start: u64) {
        loop {
            match self.running() {
                Some(0) => return,
                None => {
                    self.run_to_timer();
                }
                Some(who) => self.run_task(who, &mut tasks[who - 1], start),
            }
        }
    }

    fn run_task(&mut self, who: usize, task: &mut Task, start: u64) {
        let core = &mut self.machine.core;
        let (now, timer) = (core.arch.now.0, core.arch.timer.expect("a timer").0);
        let worked = task.left.min(timer.saturating_sub(now));
        core.arch.advance(Nanoseconds(worked));
        task.left -= worked;
        if task.left > 0 {
            core.trap(Trap::Timer);
            return;
        }
        task.jobs += 1;
        task.left = task.budget - 1;
        let due = start + task.jobs * task.period;
        assert!(now + worked <= due, "thread {who} is late: {task:?}");
        self.enter(who, Syscall::Yield, &[]);
    }

    /// Thread 0 lets the tasks begin together and waits until `end`.
    fn release(&mut self, tasks: &[Task], time: u64) -> u64 {
        for index in 1..=tasks.len() as u64 {
            self.enter(0, Syscall::ThreadResume, &[THREADS + index]);
        }
        let start = self.machine.core.arch.now.0;
        self.enter(0, Syscall::Wait, &[NOTIFICATION, start + time]);
        start
    }

    /// Thread 0 stops all tasks; their contexts have no deadlines any more.
    fn stop_tasks(&mut self) {
        for index in 1..=TASKS {
            self.enter(0, Syscall::ThreadSuspend, &[THREADS + index]);
            let plain = [CONTROL, SCHEDS + index, 1, MILLISECOND, MILLISECOND];
            self.enter(0, Syscall::SchedConfigure, &plain);
        }
    }
}

/// Thread 0 above all, and tasks that are stopped.
fn stopped() -> Rig {
    let mut rig = Rig::new(&[Some(60); TASKS as usize + 1]);
    rig.stop_tasks();
    rig
}

/// Tasks that use this many thousandths of the time together.
fn random_tasks(random: &mut Random, thousandths: u64) -> Vec<Task> {
    let count = 2 + random.below(TASKS - 1);
    let weights: Vec<u64> = (0..count).map(|_| 1 + random.below(100)).collect();
    let sum: u64 = weights.iter().sum();
    let task = |weight: u64| {
        let period = 500_000 + random.below(20 * MILLISECOND);
        let budget = period * weight * thousandths / (sum * 1000);
        let budget = budget.clamp(10_000, period);
        Task::new(budget, period)
    };
    weights.into_iter().map(task).collect()
}

#[test]
fn no_job_of_a_thousand_admitted_sets_is_late() {
    let mut rig = stopped();
    let mut random = Random::new(4);
    let mut jobs = 0;
    for _ in 0..1000 {
        let mut tasks = random_tasks(&mut random, 900);
        for (index, task) in (1..).zip(&tasks) {
            rig.set_deadline(0, index, task.budget, task.period, 0)
                .expect("nine tenths are admitted");
        }
        let time = 60 * MILLISECOND;
        let start = rig.release(&tasks, time);
        rig.run_tasks(&mut tasks, start);
        for task in &tasks {
            assert!(task.jobs >= time / task.period, "{task:?} of {tasks:?}");
            jobs += task.jobs;
        }
        rig.stop_tasks();
    }
    assert!(jobs > 20_000, "only {jobs} jobs ran");
}

#[test]
fn a_set_that_wants_more_than_its_share_is_refused_and_what_was_admitted_stays() {
    let mut rig = stopped();
    let mut random = Random::new(5);
    for _ in 0..200 {
        let wanted = 960 + random.below(200);
        let tasks = random_tasks(&mut random, wanted);
        let answers: Vec<_> = (1..)
            .zip(&tasks)
            .map(|(index, task)| rig.set_deadline(0, index, task.budget, task.period, 0))
            .collect();
        let refused = answers.iter().filter(|answer| answer.is_err()).count();
        assert!(refused > 0, "{tasks:?}");
        for (index, answer) in (1_usize..).zip(&answers) {
            let home = rig.machine.core.home();
            let own = rig.threads[index].own_sched.get(home).expect("a context");
            assert_eq!(own.has_deadlines(home), answer.is_ok());
            if let Err(refusal) = answer {
                assert_eq!(*refusal, Refusal::Overloaded);
                assert_eq!(own.budget.get(home).0, MILLISECOND, "as it was");
            }
        }
        rig.stop_tasks();
    }
}

#[test]
fn whoever_wants_more_than_its_budget_waits_and_makes_nobody_late() {
    let mut rig = stopped();
    let (greedy, modest) = (
        Task::new(4 * MILLISECOND, 10 * MILLISECOND),
        Task::new(5 * MILLISECOND, 10 * MILLISECOND),
    );
    let mut tasks = [greedy, modest];
    for (index, task) in (1..).zip(&tasks) {
        rig.set_deadline(0, index, task.budget, task.period, 0)
            .unwrap();
    }
    // Its job never ends.
    tasks[0].left = u64::MAX;
    let start = rig.release(&tasks, 100 * MILLISECOND);
    rig.run_tasks(&mut tasks, start);
    let home = rig.machine.core.home();
    let used = |who: usize| {
        rig.threads[who]
            .own_sched
            .get(home)
            .expect("a context")
            .used
            .get(home)
            .0
    };
    assert_eq!(used(1), 40 * MILLISECOND);
    assert_eq!(tasks[1].jobs, 10);
}

#[test]
fn the_longest_that_others_work_at_a_greater_priority_counts() {
    let mut rig = stopped();
    let (budget, period) = (5 * MILLISECOND, 10 * MILLISECOND);
    let blocked = rig.set_deadline(0, 1, budget, period, 5 * MILLISECOND);
    assert_eq!(blocked, Err(Refusal::Overloaded));
    rig.set_deadline(0, 1, budget, period, 4 * MILLISECOND)
        .unwrap();
    let longer = rig.set_deadline(0, 2, 10 * MILLISECOND, 100 * MILLISECOND, 0);
    longer.expect("a longer period is not blocked by what blocks a shorter");
    let shorter = rig.set_deadline(0, 3, MILLISECOND / 2, 5 * MILLISECOND, 0);
    assert_eq!(
        shorter,
        Err(Refusal::Overloaded),
        "it would come before the first"
    );
    rig.set_deadline(0, 1, budget, period, 0)
        .expect("it may become more modest");
    rig.set_deadline(0, 3, MILLISECOND / 2, 5 * MILLISECOND, 0)
        .unwrap();
}

#[test]
fn what_makes_no_sense_is_refused() {
    let mut rig = stopped();
    for (budget, period, blocking) in [
        (1, MILLISECOND, 0),
        (2, 1, 0),
        (MILLISECOND, u64::MAX, 0),
        (MILLISECOND, 10 * MILLISECOND, u64::MAX),
    ] {
        let refused = rig.set_deadline(0, 1, budget, period, blocking);
        assert_eq!(refused, Err(Refusal::OutOfRange));
    }
    let whole = rig.set_deadline(0, 1, MILLISECOND, MILLISECOND, 0);
    assert_eq!(whole, Err(Refusal::Overloaded));
    let level = u64::from(DEADLINE_PRIORITY);
    let plain = [CONTROL, SCHEDS + 1, level, MILLISECOND, MILLISECOND];
    rig.enter(0, Syscall::SchedConfigure, &plain);
    assert_eq!(rig.answer(0), Err(Refusal::InvalidArgument));
    rig.enter(0, Syscall::SchedSetCeiling, &[CONTROL, THREADS + 1, level]);
    assert_eq!(rig.answer(0), Err(Refusal::InvalidArgument));
    rig.enter(0, Syscall::CNodeMint, &[1, 300, 1, CONTROL, 31, level - 1]);
    let settings = [300, SCHEDS + 1, MILLISECOND, 10 * MILLISECOND, 0];
    rig.enter(0, Syscall::SchedSetDeadline, &settings);
    assert_eq!(rig.answer(0), Err(Refusal::NotPermitted));
}

#[test]
fn no_more_contexts_than_a_core_takes_have_deadlines() {
    let mut rig = stopped();
    let untyped = rig.machine.untyped(MemoryClass::Ram);
    let many = [untyped, Kind::SchedContext as u64, 0, 1, 400, 65];
    rig.enter(0, Syscall::UntypedRetype, &many);
    for index in 0..65 {
        let settings = [CONTROL, 400 + index, 10_000, 100 * MILLISECOND, 0];
        rig.enter(0, Syscall::SchedSetDeadline, &settings);
        assert_eq!(rig.answer(0).is_ok(), index < 64);
    }
    rig.enter(0, Syscall::CNodeDelete, &[1, 400]);
    let settings = [CONTROL, 464, 10_000, 100 * MILLISECOND, 0];
    rig.enter(0, Syscall::SchedSetDeadline, &settings);
    assert!(rig.answer(0).is_ok(), "a destroyed one makes room");
}

/// Threads 1 and 2 have deadlines, 1 a shorter period; both wait for a notification of their own.
fn waiting() -> Rig {
    let mut rig = Rig::new(&[Some(60), Some(50), Some(50), Some(10)]);
    rig.set_deadline(0, 1, 2 * MILLISECOND, 10 * MILLISECOND, 0)
        .unwrap();
    rig.set_deadline(0, 2, 20 * MILLISECOND, 100 * MILLISECOND, 0)
        .unwrap();
    rig.enter(0, Syscall::CNodeMint, &[1, 300, 1, NOTIFICATION, 31, 1]);
    rig.enter(0, Syscall::CNodeMint, &[1, 301, 1, OTHER, 31, 1]);
    rig.enter(0, Syscall::ThreadSuspend, &[THREADS]);
    rig.enter(1, Syscall::Wait, &[NOTIFICATION, u64::MAX]);
    // Root waits for the other one; it is woken with thread 2's first wait, which is refused.
    rig
}

#[test]
fn who_wakes_with_an_earlier_deadline_goes_first_and_one_with_a_later_waits() {
    let mut rig = waiting();
    assert_eq!(rig.running(), Some(2));
    rig.machine.core.arch.advance(Nanoseconds(MILLISECOND));
    rig.enter(2, Syscall::Signal, &[300]);
    assert_eq!(rig.running(), Some(1), "due in 10 ms, the other in 100");
    rig.enter(1, Syscall::Wait, &[NOTIFICATION, u64::MAX]);
    assert_eq!(rig.running(), Some(2));
    // Much later it wakes again: what it has left would be more than its share, so its period begins anew.
    rig.machine.core.arch.advance(Nanoseconds(18 * MILLISECOND));
    rig.enter(2, Syscall::Signal, &[300]);
    let now = rig.machine.core.arch.now.0;
    let home = rig.machine.core.home();
    let own = rig.threads[1].own_sched.get(home).expect("a context");
    assert_eq!(own.refill_at.get(home).0, now + 10 * MILLISECOND);
    assert_eq!(own.left.get(home).0, 2 * MILLISECOND);
}

#[test]
fn who_waits_shortly_keeps_its_deadline() {
    let mut rig = waiting();
    rig.enter(2, Syscall::Signal, &[300]);
    let home = rig.machine.core.home();
    let own = rig.threads[1].own_sched.get(home).expect("a context");
    let due = own.refill_at.get(home);
    rig.machine
        .core
        .arch
        .advance(Nanoseconds(3 * MILLISECOND / 2));
    rig.enter(1, Syscall::Wait, &[NOTIFICATION, u64::MAX]);
    rig.machine.core.arch.advance(Nanoseconds(MILLISECOND));
    rig.enter(2, Syscall::Signal, &[300]);
    assert_eq!(rig.running(), Some(1));
    assert_eq!(own.refill_at.get(home), due);
    assert_eq!(own.left.get(home).0, MILLISECOND / 2);
}

#[test]
fn a_server_above_the_deadlines_finishes_before_an_earlier_one_runs() {
    let mut rig = Rig::new(&[Some(60), Some(55), Some(55)]);
    rig.set_deadline(0, 1, 2 * MILLISECOND, 10 * MILLISECOND, 0)
        .unwrap();
    rig.set_deadline(0, 2, 20 * MILLISECOND, 100 * MILLISECOND, 0)
        .unwrap();
    rig.enter(0, Syscall::CNodeMint, &[1, 300, 1, NOTIFICATION, 31, 1]);
    rig.enter(0, Syscall::SchedUnbind, &[SCHEDS + 1]);
    rig.enter(0, Syscall::SchedBind, &[SCHEDS + 1, THREADS + 1]);
    let wait = [ENDPOINT, 0, 0, 0, 0, 0, 0, 0, REPLIES];
    rig.enter(0, Syscall::SchedSetCeiling, &[CONTROL, THREADS, 50]);
    rig.enter(0, Syscall::Recv, &wait);
    assert_eq!(rig.running(), Some(1));
    rig.enter(1, Syscall::Wait, &[NOTIFICATION, u64::MAX]);
    rig.enter(2, Syscall::Call, &[BADGED, PLAIN, 1, 2, 3, 4, 5, 6]);
    assert_eq!(rig.running(), Some(0), "on the time of thread 2");
    rig.enter(0, Syscall::Signal, &[300]);
    assert_eq!(rig.running(), Some(0));
    let answer = [ENDPOINT, PLAIN, 0, 0, 0, 0, 0, 0, REPLIES];
    rig.enter(0, Syscall::ReplyRecv, &answer);
    assert_eq!(rig.running(), Some(1), "and then the earlier deadline");
}

#[test]
fn contexts_of_one_period_are_admitted_together_and_a_refusal_changes_nothing() {
    let mut rig = stopped();
    let period = 10 * MILLISECOND;
    rig.set_deadline(0, 1, MILLISECOND, period, 8 * MILLISECOND)
        .unwrap();
    let second = rig.set_deadline(0, 2, 3 * MILLISECOND, period, 0);
    assert_eq!(second, Err(Refusal::Overloaded), "3 + 1 + 8 of ten");
    let first = rig.set_deadline(0, 1, 9 * MILLISECOND, period, 8 * MILLISECOND);
    assert_eq!(first, Err(Refusal::Overloaded));
    let home = rig.machine.core.home();
    let own = rig.threads[1].own_sched.get(home).expect("a context");
    assert_eq!(own.budget.get(home).0, MILLISECOND);
    assert_eq!(rig.machine.core.sched.admitted.first(home), Some(own));
    rig.set_deadline(0, 2, MILLISECOND / 4, period, 0).unwrap();
}

#[test]
fn a_thread_that_begins_late_begins_a_period() {
    let mut rig = stopped();
    let (budget, period) = (MILLISECOND, 10 * MILLISECOND);
    rig.set_deadline(0, 1, budget, period, 0).unwrap();
    rig.machine.core.arch.advance(Nanoseconds(15 * MILLISECOND));
    rig.enter(0, Syscall::ThreadResume, &[THREADS + 1]);
    let home = rig.machine.core.home();
    let own = rig.threads[1].own_sched.get(home).expect("a context");
    let now = rig.machine.core.arch.now.0;
    assert_eq!(own.refill_at.get(home).0, now + period);
}

#[test]
fn a_thread_that_gets_deadlines_while_it_waits_begins_a_period_when_it_wakes() {
    let mut rig = Rig::new(&[Some(60), Some(62)]);
    rig.enter(1, Syscall::Wait, &[NOTIFICATION, u64::MAX]);
    let (budget, period) = (MILLISECOND, 10 * MILLISECOND);
    rig.set_deadline(0, 1, budget, period, 0).unwrap();
    rig.machine.core.arch.advance(Nanoseconds(15 * MILLISECOND));
    rig.enter(0, Syscall::CNodeMint, &[1, 300, 1, NOTIFICATION, 31, 1]);
    rig.enter(0, Syscall::Signal, &[300]);
    let home = rig.machine.core.home();
    let own = rig.threads[1].own_sched.get(home).expect("a context");
    let now = rig.machine.core.arch.now.0;
    assert_eq!(own.refill_at.get(home).0, now + period);
}
