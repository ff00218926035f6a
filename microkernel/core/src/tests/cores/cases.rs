//! Calls about objects of another core, one by one.

use weft_abi::cap::{CacheMode, MapFlags};
use weft_abi::{FaultKind, FaultLabel, Kind, MessageInfo, Refusal, Rights, Syscall};
use weft_hal::{Access, Trap, VirtAddr};

use super::super::word;
use super::Cluster;
use super::cluster::{Program, RECEIVE};
use crate::object::{Blocked, Thread};

const PLAIN: u64 = MessageInfo::new(6, 0, 0).0;

#[test]
fn objects_are_made_of_the_memory_of_another_core() {
    let mut cluster = Cluster::new(2);
    let at = cluster.make(1, Kind::Endpoint, 0);
    assert_eq!(cluster.kind(at), Some(Kind::Endpoint));
    let tag = cluster.slot(at).tag.get(cluster.core(0).home());
    assert_eq!(tag.home().0, 1);
    let used = cluster.call(Syscall::CNodeInfo, &[1]).unwrap()[2];
    cluster.call(Syscall::CNodeDelete, &[1, at]).unwrap();
    assert_eq!(cluster.kind(at), None);
    assert!(cluster.slot(at).is_empty(cluster.core(0).home()));
    assert_eq!(cluster.call(Syscall::CNodeInfo, &[1]).unwrap()[2], used - 1);
}

#[test]
fn many_objects_are_made_in_parts_and_their_memory_is_used_again() {
    let mut cluster = Cluster::new(3);
    let memory = cluster.memory_of(2);
    let first = cluster.slots(700);
    for interrupts in [0, 3] {
        if interrupts != 0 {
            cluster.cores[2].arch.preemption = weft_hal::fake::Preemption::Every(interrupts);
        }
        for _ in 0..2 {
            let order = [memory, Kind::Notification as u64, 0, 1, first, 700];
            cluster.call(Syscall::UntypedRetype, &order).unwrap();
            for index in [0, 255, 256, 699] {
                assert_eq!(cluster.kind(first + index), Some(Kind::Notification));
            }
            cluster.call(Syscall::CNodeRevoke, &[1, memory]).unwrap();
            assert_eq!(cluster.kind(first), None);
        }
    }
    let free = cluster.call(Syscall::UntypedInfo, &[memory]).unwrap()[3];
    assert!(free.is_power_of_two(), "all of it is free: {free:#x}");
}

#[test]
fn what_has_no_room_is_refused_and_reserves_nothing() {
    let mut cluster = Cluster::new(2);
    let memory = cluster.memory_of(1);
    let at = cluster.slots(4096);
    let used = cluster.call(Syscall::CNodeInfo, &[1]).unwrap()[2];
    let order = [memory, Kind::Frame as u64, 12, 1, at, 4096];
    let refused = cluster.call(Syscall::UntypedRetype, &order);
    assert_eq!(refused.err(), Some(Refusal::NoMemory));
    assert_eq!(cluster.call(Syscall::CNodeInfo, &[1]).unwrap()[2], used);
    assert!(cluster.slot(at).is_empty(cluster.core(0).home()));
}

#[test]
fn a_program_runs_on_another_core_and_signals_home() {
    let mut cluster = Cluster::new(2);
    let program = cluster.program(1, 20);
    let running = cluster.core(1).sched.current;
    assert_eq!(running, Some(cluster.thread_of(program)));
    let bell = cluster.make(0, Kind::Notification, 0);
    let badged = cluster.slots(1);
    let mint = [1, badged, 1, bell, 31, 4];
    cluster.call(Syscall::CNodeMint, &mint).unwrap();
    cluster.give(program, badged, 5);
    let rung = cluster.call_of(program, Syscall::Signal, &[5]);
    assert!(rung.expect("it goes on").is_ok());
    let got = cluster.call(Syscall::Poll, &[bell]).unwrap();
    assert_eq!(got[0], 4);
    assert_eq!(cluster.core(1).sched.current, running, "it runs on");
}

