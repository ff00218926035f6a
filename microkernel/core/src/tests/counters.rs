//! Who may read the processor's counters: who says so, and that they are open while such a thread runs and at no other time.

use weft_hal::Counters::{Closed, Open};

use super::fast::{quick, quick_answer, quick_call, served};
use super::ipc::{BADGED, CNODE, CONTROL, ENDPOINT, Rig, SPACE, THREADS};
use super::*;

/// Slots: two spaces, and a weak copy of the right to give time.
const SPACES: u64 = 320;
const WEAK: u64 = 322;
const REPLY: u64 = 210;

/// The running thread makes two spaces, which may not read counters.
fn make_spaces(rig: &mut Rig, who: usize) {
    let untyped = rig.machine.untyped(MemoryClass::Ram);
    let arguments = [untyped, Kind::AddressSpace as u64, 0, CNODE, SPACES, 2];
    rig.enter(who, Syscall::UntypedRetype, &arguments);
    rig.answer(who).unwrap();
}

fn allow(rig: &mut Rig, control: u64, space: u64) -> Result<(), Refusal> {
    rig.enter(0, Syscall::SpaceAllowCounters, &[control, space]);
    rig.answer(0).map(|_| ())
}

/// Gives a thread another space; it stays suspended.
fn move_to(rig: &mut Rig, who: usize, (thread, space): (u64, u64)) {
    rig.enter(who, Syscall::ThreadSuspend, &[thread]);
    rig.enter(
        who,
        Syscall::ThreadConfigure,
        &[thread, CNODE, space, 0, 0, 0],
    );
    rig.answer(who).unwrap();
}

fn counters(rig: &Rig) -> weft_hal::Counters {
    rig.machine.core.arch.counters
}

#[test]
fn whoever_gives_time_opens_counters_and_nobody_else() {
    let mut rig = Rig::new(&[Some(20)]);
    make_spaces(&mut rig, 0);
    let read = Rights::READ.bits().into();
    rig.enter(0, Syscall::CNodeCopy, &[CNODE, WEAK, CNODE, CONTROL, read]);
    for (control, refusal) in [
        (THREADS, Refusal::WrongKind),
        (SPACES, Refusal::WrongKind),
        (SPACE, Refusal::WrongKind),
        (WEAK, Refusal::NotPermitted),
        (0, Refusal::NoCapability),
    ] {
        assert_eq!(allow(&mut rig, control, SPACES), Err(refusal), "{control}");
    }
    rig.enter(0, Syscall::CNodeDelete, &[CNODE, WEAK]);
    rig.enter(0, Syscall::CNodeCopy, &[CNODE, WEAK, CNODE, SPACES, read]);
    assert_eq!(allow(&mut rig, CONTROL, WEAK), Err(Refusal::NotPermitted));
    rig.enter(0, Syscall::CNodeDelete, &[CNODE, WEAK]);
    assert_eq!(allow(&mut rig, CONTROL, THREADS), Err(Refusal::WrongKind));
    let is = |rig: &Rig, at| {
        let home = rig.machine.core.home();
        let slot = rig.machine.slot(at);
        let space: weft_store::Ref<crate::object::AddressSpace> =
            slot.object_of(home, Kind::AddressSpace).unwrap();
        space.counters.get(home)
    };
    assert_eq!(is(&rig, SPACES), Closed, "a refused call changes nothing");
    assert_eq!(allow(&mut rig, CONTROL, SPACES), Ok(()));
    assert_eq!((is(&rig, SPACES), is(&rig, SPACES + 1)), (Open, Closed));
}

#[test]
fn counters_are_not_opened_for_a_space_that_a_thread_has_or_may_have() {
    let mut rig = Rig::new(&[Some(20), Some(10)]);
    make_spaces(&mut rig, 0);
    let all = Rights::all().bits().into();
    let refused = Err(Refusal::Busy);
    assert_eq!(allow(&mut rig, CONTROL, SPACE), refused, "root's");
    move_to(&mut rig, 0, (THREADS + 1, SPACES));
    assert_eq!(allow(&mut rig, CONTROL, SPACES), refused);
    rig.enter(
        0,
        Syscall::CNodeCopy,
        &[CNODE, WEAK, CNODE, SPACES + 1, all],
    );
    assert_eq!(allow(&mut rig, CONTROL, SPACES + 1), refused, "copied");
    assert_eq!(allow(&mut rig, CONTROL, WEAK), refused, "a copy");
    rig.enter(0, Syscall::CNodeDelete, &[CNODE, WEAK]);
    assert_eq!(allow(&mut rig, CONTROL, SPACES + 1), Ok(()));
}

