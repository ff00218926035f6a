//! Chosen cases of derivation, deletion, revocation and retype.

use weft_abi::cap::MemoryClass;
use weft_abi::{Kind, Refusal, Rights, Syscall};
use weft_hal::PhysAddr;
use weft_store::Arena;

use super::super::{Answer, Fixture};

const ALL: u64 = 31;

fn copy(machine: &mut Fixture, from: u64, to: u64) -> Answer {
    machine.call(Syscall::CNodeCopy, &[1, to, 1, from, ALL])
}

fn kind(machine: &mut Fixture, cnode: u64, index: u64) -> u64 {
    machine
        .call(Syscall::CNodeInspect, &[cnode, index])
        .map_or(u64::MAX, |found| found[1] & 0xff)
}

fn machine() -> (Fixture, u64) {
    let mut machine = Fixture::new();
    let untyped = machine.untyped(MemoryClass::Ram);
    (machine, untyped)
}

#[test]
fn deleting_an_original_deletes_every_copy() {
    let (mut machine, untyped) = machine();
    machine
        .make(untyped, Kind::Endpoint, 0, 100, 1)
        .expect("made");
    copy(&mut machine, 100, 101).expect("copied");
    copy(&mut machine, 101, 102).expect("copied");
    machine
        .call(Syscall::CNodeDelete, &[1, 100])
        .expect("deleted");
    assert_eq!(
        [100, 101, 102].map(|slot| kind(&mut machine, 1, slot)),
        [0, 0, 0]
    );
}

#[test]
fn deleting_a_copy_leaves_what_was_derived_from_it() {
    let (mut machine, untyped) = machine();
    machine
        .make(untyped, Kind::Endpoint, 0, 100, 1)
        .expect("made");
    copy(&mut machine, 100, 101).expect("copied");
    copy(&mut machine, 101, 102).expect("copied");
    machine
        .call(Syscall::CNodeDelete, &[1, 101])
        .expect("deleted");
    assert_eq!(
        [100, 101, 102].map(|slot| kind(&mut machine, 1, slot)),
        [5, 0, 5]
    );
    machine
        .call(Syscall::CNodeRevoke, &[1, 100])
        .expect("revoked");
    assert_eq!(
        [100, 101, 102].map(|slot| kind(&mut machine, 1, slot)),
        [5, 0, 0]
    );
}

#[test]
fn capabilities_of_one_object_have_one_identity() {
    let (mut machine, untyped) = machine();
    machine
        .make(untyped, Kind::Endpoint, 0, 100, 2)
        .expect("made");
    copy(&mut machine, 100, 102).expect("copied");
    let identity = |machine: &mut Fixture, slot| {
        machine
            .call(Syscall::CNodeInspect, &[1, slot])
            .expect("a slot")[3]
    };
    assert_eq!(identity(&mut machine, 100), identity(&mut machine, 102));
    assert_ne!(identity(&mut machine, 100), identity(&mut machine, 101));
}

#[test]
fn untyped_memory_and_page_tables_are_never_copied() {
    let (mut machine, untyped) = machine();
    machine
        .make(untyped, Kind::PageTable, 0, 100, 1)
        .expect("made");
    assert_eq!(copy(&mut machine, 100, 101), Err(Refusal::WrongKind));
    assert_eq!(copy(&mut machine, untyped, 101), Err(Refusal::WrongKind));
}

#[test]
fn slot_zero_and_slots_beyond_the_end_are_nobodys() {
    let (mut machine, untyped) = machine();
    machine.make(untyped, Kind::CNode, 2, 100, 1).expect("made");
    machine
        .make(untyped, Kind::Endpoint, 0, 101, 1)
        .expect("made");
    for index in [0, 4, 1 << 40] {
        let answer = machine.call(Syscall::CNodeCopy, &[100, index, 1, 101, ALL]);
        assert_eq!(answer, Err(Refusal::OutOfRange));
        let answer = machine.call(Syscall::CNodeDelete, &[100, index]);
        assert_eq!(answer, Err(Refusal::NoCapability));
    }
    let over = machine.call(Syscall::UntypedRetype, &[untyped, 5, 0, 100, 2, 3]);
    assert_eq!(over, Err(Refusal::OutOfRange));
}

