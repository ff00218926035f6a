//! How much of a core's time visitors take.

use weft_abi::{Kind, Syscall};
use weft_hal::{Nanoseconds, Trap};

use super::Cluster;

/// Each look at the clock takes 100 us: a visit takes that at least.
const PER_LOOK: Nanoseconds = Nanoseconds(100_000);
const PERIOD: Nanoseconds = Nanoseconds(10_000_000);

/// How many of so many signals to a notification of core 1 are answered before that core makes root wait.
fn answered(cluster: &mut Cluster, bell: u64, count: u32) -> u32 {
    let root = cluster.root;
    for done in 0..count {
        if cluster.try_call(root, Syscall::Signal, &[bell]).is_none() {
            return done;
        }
    }
    count
}

#[test]
fn visitors_take_a_quarter_of_a_busy_core_and_nobody_pays_for_it() {
    let mut cluster = Cluster::new(2);
    let program = cluster.program(1, 20);
    let bell = cluster.make(1, Kind::Notification, 0);
    let core = &mut cluster.cores[1];
    core.arch.advance(PERIOD);
    core.trap_generally(Trap::Timer);
    let home = core.home();
    let sched = cluster
        .thread_of(program)
        .own_sched
        .get(home)
        .expect("bound");
    let used = || sched.used.get(home);
    let before = used();
    cluster.cores[1].arch.per_look = PER_LOOK;
    for _ in 0..3 {
        let done = answered(&mut cluster, bell, 100);
        assert!((20..=25).contains(&done), "{done} of 2.5 ms");
        let core = &mut cluster.cores[1];
        let until = core.visitors_wait_until().expect("one waits");
        assert!(core.arch.timer.is_some_and(|at| at <= until));
        // The program's own time passes; then root is let in.
        core.arch.advance(PERIOD);
        core.trap_generally(Trap::Timer);
        assert_eq!(core.visitors_wait_until(), None);
        cluster.rest();
        assert_eq!(cluster.root.context.status.get(), Some(0));
    }
    let took = used().since(before);
    assert!(took >= Nanoseconds(30_000_000), "{took:?}");
    // All looks at the clock but the visits' are the program's.
    assert!(took < Nanoseconds(45_000_000), "{took:?}");
}

#[test]
fn visitors_leave_contexts_with_deadlines_their_time() {
    let mut cluster = Cluster::new(2);
    let program = cluster.program(1, 20);
    let bell = cluster.make(1, Kind::Notification, 0);
    // Of 4 ms 3.2 are asked for: visitors get 0.4.
    let deadline = [
        Cluster::control_of(1),
        program.sched,
        3_200_000,
        4_000_000,
        0,
    ];
    cluster.call(Syscall::SchedSetDeadline, &deadline).unwrap();
    let core = &mut cluster.cores[1];
    for time in [3_000_000, 1_000_000] {
        core.arch.advance(Nanoseconds(time));
        core.trap_generally(Trap::Timer);
    }
    cluster.rest();
    cluster.cores[1].arch.per_look = Nanoseconds(20_000);
    let done = answered(&mut cluster, bell, 100);
    assert!((5..=20).contains(&done), "{done} of 0.4 ms");
    let now = weft_hal::Clock::now(&cluster.core(1).arch);
    let until = cluster.core(1).visitors_wait_until().expect("one waits");
    assert!(until.since(now) <= Nanoseconds(4_000_000), "{until:?}");
}

#[test]
fn visitors_may_take_all_of_a_core_that_idles() {
    let mut cluster = Cluster::new(2);
    let bell = cluster.make(1, Kind::Notification, 0);
    cluster.cores[1].arch.per_look = PER_LOOK;
    assert_eq!(answered(&mut cluster, bell, 300), 300);
}

#[test]
fn visitors_who_wait_are_let_in_when_the_core_would_idle() {
    let mut cluster = Cluster::new(2);
    let program = cluster.program(1, 20);
    let bell = cluster.make(1, Kind::Notification, 0);
    cluster.cores[1].arch.per_look = PER_LOOK;
    assert!(answered(&mut cluster, bell, 100) < 100);
    let thread = cluster.thread_of(program);
    let own = cluster.core(1);
    assert_eq!(own.sched.current, Some(thread));
    thread.context.request(Syscall::Wait as u64, &[0, u64::MAX]);
    // It faults, and nobody handles that: the core has nothing to run.
    cluster.cores[1].trap_generally(Trap::Fault {
        kind: weft_abi::FaultKind::Read,
        address: 0,
        code: 0,
    });
    assert_eq!(cluster.core(1).sched.current, None);
    cluster.rest();
    assert_eq!(cluster.root.context.status.get(), Some(0));
}