#[test]
fn a_copy_in_another_cores_cnode_is_revoked_from_home() {
    let mut cluster = Cluster::new(2);
    let program = cluster.program(1, 20);
    let bell = cluster.make(0, Kind::Notification, 0);
    cluster.give(program, bell, 5);
    cluster.call(Syscall::CNodeRevoke, &[1, bell]).unwrap();
    let rung = cluster.call_of(program, Syscall::Signal, &[5]);
    assert_eq!(rung, Some(Err(Refusal::NoCapability)));
    cluster.give(program, bell, 5);
    let deleted = cluster.call_of(program, Syscall::CNodeDelete, &[1, 5]);
    assert!(deleted.expect("it goes on").is_ok());
    cluster.give(program, bell, 5);
}

/// A program of core 1 with an endpoint in slot 3 and a reply object in slot 4; and root's slot of the endpoint.
fn serving(cluster: &mut Cluster) -> (Program, u64) {
    let server = cluster.program(1, 20);
    let endpoint = cluster.make(1, Kind::Endpoint, 0);
    let reply = cluster.make(1, Kind::Reply, 0);
    cluster.give(server, endpoint, 3);
    cluster.give(server, reply, 4);
    (server, endpoint)
}

#[test]
fn a_call_to_another_core_is_answered() {
    let mut cluster = Cluster::new(2);
    let (server, endpoint) = serving(&mut cluster);
    let client = cluster.program(0, 62);
    let badged = cluster.slots(1);
    cluster
        .call(Syscall::CNodeMint, &[1, badged, 1, endpoint, 31, 77])
        .unwrap();
    cluster.give(client, badged, 3);
    let park = cluster.make(0, Kind::Notification, 0);
    let root = cluster.root;
    for wait_first in [true, false] {
        if wait_first {
            assert_eq!(cluster.call_of(server, Syscall::Recv, &RECEIVE), None);
        }
        assert_eq!(
            cluster.try_call(root, Syscall::Wait, &[park, u64::MAX]),
            None
        );
        let words = [3, PLAIN, 1, 2, 3, 4, 5, 6];
        assert_eq!(cluster.call_of(client, Syscall::Call, &words), None);
        if !wait_first {
            let got = cluster.call_of(server, Syscall::Recv, &RECEIVE);
            assert!(got.expect("a message waits").is_ok());
        }
        let thread = cluster.thread_of(server);
        assert_eq!(cluster.core(1).sched.current, Some(thread));
        assert_eq!(thread.context.arguments[0].get(), 77);
        assert_eq!(thread.context.arguments[7].get(), 6);
        let caller = cluster.thread_of(client);
        assert!(cluster.core(0).is_away(caller));
        let answer = [4, PLAIN, 10, 20, 30, 40, 50, 60];
        let answered = cluster.call_of(server, Syscall::Reply, &answer);
        assert!(answered.expect("it goes on").is_ok());
        assert_eq!(cluster.core(0).sched.current, Some(caller));
        assert_eq!(caller.context.status.get(), Some(0));
        assert_eq!(caller.context.arguments[7].get(), 60);
        // Root goes on with the next round.
        cluster.wake_root(park);
    }
}

#[test]
fn a_caller_that_is_stopped_waits_on_no_other_core() {
    let mut cluster = Cluster::new(2);
    let (server, endpoint) = serving(&mut cluster);
    let client = cluster.program(0, 62);
    cluster.give(client, endpoint, 3);
    let park = cluster.make(0, Kind::Notification, 0);
    let root = cluster.root;
    let caller = cluster.thread_of(client);
    for received in [false, true] {
        cluster.try_call(root, Syscall::Wait, &[park, u64::MAX]);
        assert_eq!(cluster.call_of(client, Syscall::Call, &[3, PLAIN]), None);
        if received {
            cluster
                .call_of(server, Syscall::Recv, &RECEIVE)
                .unwrap()
                .unwrap();
        }
        cluster.wake_root(park);
        cluster
            .call(Syscall::ThreadSuspend, &[client.thread])
            .unwrap();
        let home = cluster.core(0).home();
        assert!(caller.state.get(home) == Blocked::Suspended);
        assert_eq!(caller.context.status.get(), Some(Refusal::Cancelled as u64));
        let answered = cluster.call_of(server, Syscall::Reply, &[4, PLAIN]);
        assert!(answered.unwrap().is_err(), "nobody waits");
        cluster
            .call(Syscall::ThreadResume, &[client.thread])
            .unwrap();
    }
    cluster
        .call(Syscall::CNodeDelete, &[1, client.thread])
        .unwrap();
    assert_eq!(cluster.kind(client.thread), None);
}