#[test]
fn a_cnode_in_itself_is_destroyed_and_its_memory_is_free_again() {
    let (mut machine, untyped) = machine();
    machine.interrupt_every(2);
    machine
        .make(untyped, Kind::Untyped, 12, 100, 1)
        .expect("made");
    machine.make(100, Kind::CNode, 3, 101, 2).expect("made");
    // Two CNodes, each holding the other's original.
    machine
        .call(Syscall::CNodeCopy, &[1, 110, 1, 101, ALL])
        .expect("copied");
    machine
        .call(Syscall::CNodeMove, &[101, 1, 1, 102])
        .expect("moved");
    machine
        .call(Syscall::CNodeMove, &[110, 2, 1, 101])
        .expect("moved");
    assert_eq!(kind(&mut machine, 110, 2), Kind::CNode as u64);
    machine
        .call(Syscall::CNodeRevoke, &[1, 100])
        .expect("revoked");
    let found = machine
        .call(Syscall::UntypedInfo, &[100])
        .expect("still there");
    assert_eq!(found[3], 4096);
    assert_eq!(kind(&mut machine, 1, 110), 0);
    machine
        .make(100, Kind::Frame, 12, 120, 1)
        .expect("the memory is free");
    machine.check_invariants();
}

#[test]
fn revoking_an_untyped_that_lies_in_a_cnode_made_of_it_ends_well() {
    let (mut machine, untyped) = machine();
    for period in 0..4 {
        machine.interrupt_every(period);
        machine
            .make(untyped, Kind::Untyped, 13, 100, 1)
            .expect("made");
        machine.make(100, Kind::CNode, 3, 101, 1).expect("made");
        machine.make(100, Kind::Endpoint, 0, 102, 3).expect("made");
        machine
            .call(Syscall::CNodeMove, &[101, 1, 1, 100])
            .expect("moved");
        // The way to the slot is gone in the middle; what remains is for the parent to revoke.
        let _ = machine.call(Syscall::CNodeRevoke, &[101, 1]);
        machine
            .call(Syscall::CNodeRevoke, &[1, untyped])
            .expect("revoked");
        assert_eq!(
            [100, 101, 102, 103].map(|slot| kind(&mut machine, 1, slot)),
            [0; 4]
        );
        machine.check_invariants();
    }
}

#[test]
fn deleting_an_untyped_gives_what_was_made_of_it_to_its_parent() {
    let (mut machine, untyped) = machine();
    machine
        .make(untyped, Kind::Untyped, 12, 100, 1)
        .expect("made");
    machine.make(100, Kind::Endpoint, 0, 101, 1).expect("made");
    machine
        .call(Syscall::CNodeDelete, &[1, 100])
        .expect("deleted");
    assert_eq!(kind(&mut machine, 1, 101), Kind::Endpoint as u64);
    machine
        .call(Syscall::CNodeRevoke, &[1, untyped])
        .expect("revoked");
    assert_eq!(kind(&mut machine, 1, 101), 0);
}

#[test]
fn a_frame_is_cleared_however_often_the_retype_is_interrupted() {
    let (mut machine, untyped) = machine();
    machine.interrupt_every(1);
    machine
        .make(untyped, Kind::Frame, 21, 100, 1)
        .expect("made");
    assert!(
        machine.root.context.repeats.get() > 50,
        "clearing 2 MiB was not interrupted"
    );
    let at = machine.call(Syscall::FrameInfo, &[100]).expect("a frame")[1];
    for page in (at..at + (1 << 21)).step_by(4096) {
        let words = machine.core.memory.page(PhysAddr(page));
        assert!(
            words
                .iter()
                .all(|word| word.load(core::sync::atomic::Ordering::Relaxed) == 0)
        );
    }
}

/// Begins a call that is interrupted at its first look; gives its arguments as they are then.
fn interrupted(machine: &mut Fixture, call: Syscall, arguments: &[u64]) -> [u64; 9] {
    machine.interrupt_every(1);
    let context = &machine.root.context;
    context.request(call as u64, arguments);
    machine.core.enter();
    let context = &machine.root.context;
    assert_eq!(context.status.get(), None, "it was not interrupted");
    machine.core.arch.preemption = weft_hal::fake::Preemption::Never;
    context.arguments.each_ref().map(|word| word.get())
}

