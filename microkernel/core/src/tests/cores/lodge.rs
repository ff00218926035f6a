//! Threads that compute on another core than their own.

use std::vec::Vec;

use weft_abi::cap::{CacheMode, MapFlags};
use weft_abi::syscall::{Affinity, ThreadState};
use weft_abi::{FaultKind, Kind, MessageInfo, Refusal, Rights, Syscall};
use weft_hal::fake::Fake;
use weft_hal::{Access, Context, Nanoseconds, OtherTlbs, Trap, VirtAddr};

use super::super::word;
use super::Cluster;
use super::cluster::Program;
use crate::object::{Blocked, ThreadRef};

const PAGE: u64 = 0x40_0000;
/// A budget of those that `Cluster::program` gives.
const BUDGET: Nanoseconds = Nanoseconds(10_000_000);

fn allow(cluster: &mut Cluster, program: Program, core: u8, affinity: Affinity) {
    let order = [Cluster::control_of(core), program.thread, affinity as u64];
    cluster.call(Syscall::ThreadSetAffinity, &order).unwrap();
}

/// The running thread of a core has used its budget.
fn tick(cluster: &mut Cluster, core: u8) {
    pass(cluster, core, BUDGET);
}

/// Time passes, and the timer of a core fires.
fn pass(cluster: &mut Cluster, core: u8, time: Nanoseconds) {
    for other in &mut cluster.cores {
        other.arch.advance(time);
    }
    cluster.cores[usize::from(core)].trap_generally(Trap::Timer);
    cluster.rest();
}

fn runs(cluster: &Cluster, core: u8) -> Option<ThreadRef<Fake>> {
    cluster.core(core).sched.current
}

/// A program of core 1 that computes on core 2 of three.
fn lodger(cluster: &mut Cluster) -> Program {
    let program = cluster.program(1, 20);
    allow(cluster, program, 2, Affinity::Preferred);
    tick(cluster, 1);
    assert_eq!(runs(cluster, 2), Some(cluster.thread_of(program)));
    assert_eq!(runs(cluster, 1), None);
    program
}

/// A system call of a program that computes on a core; gives its status, if it has one.
fn call_from(
    cluster: &mut Cluster,
    core: u8,
    program: Program,
    call: Syscall,
    arguments: &[u64],
) -> Option<u64> {
    let thread = cluster.thread_of(program);
    assert_eq!(runs(cluster, core), Some(thread));
    thread.context.request(call as u64, arguments);
    cluster.cores[usize::from(core)].enter();
    cluster.rest();
    assert_ne!(runs(cluster, core), Some(thread), "it stays away");
    let home = usize::from(program.core);
    while cluster.cores[home].sched.current == Some(thread) && thread.context.status.get().is_none()
    {
        cluster.cores[home].enter();
        cluster.rest();
    }
    thread.context.status.get()
}

fn state(cluster: &mut Cluster, program: Program) -> (u64, u64) {
    let told = cluster
        .call(Syscall::ThreadInfo, &[program.thread])
        .unwrap();
    (told[1], told[4] >> 8)
}

#[test]
fn a_thread_goes_where_it_is_to_run_and_makes_its_calls_at_home() {
    let mut cluster = Cluster::new(3);
    let bell = cluster.make(1, Kind::Notification, 0);
    let program = lodger(&mut cluster);
    let thread = cluster.thread_of(program);
    assert_eq!(state(&mut cluster, program), (ThreadState::Ready as u64, 2));
    cluster.give(program, bell, 5);
    let status = call_from(&mut cluster, 2, program, Syscall::Signal, &[5]);
    assert_eq!(status, Some(0));
    assert_eq!(runs(&cluster, 1), Some(thread), "it goes on at home");
    assert_eq!(runs(&cluster, 2), None);
    let refused = thread.context.repeats.get();
    assert_eq!(refused, 1, "the call was made again, once");
    tick(&mut cluster, 1);
    assert_eq!(runs(&cluster, 2), Some(thread), "it is out again");
    // What it names does not exist: that is found at home.
    let status = call_from(&mut cluster, 2, program, Syscall::Signal, &[40]);
    assert_eq!(status, Some(Refusal::NoCapability as u64));
}