#[test]
fn a_server_that_dies_tells_its_callers_on_other_cores() {
    let mut cluster = Cluster::new(3);
    let (server, endpoint) = serving(&mut cluster);
    let clients = [cluster.program(2, 30), cluster.program(2, 30)];
    assert_eq!(cluster.call_of(server, Syscall::Recv, &RECEIVE), None);
    for client in clients {
        cluster.give(client, endpoint, 3);
        // The first is received, the second waits.
        assert_eq!(cluster.call_of(client, Syscall::Call, &[3, PLAIN]), None);
    }
    cluster
        .call(Syscall::CNodeDelete, &[1, server.thread])
        .unwrap();
    for client in clients {
        let thread = cluster.thread_of(client);
        assert_eq!(thread.context.status.get(), Some(Refusal::Dead as u64));
        assert!(!cluster.core(2).is_away(thread));
    }
}

#[test]
fn a_passive_server_is_called_by_its_own_core_only() {
    let mut cluster = Cluster::new(2);
    let server = cluster.program(1, 20);
    let endpoint = cluster.make(1, Kind::Endpoint, 0);
    cluster.give(server, endpoint, 3);
    assert_eq!(cluster.call_of(server, Syscall::Recv, &[3]), None);
    cluster.call(Syscall::SchedUnbind, &[server.sched]).unwrap();
    let refused = cluster.call(Syscall::Call, &[endpoint, PLAIN]);
    assert_eq!(refused.err(), Some(Refusal::WrongCore));
}

#[test]
fn a_frame_is_shared_by_spaces_of_two_cores_and_leaves_both() {
    let mut cluster = Cluster::new(2);
    let program = cluster.program(1, 20);
    let frame = cluster.make(0, Kind::Frame, 12);
    cluster.hang_tables(1, program.space, 0x40_0000);
    let flags = MapFlags::new(Rights::READ | Rights::WRITE, CacheMode::Normal).0;
    let map = [program.space, frame, 0x40_0000, flags];
    cluster.call(Syscall::SpaceMap, &map).unwrap();
    assert!(reads(&mut cluster, 0x40_0000));
    let again = cluster.call(Syscall::SpaceMap, &map);
    assert_eq!(again.err(), Some(Refusal::AlreadyMapped));
    cluster.call(Syscall::SpaceUnmap, &[frame]).unwrap();
    assert!(!reads(&mut cluster, 0x40_0000));
    let gone = cluster.call(Syscall::SpaceUnmap, &[frame]);
    assert_eq!(gone.err(), Some(Refusal::NotMapped));
    cluster.call(Syscall::SpaceMap, &map).unwrap();
    assert!(reads(&mut cluster, 0x40_0000));
    cluster.call(Syscall::CNodeDelete, &[1, frame]).unwrap();
    assert!(
        !reads(&mut cluster, 0x40_0000),
        "a deleted frame stays mapped"
    );
    assert_eq!(cluster.kind(frame), None);
}

/// So many frames of core 0, mapped one behind the other in the space of a program that runs on core 1.
fn shared(cluster: &mut Cluster, count: u64) -> u64 {
    let program = cluster.program(1, 20);
    cluster.hang_tables(1, program.space, 0x40_0000);
    let block = cluster.make(0, Kind::Untyped, 22);
    let first = cluster.slots(count);
    let order = [block, Kind::Frame as u64, 12, 1, first, count];
    cluster.call(Syscall::UntypedRetype, &order).unwrap();
    let flags = MapFlags::new(Rights::READ | Rights::WRITE, CacheMode::Normal).0;
    for index in 0..count {
        let at = 0x40_0000 + index * 0x1000;
        let map = [program.space, first + index, at, flags];
        cluster.call(Syscall::SpaceMap, &map).unwrap();
        assert!(reads(cluster, at));
    }
    first
}

/// How many interrupts each of two cores has sent.
fn interrupts(cluster: &Cluster) -> [u64; 2] {
    [0, 1].map(|core| cluster.core(core).arch.notifications)
}

#[test]
fn pages_in_a_space_of_another_core_are_unmapped_with_one_interrupt_there_and_one_back() {
    let mut cluster = Cluster::new(2);
    let first = shared(&mut cluster, 300);
    let before = interrupts(&cluster);
    let unmapped = cluster
        .call(Syscall::SpaceUnmapMany, &[first, 300, 0])
        .unwrap();
    assert_eq!(unmapped[1], 300);
    assert_eq!(interrupts(&cluster), before.map(|count| count + 1));
    for index in 0..300 {
        assert!(!reads(&mut cluster, 0x40_0000 + index * 0x1000));
        let tag = cluster.slot(first + index).tag.get(cluster.core(0).home());
        assert!(!tag.is_busy());
    }
    let again = cluster.call(Syscall::SpaceUnmapMany, &[first, 300, 0]);
    assert_eq!(again.err(), Some(Refusal::NotMapped));
}