#[test]
fn memory_that_was_filled_for_a_table_of_slots_is_cleared_for_a_frame() {
    let (mut machine, untyped) = machine();
    machine
        .make(untyped, Kind::Untyped, 20, 100, 1)
        .expect("made");
    let order = [100, Kind::CNode as u64, 10, 1, 101, 1];
    let rest = interrupted(&mut machine, Syscall::UntypedRetype, &order);
    machine.make(100, Kind::Frame, 12, 102, 1).expect("made");
    let at = machine.call(Syscall::FrameInfo, &[102]).expect("a frame")[1];
    let page = machine.core.memory.page(PhysAddr(at));
    let clear = |word: &core::sync::atomic::AtomicU64| {
        word.load(core::sync::atomic::Ordering::Relaxed) == 0
    };
    assert!(page.iter().all(clear), "a frame shows the kernel's slots");
    machine
        .call(Syscall::UntypedRetype, &rest)
        .expect("finished");
    copy(&mut machine, 102, 103).expect("copied");
    machine
        .call(Syscall::CNodeMove, &[101, 1023, 1, 103])
        .expect("moved");
    machine.check_invariants();
}

#[test]
fn memory_of_which_every_other_page_was_cleared_for_threads_is_cleared_for_frames() {
    for (kind, seen) in [(Kind::Thread, 1), (Kind::AddressSpace, 0)] {
        let (mut machine, untyped) = machine();
        machine
            .make(untyped, Kind::Untyped, 20, 100, 1)
            .expect("made");
        let order = [100, kind as u64, 0, 1, 110, 4];
        interrupted(&mut machine, Syscall::UntypedRetype, &order);
        let base = machine.call(Syscall::UntypedInfo, &[100]).expect("known")[1];
        let is_clear = |machine: &Fixture, page: u64| {
            let words = machine.core.memory.page(PhysAddr(base + page * 4096));
            let mut words = words.iter();
            words.all(|word| word.load(core::sync::atomic::Ordering::Relaxed) == 0)
        };
        assert!(is_clear(&machine, seen), "what is seen was not cleared");
        assert!(!is_clear(&machine, 1 - seen), "what nobody sees was");
        machine.make(100, Kind::Frame, 12, 102, 2).expect("made");
        assert!(is_clear(&machine, 0) && is_clear(&machine, 1));
    }
}

#[test]
fn an_interrupted_order_goes_on_behind_what_it_made() {
    let (mut machine, untyped) = machine();
    let order = [untyped, Kind::Endpoint as u64, 0, 1, 100, 600];
    let rest = interrupted(&mut machine, Syscall::UntypedRetype, &order);
    assert!(100 < rest[4] && rest[4] < 700, "nothing is left, or all");
    assert_eq!(rest[4] + rest[5], 700);
    let done = machine
        .call(Syscall::UntypedRetype, &rest)
        .expect("finished");
    assert_eq!(done[4], 700);
    let made = (100..700).map(|slot| kind(&mut machine, 1, slot));
    assert!(made.into_iter().all(|kind| kind == Kind::Endpoint as u64));
    assert_eq!(kind(&mut machine, 1, 700), 0);
    machine.check_invariants();
}

#[test]
fn a_slot_that_is_taken_while_an_order_is_interrupted_is_named() {
    let (mut machine, untyped) = machine();
    let order = [untyped, Kind::Endpoint as u64, 0, 1, 100, 600];
    let rest = interrupted(&mut machine, Syscall::UntypedRetype, &order);
    copy(&mut machine, 100, rest[4] + 1).expect("copied");
    let refused = machine.call(Syscall::UntypedRetype, &rest);
    assert_eq!(refused, Err(Refusal::SlotOccupied));
    assert_eq!(machine.root.context.arguments[4].get(), rest[4]);
    machine.check_invariants();
}

#[test]
fn a_table_with_one_capability_far_behind_is_emptied_and_its_memory_used_again() {
    let (mut machine, untyped) = machine();
    machine
        .make(untyped, Kind::Untyped, 16, 100, 1)
        .expect("made");
    for interrupts in [0, 1, 2] {
        if interrupts > 0 {
            machine.interrupt_every(interrupts);
        }
        machine.make(100, Kind::CNode, 10, 101, 1).expect("made");
        machine
            .call(Syscall::CNodeCopy, &[101, 1000, 1, 100 - 99, ALL])
            .expect("copied");
        machine
            .call(Syscall::CNodeDelete, &[1, 101])
            .expect("deleted");
        machine.check_invariants();
    }
}

#[test]
fn memory_used_before_is_cleared_again() {
    let (mut machine, untyped) = machine();
    machine
        .make(untyped, Kind::Untyped, 12, 100, 1)
        .expect("made");
    for _ in 0..3 {
        machine.make(100, Kind::Frame, 12, 101, 1).expect("made");
        let at = machine.call(Syscall::FrameInfo, &[101]).expect("a frame")[1];
        let page = machine.core.memory.page(PhysAddr(at));
        assert_eq!(page[7].load(core::sync::atomic::Ordering::Relaxed), 0);
        page[7].store(1, core::sync::atomic::Ordering::Relaxed);
        machine
            .call(Syscall::CNodeDelete, &[1, 101])
            .expect("deleted");
    }
}