#[test]
fn calls_about_nothing_are_made_where_the_thread_computes() {
    let mut cluster = Cluster::new(3);
    let program = lodger(&mut cluster);
    let thread = cluster.thread_of(program);
    for call in [Syscall::Null, Syscall::Yield, Syscall::Clock] {
        thread.context.request(call as u64, &[]);
        cluster.cores[2].enter();
        cluster.rest();
        assert_eq!(runs(&cluster, 2), Some(thread), "{}", call.name());
    }
}

#[test]
fn a_fault_is_told_at_home() {
    let mut cluster = Cluster::new(3);
    let (endpoint, reply) = (
        cluster.make(1, Kind::Endpoint, 0),
        cluster.make(1, Kind::Reply, 0),
    );
    let pager = cluster.program(1, 30);
    cluster.give(pager, endpoint, 3);
    cluster.give(pager, reply, 4);
    let receive = [3, 0, 0, 0, 0, 0, 0, 0, 4];
    assert_eq!(cluster.call_of(pager, Syscall::Recv, &receive), None);
    let program = cluster.program(1, 20);
    let stop = [program.thread];
    cluster.call(Syscall::ThreadSuspend, &stop).unwrap();
    let bindings = [program.thread, program.cnode, program.space, endpoint, 0, 0];
    cluster.call(Syscall::ThreadConfigure, &bindings).unwrap();
    cluster.call(Syscall::ThreadResume, &stop).unwrap();
    allow(&mut cluster, program, 2, Affinity::Preferred);
    tick(&mut cluster, 1);
    let thread = cluster.thread_of(program);
    assert_eq!(runs(&cluster, 2), Some(thread));
    let fault = Trap::Fault {
        kind: FaultKind::Read,
        address: 0x1234,
        code: 14,
    };
    cluster.cores[2].trap_generally(fault);
    cluster.rest();
    let handler = cluster.thread_of(pager);
    assert_eq!(runs(&cluster, 1), Some(handler));
    assert!(MessageInfo(handler.context.argument(1)).is_fault());
    assert_eq!(handler.context.argument(4), 0x1234);
    let answer = [
        3,
        MessageInfo::new(weft_abi::FaultLabel::RESUME, 0, 0).0,
        0,
        0,
        0,
        0,
        0,
        0,
        4,
    ];
    assert_eq!(cluster.call_of(pager, Syscall::ReplyRecv, &answer), None);
    assert_eq!(runs(&cluster, 1), Some(thread), "it goes on at home");
}

#[test]
fn a_fault_that_nobody_handles_stops_the_thread_at_home() {
    let mut cluster = Cluster::new(3);
    let program = lodger(&mut cluster);
    let thread = cluster.thread_of(program);
    cluster.cores[2].trap_generally(Trap::Fault {
        kind: FaultKind::Undefined,
        address: 0,
        code: 6,
    });
    cluster.rest();
    let home = cluster.core(1).home();
    assert!(thread.state.get(home) == Blocked::Faulted);
    assert_eq!(
        state(&mut cluster, program),
        (ThreadState::Faulted as u64, 1)
    );
}

#[test]
fn an_idle_core_takes_one_of_two_that_wait_for_each_other() {
    let mut cluster = Cluster::new(4);
    let programs = [(); 3].map(|()| cluster.program(1, 20));
    for program in programs {
        allow(&mut cluster, program, 2, Affinity::WhenIdle);
        allow(&mut cluster, program, 3, Affinity::WhenIdle);
    }
    assert_eq!((runs(&cluster, 2), runs(&cluster, 3)), (None, None));
    tick(&mut cluster, 1);
    tick(&mut cluster, 1);
    let all = [1, 2, 3].map(|core| runs(&cluster, core));
    for program in programs {
        assert!(all.contains(&Some(cluster.thread_of(program))));
    }
    // A fourth finds no idle core and stays.
    let fourth = cluster.program(1, 20);
    allow(&mut cluster, fourth, 2, Affinity::WhenIdle);
    tick(&mut cluster, 1);
    tick(&mut cluster, 1);
    assert_eq!(state(&mut cluster, fourth).1, 1);
}