#[test]
fn pages_in_a_space_of_another_core_are_gone_before_their_unmapping_ends() {
    let mut cluster = Cluster::new(2);
    let first = shared(&mut cluster, 3);
    let root = cluster.root;
    root.context
        .request(Syscall::SpaceUnmapMany as u64, &[first, 3, 0]);
    cluster.cores[0].enter();
    cluster.rest_without(1);
    assert!(cluster.core(0).is_away(root));
    assert!(reads(&mut cluster, 0x40_0000));
    cluster.rest();
    assert!(!reads(&mut cluster, 0x40_0000));
    assert_eq!(cluster.core(0).sched.current, Some(root));
    assert_eq!(root.context.status.get(), Some(0));
    assert_eq!(root.context.arguments[1].get(), 3);
}

#[test]
fn frames_that_are_mapped_on_another_core_are_revoked_with_one_interrupt_there() {
    let mut cluster = Cluster::new(2);
    let first = shared(&mut cluster, 300);
    let block = first - 1;
    let before = interrupts(&cluster);
    cluster.call(Syscall::CNodeRevoke, &[1, block]).unwrap();
    let after = interrupts(&cluster);
    assert_eq!(after[0], before[0] + 1);
    assert_eq!(after[1], before[1] + 1);
    assert!(!reads(&mut cluster, 0x40_0000));
    assert_eq!(cluster.kind(first), None);
}

/// Whether the running program of core 1 can read an address, by what its TLB and its tables hold.
fn reads(cluster: &mut Cluster, address: u64) -> bool {
    let core = &mut cluster.cores[1];
    let memory = core.memory;
    let found = core
        .arch
        .access(VirtAddr(address), Access::Read, |at| word(memory, at));
    found.is_ok()
}

#[test]
fn a_cnode_with_capabilities_of_three_cores_is_destroyed() {
    let mut cluster = Cluster::new(3);
    let memory = cluster.memory_of(1);
    let room = cluster.call(Syscall::UntypedInfo, &[memory]).unwrap()[3];
    let cnode = cluster.make(1, Kind::CNode, 6);
    let bells = [0, 1, 2].map(|core| cluster.make(core, Kind::Notification, 0));
    for (index, bell) in (1..).zip(bells.iter().cycle().take(30)) {
        let copy = [cnode, index, 1, *bell, 31];
        cluster.call(Syscall::CNodeCopy, &copy).unwrap();
    }
    let moved = cluster.make(2, Kind::Endpoint, 0);
    cluster
        .call(Syscall::CNodeMove, &[cnode, 40, 1, moved])
        .unwrap();
    assert_eq!(cluster.kind(moved), None);
    for interrupts in [1, 5] {
        for core in &mut cluster.cores {
            core.arch.preemption = weft_hal::fake::Preemption::Every(interrupts);
        }
    }
    cluster.call(Syscall::CNodeDelete, &[1, cnode]).unwrap();
    cluster.rest();
    for bell in bells {
        cluster.call(Syscall::CNodeDelete, &[1, bell]).unwrap();
    }
    cluster.rest();
    let left = cluster.call(Syscall::UntypedInfo, &[memory]).unwrap()[3];
    assert_eq!(left, room, "nothing is left");
}

#[test]
fn a_thread_that_is_stopped_by_another_core_stops() {
    let mut cluster = Cluster::new(2);
    let program = cluster.program(1, 20);
    let thread: weft_store::Ref<Thread<_>> = cluster.thread_of(program);
    cluster
        .call(Syscall::ThreadSuspend, &[program.thread])
        .unwrap();
    assert_eq!(cluster.core(1).sched.current, None);
    cluster
        .call(Syscall::ThreadResume, &[program.thread])
        .unwrap();
    assert_eq!(cluster.core(1).sched.current, Some(thread));
    cluster
        .call(Syscall::CNodeDelete, &[1, program.thread])
        .unwrap();
    assert_eq!(cluster.core(1).sched.current, None);
}

