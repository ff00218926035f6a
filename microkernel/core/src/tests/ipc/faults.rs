//! Faults: told to the handler, answered or not.

use super::*;

#[test]
fn a_fault_is_told_to_the_handler_and_the_answer_decides() {
    let mut rig = Rig::new(&[Some(20), Some(10)]);
    rig.enter(0, Syscall::ThreadSuspend, &[THREADS + 1]);
    rig.enter(
        0,
        Syscall::ThreadConfigure,
        &[THREADS + 1, CNODE, SPACE, BADGED, 0, 0],
    );
    rig.enter(
        0,
        Syscall::ThreadWriteRegisters,
        &[THREADS + 1, 0x20_1234, 0x30_0000, 0, 0, 0],
    );
    rig.enter(0, Syscall::ThreadResume, &[THREADS + 1]);
    rig.receive(0, REPLIES);
    let trap = Trap::Fault {
        kind: FaultKind::Write,
        address: 0x1000,
        code: 6,
    };
    rig.machine.core.trap(trap);
    let got = rig.answer(0).unwrap();
    assert_eq!(MessageInfo(got[1]).label(), FaultLabel::NUMBER);
    assert!(MessageInfo(got[1]).is_fault());
    assert_eq!(
        (got[0], &got[2..6]),
        (BADGE, &[FaultKind::Write as u64, 0x20_1234, 0x1000, 6][..])
    );
    assert_eq!(rig.state(1), ThreadState::Faulted);
    rig.reply_recv(0, info(FaultLabel::RESUME, 0), REPLIES);
    assert_eq!(rig.running(), Some(1), "answered with RESUME it goes on");
    rig.threads[1].context.request(250, &[0; ARGUMENTS]);
    rig.machine.core.enter();
    assert_eq!(rig.answer(0).unwrap()[2], FaultKind::BadSyscall as u64);
    rig.reply_recv(0, info(1, 0), REPLIES);
    assert_eq!(rig.running(), None, "any other answer leaves it stopped");
}

#[test]
fn a_server_that_stays_stopped_after_its_fault_waits_in_no_queue() {
    let mut rig = Rig::new(&[Some(30), Some(20), Some(10)]);
    let untyped = rig.machine.untyped(MemoryClass::Ram);
    let (faults, handled) = (300, 301);
    let endpoint = [untyped, Kind::Endpoint as u64, 0, CNODE, faults, 1];
    rig.enter(0, Syscall::UntypedRetype, &endpoint);
    rig.enter(
        0,
        Syscall::CNodeMint,
        &[CNODE, handled, CNODE, faults, 31, 9],
    );
    rig.enter(0, Syscall::ThreadSuspend, &[THREADS + 1]);
    let configure = [THREADS + 1, CNODE, SPACE, handled, 0, 0];
    rig.enter(0, Syscall::ThreadConfigure, &configure);
    rig.enter(0, Syscall::ThreadResume, &[THREADS + 1]);
    rig.enter(
        0,
        Syscall::Recv,
        &[faults, 0, 0, 0, 0, 0, 0, 0, REPLIES + 1],
    );
    rig.receive(1, REPLIES);
    rig.call(2, info(1, 6), [0; 6]);
    assert_eq!(rig.running(), Some(1), "on its client's context");
    rig.machine.core.trap(Trap::Fault {
        kind: FaultKind::Write,
        address: 0x1000,
        code: 6,
    });
    // The client, whose context it is, waits no longer: the server's own is free when the fault is answered.
    rig.enter(0, Syscall::CNodeDelete, &[CNODE, REPLIES]);
    let stop = info(FaultLabel::RESUME + 1, 0).0;
    rig.enter(0, Syscall::Reply, &[REPLIES + 1, stop]);
    let home = rig.machine.core.home();
    assert_eq!(rig.state(1), ThreadState::Faulted);
    assert_eq!(rig.threads[1].queued.get(home), None);
}

#[test]
fn a_fault_that_cannot_be_answered_leaves_the_registers_alone() {
    let mut rig = Rig::new(&[Some(20), Some(10)]);
    rig.enter(0, Syscall::ThreadSuspend, &[THREADS + 1]);
    let configure = [THREADS + 1, CNODE, SPACE, BADGED, 0, 0];
    rig.enter(0, Syscall::ThreadConfigure, &configure);
    rig.enter(0, Syscall::ThreadResume, &[THREADS + 1]);
    rig.receive(0, 0);
    rig.threads[1].context.status.set(None);
    rig.machine.core.trap(Trap::Fault {
        kind: FaultKind::Write,
        address: 0x1000,
        code: 6,
    });
    assert_eq!(rig.state(1), ThreadState::Faulted);
    assert_eq!(rig.threads[1].context.status.get(), None);
}

#[test]
fn a_fault_without_handler_stops_the_thread_and_the_log_says_why() {
    let mut rig = Rig::new(&[Some(20), Some(10)]);
    let trap = Trap::Fault {
        kind: FaultKind::Divide,
        address: 0,
        code: 0,
    };
    rig.machine.core.trap(trap);
    assert_eq!(rig.running(), Some(1));
    assert!(rig.machine.core.arch.text().contains("division by zero"));
    assert_eq!(rig.state(0), ThreadState::Faulted);
}