#[test]
fn who_is_given_to_a_core_that_is_busy_by_then_comes_back() {
    let mut cluster = Cluster::new(3);
    let programs = [(); 2].map(|()| cluster.program(1, 20));
    for program in programs {
        allow(&mut cluster, program, 2, Affinity::WhenIdle);
    }
    let busy = cluster.program(2, 10);
    tick(&mut cluster, 1);
    tick(&mut cluster, 1);
    assert_eq!(runs(&cluster, 2), Some(cluster.thread_of(busy)));
    for program in programs {
        assert_eq!(state(&mut cluster, program).1, 1);
    }
}

#[test]
fn a_thread_is_called_home_by_whoever_forbids_the_core() {
    let mut cluster = Cluster::new(3);
    let program = lodger(&mut cluster);
    allow(&mut cluster, program, 2, Affinity::Never);
    cluster.rest();
    assert_eq!(runs(&cluster, 1), Some(cluster.thread_of(program)));
    tick(&mut cluster, 1);
    assert_eq!(runs(&cluster, 1), Some(cluster.thread_of(program)));
    allow(&mut cluster, program, 2, Affinity::Preferred);
    tick(&mut cluster, 1);
    assert_eq!(state(&mut cluster, program).1, 2);
    allow(&mut cluster, program, 1, Affinity::Preferred);
    cluster.rest();
    assert_eq!(state(&mut cluster, program).1, 1);
}

#[test]
fn a_control_permits_no_more_than_its_own_priority() {
    let mut cluster = Cluster::new(3);
    let low = cluster.slots(1);
    let mint = [1, low, 1, Cluster::control_of(2), 31, 15];
    cluster.call(Syscall::CNodeMint, &mint).unwrap();
    let (higher, lower) = (cluster.program(1, 20), cluster.program(1, 15));
    for program in [higher, lower] {
        let order = [low, program.thread, Affinity::Preferred as u64];
        cluster.call(Syscall::ThreadSetAffinity, &order).unwrap();
    }
    tick(&mut cluster, 1);
    tick(&mut cluster, 1);
    assert_eq!(state(&mut cluster, higher).1, 1);
    assert_eq!(state(&mut cluster, lower).1, 2);
    let bad = [low, higher.thread, 3];
    let refused = cluster.call(Syscall::ThreadSetAffinity, &bad);
    assert_eq!(refused.err(), Some(Refusal::InvalidArgument));
    let own = [
        Cluster::control_of(1),
        higher.thread,
        Affinity::Never as u64,
    ];
    let refused = cluster.call(Syscall::ThreadSetAffinity, &own);
    assert_eq!(refused.err(), Some(Refusal::InvalidArgument));
    let wrong = [higher.sched, higher.thread, 1];
    let refused = cluster.call(Syscall::ThreadSetAffinity, &wrong);
    assert_eq!(refused.err(), Some(Refusal::WrongKind));
}

#[test]
fn its_budget_ends_where_it_computes_and_comes_back_there_or_at_home() {
    let mut cluster = Cluster::new(3);
    let program = cluster.program(1, 20);
    let time = [
        Cluster::control_of(1),
        program.sched,
        20,
        3_000_000,
        20_000_000,
    ];
    cluster.call(Syscall::SchedConfigure, &time).unwrap();
    allow(&mut cluster, program, 2, Affinity::Preferred);
    let thread = cluster.thread_of(program);
    pass(&mut cluster, 1, Nanoseconds(1_000_000));
    assert_eq!(runs(&cluster, 2), Some(thread));
    let refused = cluster.call(Syscall::SchedConfigure, &time);
    assert_eq!(refused.err(), Some(Refusal::Busy));
    let refused = cluster.call(Syscall::SchedUnbind, &[program.sched]);
    assert_eq!(refused.err(), Some(Refusal::Busy));
    pass(&mut cluster, 2, Nanoseconds(2_000_000));
    assert_eq!(runs(&cluster, 2), None, "2 ms were left");
    pass(&mut cluster, 2, Nanoseconds(16_000_000));
    assert_eq!(runs(&cluster, 2), None);
    pass(&mut cluster, 2, Nanoseconds(1_000_000));
    assert_eq!(runs(&cluster, 2), Some(thread), "the next period");
    pass(&mut cluster, 2, Nanoseconds(3_000_000));
    assert_eq!(runs(&cluster, 2), None);
    allow(&mut cluster, program, 1, Affinity::Preferred);
    cluster.rest();
    assert_eq!(runs(&cluster, 1), None, "it waits at home now");
    pass(&mut cluster, 1, Nanoseconds(17_000_000));
    assert_eq!(runs(&cluster, 1), Some(thread));
}