/// A program of core 1 whose faults are told to an endpoint of core 0; and that endpoint, and a reply object.
fn supervised(cluster: &mut Cluster) -> (Program, u64, u64) {
    let endpoint = cluster.make(0, Kind::Endpoint, 0);
    let reply = cluster.make(0, Kind::Reply, 0);
    let badged = cluster.slots(1);
    cluster
        .call(Syscall::CNodeMint, &[1, badged, 1, endpoint, 31, 9])
        .unwrap();
    let program = cluster.program(1, 20);
    cluster
        .call(Syscall::ThreadSuspend, &[program.thread])
        .unwrap();
    let bindings = [program.thread, program.cnode, program.space, badged, 0, 0];
    cluster.call(Syscall::ThreadConfigure, &bindings).unwrap();
    cluster
        .call(Syscall::ThreadResume, &[program.thread])
        .unwrap();
    (program, endpoint, reply)
}

fn fault(cluster: &mut Cluster) {
    cluster.cores[1].trap_generally(Trap::Fault {
        kind: FaultKind::Read,
        address: 0x1234,
        code: 14,
    });
    cluster.rest();
}

#[test]
fn a_fault_is_told_to_another_core_and_answered_from_there() {
    let mut cluster = Cluster::new(2);
    let (program, endpoint, reply) = supervised(&mut cluster);
    let thread = cluster.thread_of(program);
    let receive = [endpoint, 0, 0, 0, 0, 0, 0, 0, reply];
    for label in [FaultLabel::RESUME, FaultLabel::RESUME + 1] {
        assert_eq!(cluster.core(1).sched.current, Some(thread));
        fault(&mut cluster);
        assert_eq!(cluster.core(1).sched.current, None);
        let told = cluster.call(Syscall::Recv, &receive).unwrap();
        assert!(MessageInfo(told[1]).is_fault());
        assert_eq!((told[0], told[4]), (9, 0x1234));
        let answer = [reply, MessageInfo::new(label, 0, 0).0];
        cluster.call(Syscall::Reply, &answer).unwrap();
    }
    let home = cluster.core(1).home();
    assert!(thread.state.get(home) == Blocked::Faulted);
    cluster
        .call(Syscall::CNodeDelete, &[1, program.thread])
        .unwrap();
    assert_eq!(cluster.kind(program.thread), None);
    cluster.call(Syscall::CNodeDelete, &[1, endpoint]).unwrap();
}

#[test]
fn a_thread_whose_far_fault_endpoint_is_gone_stops() {
    let mut cluster = Cluster::new(2);
    for waiting in [false, true] {
        let (program, endpoint, _) = supervised(&mut cluster);
        let thread = cluster.thread_of(program);
        if waiting {
            fault(&mut cluster);
        }
        cluster.call(Syscall::CNodeDelete, &[1, endpoint]).unwrap();
        if !waiting {
            fault(&mut cluster);
        }
        let home = cluster.core(1).home();
        assert!(thread.state.get(home) == Blocked::Faulted, "{waiting}");
        cluster
            .call(Syscall::CNodeDelete, &[1, program.thread])
            .unwrap();
        assert_eq!(cluster.kind(program.thread), None);
    }
}

#[test]
fn a_thread_that_waits_with_its_fault_on_another_core_is_destroyed() {
    let mut cluster = Cluster::new(2);
    let (program, endpoint, reply) = supervised(&mut cluster);
    fault(&mut cluster);
    cluster
        .call(Syscall::CNodeDelete, &[1, program.thread])
        .unwrap();
    assert_eq!(cluster.kind(program.thread), None);
    let receive = [endpoint, 0, 0, 0, 0, 0, 0, 0, reply];
    let got = cluster.call(Syscall::Recv, &receive).unwrap();
    assert_eq!((got[0], got[1]), (9, MessageInfo::gone().0), "nothing else");
}

/// A program of core 1 that waits at an endpoint of the last core.
fn caller(cluster: &mut Cluster) -> Program {
    let last = cluster.cores.len() as u8 - 1;
    let program = cluster.program(1, 20);
    let endpoint = cluster.make(last, Kind::Endpoint, 0);
    cluster.give(program, endpoint, 3);
    assert_eq!(cluster.call_of(program, Syscall::Call, &[3, PLAIN]), None);
    let thread = cluster.thread_of(program);
    assert!(cluster.core(1).is_away(thread));
    program
}