#[test]
fn retained_memory_keeps_its_contents_and_makes_no_kernel_objects() {
    let (mut machine, _) = machine();
    let image = machine.untyped(MemoryClass::Retained);
    let refused = machine.make(image, Kind::Endpoint, 0, 100, 1);
    assert_eq!(refused, Err(Refusal::NotPermitted));
    machine
        .make(image, Kind::Frame, 12, 100, 4)
        .expect("frames");
    let at = machine.call(Syscall::FrameInfo, &[102]).expect("a frame")[1];
    assert_eq!(at, super::super::IMAGE.0 + 0x2000);
    let word =
        machine.core.memory.page(PhysAddr(at))[0].load(core::sync::atomic::Ordering::Relaxed);
    assert_eq!(word, 0x0404_0404_0404_0404);
    assert_ne!(word.to_ne_bytes()[0], Arena::RUBBISH);
}

#[test]
fn a_full_untyped_and_a_used_slot_are_refused_and_nothing_changes() {
    let (mut machine, untyped) = machine();
    machine
        .make(untyped, Kind::Untyped, 12, 100, 1)
        .expect("made");
    assert_eq!(
        machine.make(100, Kind::Frame, 12, 101, 2),
        Err(Refusal::NoMemory)
    );
    machine.make(100, Kind::Endpoint, 0, 103, 1).expect("made");
    assert_eq!(
        machine.make(100, Kind::Endpoint, 0, 101, 4),
        Err(Refusal::SlotOccupied)
    );
    assert_eq!(
        [101, 102, 104].map(|slot| kind(&mut machine, 1, slot)),
        [0; 3]
    );
    let free = machine
        .call(Syscall::UntypedInfo, &[100])
        .expect("an untyped")[3];
    assert_eq!(free, 4096 - (1 << crate::object::size::ENDPOINT));
}

#[test]
fn badges_are_given_once_and_only_to_what_has_them() {
    let (mut machine, untyped) = machine();
    machine
        .make(untyped, Kind::Endpoint, 0, 100, 1)
        .expect("made");
    machine.make(untyped, Kind::Reply, 0, 101, 1).expect("made");
    let mut mint = |from, to, badge| {
        machine
            .call(Syscall::CNodeMint, &[1, to, 1, from, ALL, badge])
            .map(|_| ())
    };
    assert_eq!(mint(100, 110, 0), Err(Refusal::InvalidArgument));
    assert_eq!(mint(100, 110, 7), Ok(()));
    assert_eq!(mint(110, 111, 8), Err(Refusal::AlreadyBadged));
    assert_eq!(mint(101, 111, 8), Err(Refusal::WrongKind));
    assert_eq!(
        mint(weft_abi::boot::SCHED_CONTROL.0.into(), 112, 10),
        Ok(())
    );
    assert_eq!(mint(112, 113, 11), Err(Refusal::OutOfRange));
    let badge = machine
        .call(Syscall::CNodeInspect, &[1, 110])
        .expect("a slot")[2];
    assert_eq!(badge, 7);
}

#[test]
fn rights_only_shrink() {
    let (mut machine, untyped) = machine();
    machine.make(untyped, Kind::CNode, 4, 100, 1).expect("made");
    let read = Rights::READ.bits().into();
    machine
        .call(Syscall::CNodeCopy, &[1, 101, 1, 100, read])
        .expect("copied");
    machine
        .call(Syscall::CNodeCopy, &[1, 102, 1, 101, ALL])
        .expect("copied");
    let refused = machine.call(Syscall::CNodeCopy, &[102, 1, 1, 100, ALL]);
    assert_eq!(refused, Err(Refusal::NotPermitted));
    let wrong = machine.call(Syscall::CNodeCopy, &[1, 103, 1, 100, 0x20]);
    assert_eq!(wrong, Err(Refusal::InvalidArgument));
}

#[test]
fn a_thread_that_destroys_itself_is_never_resumed() {
    let (mut machine, _) = machine();
    machine.interrupt_every(1);
    let root = machine.root;
    root.context.request(
        Syscall::CNodeDelete as u64,
        &[1, weft_abi::boot::THREAD.0.into()],
    );
    while machine.core.sched.current == Some(root) {
        machine.core.enter();
    }
    assert!(machine.core.sched.current.is_none());
}