#[test]
fn whatever_a_lodger_is_made_of_goes_away_only_when_it_is_home() {
    for what in 0..5 {
        let mut cluster = Cluster::new(3);
        let program = lodger(&mut cluster);
        let victim = [
            program.thread,
            program.sched,
            program.space,
            program.cnode,
            program.thread,
        ][what];
        if what == 4 {
            cluster.call(Syscall::ThreadSuspend, &[victim]).unwrap();
            assert_eq!(
                state(&mut cluster, program),
                (ThreadState::Suspended as u64, 1)
            );
        }
        cluster.call(Syscall::CNodeDelete, &[1, victim]).unwrap();
        cluster.rest();
        assert_eq!(cluster.kind(victim), None);
        assert_eq!((runs(&cluster, 1), runs(&cluster, 2)), (None, None));
        for slot in [program.thread, program.sched, program.space, program.cnode] {
            if cluster.kind(slot).is_some() {
                cluster.call(Syscall::CNodeDelete, &[1, slot]).unwrap();
            }
        }
        cluster.rest();
        for core in 0..3 {
            cluster.check_idle(core);
        }
    }
}

#[test]
fn what_the_processor_holds_of_a_thread_is_put_away_before_it_leaves() {
    let mut cluster = Cluster::new(3);
    let program = lodger(&mut cluster);
    let place = core::ptr::from_ref(&cluster.thread_of(program).context).addr();
    assert_eq!(cluster.cores[1].arch.put_away, [place]);
    assert_eq!(cluster.cores[2].arch.put_away, []);
    allow(&mut cluster, program, 1, Affinity::Preferred);
    cluster.rest();
    assert_eq!(cluster.cores[2].arch.put_away, [place]);
}

/// Whether what runs on a core can make an access, by what its TLB and its tables hold.
fn can(cluster: &mut Cluster, core: u8, address: u64, access: Access) -> bool {
    let core = &mut cluster.cores[usize::from(core)];
    let memory = core.memory;
    let found = core
        .arch
        .access(VirtAddr(address), access, |at| word(memory, at));
    found.is_ok()
}

fn flags(rights: Rights) -> u64 {
    MapFlags::new(rights, CacheMode::Normal).0
}

const WRITABLE: Rights = Rights::READ.union(Rights::WRITE);

/// So many frames of core 1, mapped in the space of a program of that core which computes on core 2 of eight, and known
/// to core 2's TLB; and the program.
fn shared(cluster: &mut Cluster, count: u64) -> (Program, u64) {
    let program = cluster.program(1, 20);
    cluster.hang_tables(1, program.space, PAGE);
    let bytes = (count << 12).next_power_of_two();
    let block = cluster.make(1, Kind::Untyped, bytes.ilog2().into());
    let first = cluster.slots(count);
    let order = [block, Kind::Frame as u64, 12, 1, first, count];
    cluster.call(Syscall::UntypedRetype, &order).unwrap();
    for (index, address) in (0..count).zip((PAGE..).step_by(0x1000)) {
        let map = [program.space, first + index, address, flags(WRITABLE)];
        cluster.call(Syscall::SpaceMap, &map).unwrap();
    }
    allow(cluster, program, 2, Affinity::Preferred);
    tick(cluster, 1);
    for address in (PAGE..).step_by(0x1000).take(count as usize) {
        assert!(can(cluster, 2, address, Access::Write));
    }
    (program, first)
}

/// How many interrupts each core has sent.
fn interrupts(cluster: &Cluster) -> Vec<u64> {
    let all = cluster.cores.iter();
    all.map(|core| core.arch.notifications).collect()
}

#[test]
fn pages_that_two_of_eight_cores_use_are_unmapped_with_one_interrupt() {
    let sent = unmapped_for_two_of_eight(Cluster::new(8));
    assert_eq!(sent, [0, 1, 1, 0, 0, 0, 0, 0], "one there, one back");
}

#[test]
fn pages_that_two_of_eight_cores_use_are_unmapped_by_one_if_it_reaches_the_others() {
    let sent = unmapped_for_two_of_eight(Cluster::reaching(8));
    assert_eq!(sent, [0; 8]);
}

