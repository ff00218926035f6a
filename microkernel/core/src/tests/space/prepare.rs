//! Memory is got ready before it is mapped: all of it, in pieces, and anew if it is another frame.

use std::vec::Vec;

use weft_abi::cap::MemoryClass;
use weft_abi::{Kind, Refusal, Syscall};
use weft_hal::PhysAddr;

use super::super::Fixture;
use super::{R, RW, RX, UNCACHED};

const OWN: u64 = 3;
const AT: u64 = 0x100_0000_0000;
const FRAME: u64 = 100;
const TABLES: u64 = 200;
const LARGE: u64 = 2 << 20;
/// What the bar of masked stretches leaves room for, at four instructions a line of 64 bytes.
const LONGEST: u64 = 64 << 10;

/// A machine with large frames and the tables that they need.
fn machine(frames: u64) -> Fixture {
    let mut machine = Fixture::new();
    make(&mut machine, frames);
    prepared(&mut machine);
    machine
}

fn make(machine: &mut Fixture, frames: u64) {
    let untyped = machine.untyped(MemoryClass::Ram);
    // The frames may need all of the greatest.
    let info = machine.info();
    let smaller = info.untypeds.iter().find(|entry| {
        let plain = entry.class == MemoryClass::Ram as u8 && u64::from(entry.slot) != untyped;
        plain && entry.size >= 13
    });
    let small = smaller.expect("memory for tables").slot.into();
    for slot in [TABLES, TABLES + 1] {
        machine
            .make(small, Kind::PageTable, 0, slot, 1)
            .expect("a table");
        machine
            .call(Syscall::SpaceMapTable, &[OWN, slot, AT])
            .expect("linked");
    }
    machine
        .make(untyped, Kind::Frame, 21, FRAME, frames)
        .expect("large frames");
}

fn physical(machine: &Fixture, frame: u64) -> u64 {
    machine.slot(frame).object.get(machine.core.home())
}

/// What was got ready since this was asked last.
fn prepared(machine: &mut Fixture) -> Vec<(PhysAddr, u64)> {
    machine.core.arch.prepared.take()
}

/// Panics unless these pieces are all of a frame, once and in order.
fn check_whole(pieces: &[(PhysAddr, u64)], start: u64) {
    let mut at = start;
    for (from, bytes) in pieces {
        assert_eq!(from.0, at, "a piece is missing or comes twice");
        assert!(*bytes <= LONGEST, "{bytes} bytes without a look");
        at += bytes;
    }
    assert_eq!(at, start + LARGE);
}

/// Enters the kernel once with a call of root, which may have to repeat it.
fn enter(machine: &mut Fixture, arguments: &[u64]) -> Option<u64> {
    let root = machine.root;
    root.context.request(Syscall::SpaceMap as u64, arguments);
    machine.core.enter();
    root.context.status.get()
}

#[test]
fn a_large_page_is_got_ready_in_pieces_and_a_repeated_call_goes_on() {
    for (every, flags) in [(1, RX), (3, RX), (u32::MAX, RX), (2, RW | UNCACHED)] {
        let mut machine = machine(1);
        let start = physical(&machine, FRAME);
        machine.interrupt_every(every);
        machine
            .call(Syscall::SpaceMap, &[OWN, FRAME, AT, flags])
            .expect("mapped in the end");
        check_whole(&prepared(&mut machine), start);
        machine.check_invariants();
    }
}

#[test]
fn what_needs_no_preparation_and_what_cannot_be_mapped_gets_none() {
    let mut machine = machine(1);
    let far = AT + (1 << 39);
    let refused = machine.call(Syscall::SpaceMap, &[OWN, FRAME, far, RX]);
    assert_eq!(refused.err(), Some(Refusal::NoTable));
    machine
        .call(Syscall::SpaceMap, &[OWN, FRAME, AT, R])
        .expect("mapped");
    assert_eq!(prepared(&mut machine), []);
}

#[test]
fn a_page_that_becomes_executable_is_got_ready_then() {
    let mut machine = machine(1);
    let start = physical(&machine, FRAME);
    machine.interrupt_every(5);
    for flags in [RW, RX] {
        machine
            .call(Syscall::SpaceMap, &[OWN, FRAME, AT, flags])
            .expect("mapped");
    }
    check_whole(&prepared(&mut machine), start);
}

#[test]
fn many_large_pages_are_got_ready_one_by_one() {
    let mut machine = machine(2);
    let starts = [FRAME, FRAME + 1].map(|frame| physical(&machine, frame));
    machine.interrupt_every(7);
    let mapped = machine
        .call(Syscall::SpaceMapMany, &[OWN, FRAME, AT, RX, 2, 0])
        .expect("mapped");
    assert_eq!(mapped[1], 2);
    let pieces = prepared(&mut machine);
    let (first, second) = pieces.split_at(pieces.len() / 2);
    check_whole(first, starts[0]);
    check_whole(second, starts[1]);
}

#[test]
fn a_frame_that_was_made_anew_of_the_same_memory_is_got_ready_from_the_start() {
    let mut machine = machine(1);
    let start = physical(&machine, FRAME);
    machine.interrupt_every(1);
    let arguments = [OWN, FRAME, AT, RX];
    for _ in 0..3 {
        assert_eq!(enter(&mut machine, &arguments), None, "it is interrupted");
    }
    machine.interrupt_every(u32::MAX);
    assert!(!prepared(&mut machine).is_empty());
    // The frame alone is made of this untyped.
    let untyped = machine.untyped(MemoryClass::Ram);
    machine
        .call(Syscall::CNodeRevoke, &[1, untyped])
        .expect("all is gone");
    machine
        .make(untyped, Kind::Frame, 21, FRAME, 1)
        .expect("the frame again");
    assert_eq!(physical(&machine, FRAME), start, "of the same memory");
    machine.call(Syscall::SpaceMap, &arguments).expect("mapped");
    check_whole(&prepared(&mut machine), start);
}