#[test]
fn a_thread_that_is_called_back_does_not_run_before_it_is_stopped() {
    let mut cluster = Cluster::new(3);
    let program = caller(&mut cluster);
    let (root, thread) = (cluster.root, cluster.thread_of(program));
    root.context
        .request(Syscall::ThreadSuspend as u64, &[program.thread]);
    cluster.cores[0].enter();
    // Core 1 tries again and again; the last one looks first.
    while cluster.look(|count| count - 1) {
        assert_ne!(cluster.core(1).sched.current, Some(thread));
    }
    assert_eq!(root.context.status.get(), Some(0));
    let home = cluster.core(1).home();
    assert!(thread.state.get(home) == Blocked::Suspended);
}

#[test]
fn a_thread_that_is_away_loses_its_cspace_only_when_it_is_home() {
    let mut cluster = Cluster::new(3);
    let program = caller(&mut cluster);
    let thread = cluster.thread_of(program);
    cluster
        .call(Syscall::CNodeDelete, &[1, program.cnode])
        .unwrap();
    cluster.rest();
    let home = cluster.core(1).home();
    assert!(thread.state.get(home) == Blocked::Suspended);
    assert_eq!(thread.slots.get(home), (0, 0));
    assert_eq!(thread.context.status.get(), Some(Refusal::Cancelled as u64));
}

#[test]
fn a_letter_that_is_told_of_together_with_what_was_left_is_read() {
    let mut cluster = Cluster::new(2);
    let bell = cluster.make(1, Kind::Notification, 0);
    let programs = [(); 3].map(|()| {
        let program = cluster.program(0, 20);
        cluster.give(program, bell, 3);
        cluster.thread_of(program)
    });
    let park = cluster.make(0, Kind::Notification, 0);
    let root = cluster.root;
    cluster.cores[1].arch.preemption = weft_hal::fake::Preemption::Every(1);
    assert_eq!(
        cluster.try_call(root, Syscall::Wait, &[park, u64::MAX]),
        None
    );
    for (sent, thread) in programs.into_iter().enumerate() {
        assert_eq!(cluster.core(0).sched.current, Some(thread));
        thread.context.request(Syscall::Signal as u64, &[3]);
        cluster.cores[0].enter();
        if sent > 0 {
            // Core 1 reads one letter and is interrupted.
            cluster.listen();
            cluster.told.remove(&weft_hal::CoreId(1));
            cluster.cores[1].trap_generally(Trap::Mail);
        }
    }
    cluster.rest();
    for thread in programs {
        assert_eq!(thread.context.status.get(), Some(0), "it is not home");
    }
}

#[test]
fn a_refusal_is_not_taken_for_one_of_an_earlier_call() {
    let mut cluster = Cluster::new(2);
    let program = cluster.program(1, 20);
    let home = cluster.program(0, 20);
    // A frame that is mapped here, one that is mapped on core 1, and one of core 1.
    let frames = cluster.slots(3);
    for (at, core) in (frames..).zip([0, 0, 1]) {
        let order = [cluster.memory_of(core), Kind::Frame as u64, 12, 1, at, 1];
        cluster.call(Syscall::UntypedRetype, &order).unwrap();
    }
    let flags = MapFlags::new(Rights::READ | Rights::WRITE, CacheMode::Normal).0;
    for (space, core, frame) in [(home.space, 0, frames), (program.space, 1, frames + 1)] {
        cluster.hang_tables(core, space, 0x40_0000);
        cluster
            .call(Syscall::SpaceMap, &[space, frame, 0x40_0000, flags])
            .unwrap();
    }
    let unmapped = cluster
        .call(Syscall::SpaceUnmapMany, &[frames, 2, 0])
        .unwrap();
    assert_eq!(unmapped[1], 2);
    let other = cluster.call(Syscall::SpaceUnmapMany, &[frames + 2, 1, 0]);
    assert_eq!(
        other.err(),
        Some(Refusal::WrongCore),
        "another core's frame"
    );
    let root = cluster.root;
    let map = [home.space, frames + 2, 0x40_1000, flags, 1, 0];
    root.context.request(Syscall::SpaceMapMany as u64, &map);
    cluster.cores[0].enter();
    cluster.listen();
    assert!(
        cluster.told.is_empty(),
        "it went where the earlier call pointed"
    );
    assert_eq!(root.context.status.get(), Some(Refusal::WrongCore as u64));
}