/// How many interrupts each core sends.
fn unmapped_for_two_of_eight(mut cluster: Cluster) -> Vec<u64> {
    let (program, first) = shared(&mut cluster, 16);
    // Another thread of the same space unmaps them at home.
    let other = Program {
        thread: cluster.make(1, Kind::Thread, 0),
        sched: cluster.make(1, Kind::SchedContext, 0),
        cnode: cluster.make(1, Kind::CNode, 6),
        ..program
    };
    cluster.give(other, other.cnode, 1);
    for index in 0..16 {
        let moved = [other.cnode, 32 + index, 1, first + index];
        cluster.call(Syscall::CNodeMove, &moved).unwrap();
    }
    let bindings = [other.thread, other.cnode, other.space, 0, 0, 0];
    cluster.call(Syscall::ThreadConfigure, &bindings).unwrap();
    let time = [
        Cluster::control_of(1),
        other.sched,
        20,
        10_000_000,
        10_000_000,
    ];
    cluster.call(Syscall::SchedConfigure, &time).unwrap();
    cluster
        .call(Syscall::SchedBind, &[other.sched, other.thread])
        .unwrap();
    cluster
        .call(Syscall::ThreadResume, &[other.thread])
        .unwrap();
    let before = interrupts(&cluster);
    let thread = cluster.thread_of(other);
    thread
        .context
        .request(Syscall::SpaceUnmapMany as u64, &[32, 16, 0]);
    cluster.cores[1].enter();
    let asks = !cluster.core(1).arch.reaches_other_cores();
    assert_eq!(cluster.core(1).is_away(thread), asks);
    assert_eq!(can(&mut cluster, 2, PAGE, Access::Read), asks);
    cluster.rest();
    assert_eq!(thread.context.status.get(), Some(0));
    assert_eq!(thread.context.argument(1), 16);
    let sent: Vec<_> = interrupts(&cluster)
        .iter()
        .zip(&before)
        .map(|(after, before)| after - before)
        .collect();
    for address in (PAGE..).step_by(0x1000).take(16) {
        assert!(!can(&mut cluster, 2, address, Access::Read));
    }
    sent
}

#[test]
fn a_page_is_unmapped_from_a_third_core_and_used_again() {
    Cluster::both(3).into_iter().for_each(|mut cluster| {
        let (program, frame) = shared(&mut cluster, 1);
        cluster.call(Syscall::SpaceUnmap, &[frame]).unwrap();
        assert!(!can(&mut cluster, 2, PAGE, Access::Read));
        let again = cluster.call(Syscall::SpaceUnmap, &[frame]);
        assert_eq!(again.err(), Some(Refusal::NotMapped));
        let map = [program.space, frame, PAGE, flags(Rights::READ)];
        cluster.call(Syscall::SpaceMap, &map).unwrap();
        assert!(can(&mut cluster, 2, PAGE, Access::Read));
        assert!(!can(&mut cluster, 2, PAGE, Access::Write));
    });
}

#[test]
fn a_frame_of_another_core_is_unmapped_everywhere() {
    Cluster::both(3).into_iter().for_each(|mut cluster| {
        let (program, _) = shared(&mut cluster, 1);
        let frames = [0, 0, 0].map(|core| cluster.make(core, Kind::Frame, 12));
        for (frame, at) in frames.into_iter().zip((PAGE + 0x8000..).step_by(0x1000)) {
            let map = [program.space, frame, at, flags(WRITABLE)];
            cluster.call(Syscall::SpaceMap, &map).unwrap();
            assert!(can(&mut cluster, 2, at, Access::Write));
        }
        cluster.call(Syscall::SpaceUnmap, &[frames[0]]).unwrap();
        assert!(!can(&mut cluster, 2, PAGE + 0x8000, Access::Write));
        let gone = cluster
            .call(Syscall::SpaceUnmapMany, &[frames[1], 1, 0])
            .unwrap();
        assert_eq!(gone[1], 1);
        assert!(!can(&mut cluster, 2, PAGE + 0x9000, Access::Write));
        cluster.call(Syscall::CNodeDelete, &[1, frames[2]]).unwrap();
        assert!(!can(&mut cluster, 2, PAGE + 0xa000, Access::Write));
        for frame in &frames[..2] {
            assert!(
                !cluster
                    .slot(*frame)
                    .tag
                    .get(cluster.core(0).home())
                    .is_busy()
            );
        }
    });
}

