//! Many pages by one call.

use weft_abi::cap::MemoryClass;
use weft_abi::layout::USER_END;
use weft_abi::{Kind, Refusal, Syscall};

use super::super::Fixture;
use super::{DEVICE, R, RW};

/// Root's own space.
const OWN: u64 = 3;
const AT: u64 = 0x100_0000_0000;
const TABLE: u64 = 1 << 21;
const PAGE: u64 = 4096;
/// Slots of page tables, and of frames.
const TABLES: u64 = 200;
const FRAMES: u64 = 300;
const MANY: u64 = 512;

/// Frames, and page tables for the first 2 MiB.
fn machine() -> Fixture {
    let mut machine = Fixture::new();
    let untyped = machine.untyped(MemoryClass::Ram);
    machine
        .make(untyped, Kind::Frame, 12, FRAMES, MANY)
        .expect("frames");
    machine.tables(OWN, AT, untyped, TABLES);
    machine
}

fn map(machine: &mut Fixture, at: u64, flags: u64, count: u64) -> Result<u64, Refusal> {
    let arguments = [OWN, FRAMES, at, flags, count, 0];
    let results = machine.call(Syscall::SpaceMapMany, &arguments)?;
    Ok(results[1])
}

fn unmap(machine: &mut Fixture, first: u64, count: u64) -> Result<u64, Refusal> {
    let results = machine.call(Syscall::SpaceUnmapMany, &[first, count, 0])?;
    Ok(results[1])
}

/// Whether each page can be written, as a thread sees it that has seen it before.
fn writable(machine: &mut Fixture) -> std::vec::Vec<Option<bool>> {
    let pages = (0..MANY).map(|page| AT + page * PAGE);
    pages
        .map(|at| machine.look(OWN, at).map(|found| found.1))
        .collect()
}

#[test]
fn a_whole_table_is_mapped_changed_and_unmapped_by_a_call_each() {
    for interrupts in [0, 1, 3] {
        let mut machine = machine();
        if interrupts > 0 {
            machine.interrupt_every(interrupts);
        }
        let all = |state| std::vec![state; MANY as usize];
        assert_eq!(map(&mut machine, AT, RW, MANY), Ok(MANY));
        assert_eq!(writable(&mut machine), all(Some(true)));
        assert_eq!(map(&mut machine, AT, R, MANY), Ok(MANY));
        assert_eq!(writable(&mut machine), all(Some(false)));
        assert_eq!(unmap(&mut machine, FRAMES, MANY), Ok(MANY));
        assert_eq!(writable(&mut machine), all(None));
        let again = unmap(&mut machine, FRAMES, MANY);
        assert_eq!(again, Err(Refusal::NotMapped));
    }
}

#[test]
fn each_page_is_its_own_frame() {
    let mut machine = machine();
    map(&mut machine, AT, RW, MANY).expect("mapped");
    for page in 0..MANY {
        let frame = machine.call(Syscall::FrameInfo, &[FRAMES + page]);
        let seen = machine.look(OWN, AT + page * PAGE).map(|found| found.0);
        assert_eq!(seen, frame.ok().map(|results| results[1]), "page {page}");
    }
}

#[test]
fn a_call_ends_where_a_table_is_missing_and_says_so_when_it_begins_there() {
    let mut machine = machine();
    let at = AT + TABLE - 3 * PAGE;
    assert_eq!(map(&mut machine, at, RW, 8), Ok(3));
    assert_eq!(machine.look(OWN, at + 2 * PAGE).map(|it| it.1), Some(true));
    let rest = [OWN, FRAMES + 3, AT + TABLE, RW, 5, 0];
    let refused = machine.call(Syscall::SpaceMapMany, &rest);
    assert_eq!(refused, Err(Refusal::NoTable));
    assert_eq!(machine.root.context.arguments[1].get(), 1);
}

#[test]
fn the_last_user_page_is_not_mapped_among_many_either() {
    let mut machine = machine();
    let untyped = machine.untyped(MemoryClass::Ram);
    let at = USER_END - 3 * PAGE;
    machine.tables(OWN, at, untyped, TABLES + 10);
    assert_eq!(map(&mut machine, at, RW, 8), Ok(3));
    assert_eq!(machine.look(OWN, USER_END), None);
}

#[test]
fn what_is_no_frame_ends_a_call() {
    let mut machine = machine();
    machine
        .call(Syscall::CNodeDelete, &[1, FRAMES + 5])
        .expect("deleted");
    assert_eq!(map(&mut machine, AT, RW, 8), Ok(5));
    assert_eq!(unmap(&mut machine, FRAMES, 8), Ok(5));
    let nothing = unmap(&mut machine, FRAMES + 5, 1);
    assert_eq!(nothing, Err(Refusal::NoCapability));
    assert_eq!(unmap(&mut machine, OWN, 1), Err(Refusal::WrongKind));
}

#[test]
fn a_frame_without_the_right_ends_a_call() {
    let mut machine = machine();
    let read_only = FRAMES + MANY;
    machine
        .call(Syscall::CNodeCopy, &[1, read_only, 1, FRAMES, R])
        .expect("copied");
    machine
        .call(Syscall::CNodeDelete, &[1, FRAMES + 5])
        .expect("deleted");
    machine
        .call(Syscall::CNodeMove, &[1, FRAMES + 5, 1, read_only])
        .expect("moved");
    assert_eq!(map(&mut machine, AT, RW, 8), Ok(5));
    assert_eq!(unmap(&mut machine, FRAMES, 8), Ok(5));
    assert_eq!(map(&mut machine, AT, R, 8), Ok(8));
}

#[test]
fn counts_and_flags_that_are_not_allowed_are_refused() {
    let mut machine = machine();
    for count in [0, MANY + 1, u64::MAX] {
        assert_eq!(map(&mut machine, AT, RW, count), Err(Refusal::OutOfRange));
        let unmapped = unmap(&mut machine, FRAMES, count);
        assert_eq!(unmapped, Err(Refusal::OutOfRange));
    }
    let device = map(&mut machine, AT, R | DEVICE, 4);
    assert_eq!(device, Err(Refusal::InvalidArgument));
    let beyond = machine.call(Syscall::SpaceUnmapMany, &[u64::from(u32::MAX) - 1, 2, 0]);
    assert_eq!(beyond, Err(Refusal::NoCapability));
}

#[test]
fn what_another_thread_takes_away_in_between_ends_an_interrupted_call() {
    let mut machine = machine();
    machine.interrupt_every(1);
    let root = machine.root;
    let arguments = [OWN, FRAMES, AT, RW, MANY, 0];
    root.context
        .request(Syscall::SpaceMapMany as u64, &arguments);
    machine.core.enter();
    assert_eq!(root.context.status.get(), None, "it was not interrupted");
    let done = root.context.arguments[5].get();
    assert!(0 < done && done < MANY);
    let saved = root.context.arguments.each_ref().map(|word| word.get());
    machine
        .call(Syscall::CNodeDelete, &[1, FRAMES + done])
        .expect("deleted");
    let mapped = machine.call(Syscall::SpaceMapMany, &saved);
    assert_eq!(mapped.map(|results| results[1]), Ok(done));
}