#[test]
fn what_a_core_knows_of_a_space_whose_threads_are_gone_does_not_keep_counters_closed() {
    let mut rig = Rig::new(&[Some(20), Some(20), Some(20)]);
    make_spaces(&mut rig, 0);
    move_to(&mut rig, 0, (THREADS + 1, SPACES));
    rig.enter(0, Syscall::ThreadResume, &[THREADS + 1]);
    rig.enter(0, Syscall::Yield, &[]);
    rig.enter(2, Syscall::Yield, &[]);
    assert_eq!((rig.running(), counters(&rig)), (Some(1), Closed));
    rig.enter(1, Syscall::Yield, &[]);
    // Its capability to the space goes with the old one.
    move_to(&mut rig, 0, (THREADS + 1, SPACES + 1));
    assert_eq!(allow(&mut rig, CONTROL, SPACES), Ok(()));
    move_to(&mut rig, 0, (THREADS + 1, SPACES));
    rig.enter(0, Syscall::ThreadResume, &[THREADS + 1]);
    rig.enter(0, Syscall::Yield, &[]);
    rig.enter(2, Syscall::Yield, &[]);
    assert_eq!((rig.running(), counters(&rig)), (Some(1), Open));
}

/// As `served`, but the server is in a space that may not read counters, where the caller's may, as all threads of root's.
fn served_by_another() -> Rig {
    let mut rig = served();
    make_spaces(&mut rig, 1);
    move_to(&mut rig, 1, (THREADS, SPACES));
    rig.enter(1, Syscall::ThreadResume, &[THREADS]);
    rig.enter(0, Syscall::Recv, &[ENDPOINT, 0, 0, 0, 0, 0, 0, 0, REPLY]);
    rig
}

#[test]
fn messages_to_and_from_one_that_may_not_read_them_close_and_open_them() {
    let mut rig = served_by_another();
    for _ in 0..3 {
        assert_eq!(counters(&rig), Open);
        assert!(!quick_call(&mut rig), "nothing is open for the server");
        assert_eq!(counters(&rig), Open, "the fast path changes nothing");
        rig.enter(1, Syscall::Call, &[BADGED, 0, 1]);
        assert_eq!((rig.running(), counters(&rig)), (Some(0), Closed));
        assert!(!quick_answer(&mut rig));
        let arguments = [ENDPOINT, 0, 7, 0, 0, 0, 0, 0, REPLY];
        rig.enter(0, Syscall::ReplyRecv, &arguments);
        assert_eq!((rig.running(), counters(&rig)), (Some(1), Open));
    }
}

#[test]
fn messages_between_two_that_may_not_read_them_are_quick() {
    let mut rig = served_by_another();
    move_to(&mut rig, 1, (THREADS + 2, SPACES + 1));
    rig.enter(1, Syscall::ThreadResume, &[THREADS + 2]);
    rig.enter(1, Syscall::ThreadSuspend, &[THREADS + 1]);
    rig.enter(2, Syscall::Call, &[BADGED, 0, 1]);
    let arguments = [ENDPOINT, 0, 7, 0, 0, 0, 0, 0, REPLY];
    rig.enter(0, Syscall::ReplyRecv, &arguments);
    for _ in 0..3 {
        assert!(quick(&mut rig, 2, Syscall::Call, &[BADGED, 0, 1]));
        assert_eq!(counters(&rig), Closed);
        assert!(quick_answer(&mut rig));
        assert_eq!(counters(&rig), Closed);
    }
}

#[test]
fn turns_between_one_that_may_read_them_and_one_that_may_not_change_them_each_time() {
    let mut rig = Rig::new(&[Some(20), Some(20), Some(20)]);
    make_spaces(&mut rig, 0);
    move_to(&mut rig, 0, (THREADS + 1, SPACES));
    rig.enter(0, Syscall::ThreadResume, &[THREADS + 1]);
    // 0 and 2 may, 1 may not. The queue is 2, 1.
    for (who, next, wanted) in [
        (0, 2, Open),
        (2, 1, Closed),
        (1, 0, Open),
        (0, 2, Open),
        (2, 1, Closed),
        (1, 0, Open),
    ] {
        rig.enter(who, Syscall::Yield, &[]);
        assert_eq!((rig.running(), counters(&rig)), (Some(next), wanted));
    }
    assert!(quick(&mut rig, 0, Syscall::Yield, &[]), "both may");
    assert_eq!((rig.running(), counters(&rig)), (Some(2), Open));
    assert!(!quick(&mut rig, 2, Syscall::Yield, &[]), "the next may not");
    assert_eq!((rig.running(), counters(&rig)), (Some(2), Open));
}