#[test]
fn rights_are_taken_away_on_all_cores() {
    Cluster::both(3).into_iter().for_each(|mut cluster| {
        let (program, first) = shared(&mut cluster, 3);
        let less = [program.space, first, PAGE, flags(Rights::READ)];
        cluster.call(Syscall::SpaceMap, &less).unwrap();
        assert!(!can(&mut cluster, 2, PAGE, Access::Write));
        assert!(can(&mut cluster, 2, PAGE, Access::Read));
        assert!(can(&mut cluster, 2, PAGE + 0x1000, Access::Write));
        let many = [program.space, first, PAGE, flags(Rights::READ), 3, 0];
        let changed = cluster.call(Syscall::SpaceMapMany, &many).unwrap();
        assert_eq!(changed[1], 3);
        assert!(!can(&mut cluster, 2, PAGE + 0x1000, Access::Write));
        assert!(!can(&mut cluster, 2, PAGE + 0x2000, Access::Write));
        let uncached = MapFlags::new(Rights::READ, CacheMode::Uncached).0;
        let refused = cluster.call(Syscall::SpaceMap, &[program.space, first, PAGE, uncached]);
        assert_eq!(refused.err(), Some(Refusal::Busy), "only rights may change");
        cluster.call(Syscall::SpaceUnmap, &[first]).unwrap();
        assert!(!can(&mut cluster, 2, PAGE, Access::Read));
    });
}

#[test]
fn frames_are_deleted_only_when_no_core_knows_them() {
    Cluster::both(3).into_iter().for_each(|mut cluster| {
        let (_, first) = shared(&mut cluster, 60);
        let block = first - 1;
        let before = interrupts(&cluster);
        cluster.call(Syscall::CNodeRevoke, &[1, block]).unwrap();
        assert!(!can(&mut cluster, 2, PAGE, Access::Read));
        assert!(!can(&mut cluster, 2, PAGE + 59 * 0x1000, Access::Read));
        let sent = interrupts(&cluster)[2] - before[2];
        assert!(sent <= 2, "core 2 was asked for each page: {sent}");
    });
}

#[test]
fn a_table_is_deleted_only_when_no_core_knows_it() {
    Cluster::both(3).into_iter().for_each(table_is_deleted);
}

fn table_is_deleted(mut cluster: Cluster) {
    let (program, _) = shared(&mut cluster, 2);
    // The last of the tables, which is in the slot before the block's.
    let table = program.sched + 3;
    assert_eq!(cluster.kind(table), Some(Kind::PageTable));
    cluster.call(Syscall::CNodeDelete, &[1, table]).unwrap();
    assert!(!can(&mut cluster, 2, PAGE, Access::Read));
}

#[test]
fn a_message_page_is_gone_everywhere_before_its_thread_is() {
    Cluster::both(3).into_iter().for_each(|mut cluster| {
        let (program, _) = shared(&mut cluster, 1);
        let other = cluster.make(1, Kind::Thread, 0);
        let at = PAGE + 0x10_000;
        let map = [other, program.space, at];
        cluster.call(Syscall::ThreadMapMessagePage, &map).unwrap();
        assert!(can(&mut cluster, 2, at, Access::Write));
        cluster.call(Syscall::CNodeDelete, &[1, other]).unwrap();
        assert!(!can(&mut cluster, 2, at, Access::Write));
        assert_eq!(cluster.kind(other), None);
    });
}

#[test]
fn a_core_forgets_a_space_when_the_last_of_its_threads_leaves() {
    let mut cluster = Cluster::new(3);
    let (program, frame) = shared(&mut cluster, 1);
    allow(&mut cluster, program, 1, Affinity::Preferred);
    cluster.rest();
    let before = interrupts(&cluster);
    // Nobody has to be asked, and nothing is known.
    cluster.call(Syscall::SpaceUnmap, &[frame]).unwrap();
    assert_eq!(interrupts(&cluster)[2], before[2]);
    allow(&mut cluster, program, 2, Affinity::Preferred);
    tick(&mut cluster, 1);
    assert_eq!(runs(&cluster, 2), Some(cluster.thread_of(program)));
    assert!(!can(&mut cluster, 2, PAGE, Access::Read));
}
