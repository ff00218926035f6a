//! The stretches of `x86_64.s`.

use std::sync::LazyLock;

use weft_witness::functions::by_function;
use weft_witness::line::Place;
use weft_witness::vector::Vector;

use crate::harness::{Guest, Seen, run};
use crate::{COUNTED, FREE, TURNS};

const GUEST: Guest = Guest {
    target: "x86_64-unknown-none",
    base: "0x100000",
    emulator: "qemu-system-x86_64",
    arguments: &[
        ("-machine", "q35"),
        ("-cpu", "max"),
        ("-debugcon", "file:CLOCK"),
        ("-device", "isa-debug-exit,iobase=0xf4,iosize=0x04"),
    ],
    plugin: "",
};

static SEEN: LazyLock<Seen> = LazyLock::new(|| run(&GUEST, "counted", COUNTED));

/// What is not counted between the two readings of the clock: the first one, two moves, the load of the mark and the
/// two markers.
const BETWEEN_READINGS: u64 = 6;

#[test]
fn ten_instructions_are_ten_without_the_markers() {
    let expected = Vector {
        instructions: 10,
        code_lines: 1,
        ..Vector::default()
    };
    assert_eq!(SEEN.mark(1).total, expected);
}

#[test]
fn accesses_and_their_lines_are_counted() {
    let expected = Vector {
        instructions: 6,
        loads: 3,
        stores: 4,
        // Four lines of data and one of the stack.
        data_lines: 5,
        code_lines: 1,
        ..Vector::default()
    };
    assert_eq!(SEEN.mark(2).total, expected);
}

#[test]
fn privileged_and_ordering_instructions_are_told_apart() {
    let seen = SEEN.mark(3).total;
    let expected = Vector {
        instructions: 27,
        root_writes: 1,
        msr_writes: 1,
        msr_reads: 1,
        tls_writes: 2,
        tls_reads: 1,
        gs_swaps: 1,
        tlb: 1,
        control: 1,
        flag_writes: 1,
        vector_saves: 1,
        vector_restores: 1,
        fences: 3,
        locked: 2,
        entries: 1,
        exits: 1,
        port_io: 1,
        clock_reads: 1,
        // How the processor moves an area of vectors is its own affair.
        loads: seen.loads,
        stores: seen.stores,
        data_lines: seen.data_lines,
        code_lines: seen.code_lines,
        ..Vector::default()
    };
    assert_eq!(seen, expected);
}

#[test]
fn repeated_strings_count_each_element_and_their_end() {
    let expected = Vector {
        // Two instructions, 4096 + 1 and 8 + 1.
        instructions: 4108,
        loads: 8,
        stores: 4104,
        data_lines: 66,
        code_lines: 1,
        rep_iterations: 4104,
        copied_bytes: 64,
        cleared_bytes: 4096,
        ..Vector::default()
    };
    assert_eq!(SEEN.mark(4).total, expected);
}

#[test]
fn an_access_that_faults_retires_once() {
    let seen = SEEN.mark(5).total;
    // The access and the five instructions of the handler.
    assert_eq!((seen.instructions, seen.faulted, seen.exits), (6, 1, 1));
    // The access and the change of the page table, beside what `iretq` loads.
    assert_eq!(seen.stores, 1);
}

#[test]
fn the_upper_half_is_the_kernels() {
    let line = SEEN.mark(6);
    assert_eq!((line.user.instructions, line.kernel.instructions), (1, 6));
    assert_eq!((line.user.stores, line.kernel.loads), (1, 1));
    assert_eq!((line.total.data_lines, line.total.code_lines), (1, 2));
}

#[test]
fn the_guests_own_clock_agrees_to_the_instruction() {
    let seen = SEEN.mark(7).total;
    assert_eq!(SEEN.clock, seen.instructions + BETWEEN_READINGS);
    assert_eq!(
        (seen.locked, seen.cleared_bytes, seen.faulted),
        (100, 3000, 1)
    );
}

#[test]
fn every_execution_has_its_place() {
    let places = of_mark(1);
    assert_eq!(places.len(), 10);
    let root = SEEN.mark(1).spaces[0].root;
    for (number, place) in (0..).zip(&places) {
        assert_eq!((place.root, place.count), (root, 1));
        assert_eq!(place.pc, places[0].pc + number);
        assert_eq!(place.bytes, "90");
    }
}

#[test]
fn instructions_are_told_by_function() {
    let functions = by_function(&of_mark(5), std::slice::from_ref(&SEEN.program));
    let shown: Vec<_> = functions
        .iter()
        .map(|function| (function.name.as_str(), function.instructions))
        .collect();
    assert_eq!(shown, [("page_fault", 5), ("long_mode", 1)]);
}

fn of_mark(mark: u64) -> Vec<Place> {
    let places = SEEN.places.iter().filter(|place| place.mark == mark);
    places.cloned().collect()
}

#[test]
fn figures_do_not_depend_on_how_time_is_taken() {
    let free = run(&GUEST, "free", FREE);
    // Not the fourth and seventh: without counting, a repeated string is started once.
    for mark in [1, 2, 3, 5, 6] {
        let (free, counted) = (free.mark(mark), SEEN.mark(mark));
        assert_eq!(free, counted);
    }
    assert_eq!(free.mark(4).total.cleared_bytes, 4096);
}

#[test]
fn cores_that_are_counted_as_one_tell_the_same() {
    let guest = Guest {
        plugin: ",cores=one",
        ..GUEST
    };
    let seen = run(&guest, "turns", TURNS);
    assert_eq!(seen.lines, SEEN.lines);
    assert_eq!(seen.clock, SEEN.clock);
}
