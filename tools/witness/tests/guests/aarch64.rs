//! The stretches of `aarch64.s`.

use std::sync::LazyLock;

use weft_witness::vector::Vector;

use crate::harness::{Guest, Seen, run};
use crate::{COUNTED, FREE, TURNS};

const GUEST: Guest = Guest {
    target: "aarch64-unknown-none",
    base: "0x40100000",
    emulator: "qemu-system-aarch64",
    arguments: &[
        ("-machine", "virt,gic-version=3"),
        ("-cpu", "cortex-a72"),
        ("-serial", "file:CLOCK"),
    ],
    plugin: ",where=1",
};

static SEEN: LazyLock<Seen> = LazyLock::new(|| run(&GUEST, "counted", COUNTED));

/// What is not counted between the two readings of the counter: the first one, the load of the mark and the two
/// markers.
const BETWEEN_READINGS: u64 = 4;

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
fn a_pair_is_one_access_and_a_prefetch_none() {
    let expected = Vector {
        instructions: 6,
        loads: 3,
        stores: 2,
        data_lines: 4,
        code_lines: SEEN.mark(2).total.code_lines,
        ..Vector::default()
    };
    assert_eq!(SEEN.mark(2).total, expected);
}

#[test]
fn privileged_and_ordering_instructions_are_told_apart() {
    let seen = SEEN.mark(3).total;
    let expected = Vector {
        // Eighteen, and two of the handler.
        instructions: 20,
        // Of an exclusive pair two loads and a store, of each pair of vectors two accesses.
        loads: 4,
        stores: 3,
        data_lines: 2,
        root_writes: 1,
        msr_writes: 1,
        msr_reads: 2,
        tls_writes: 1,
        tls_reads: 1,
        tlb: 1,
        flag_writes: 1,
        cache: 1,
        vector_saves: 1,
        vector_restores: 1,
        fences: 3,
        locked: 1,
        entries: 1,
        exits: 1,
        clock_reads: 1,
        code_lines: seen.code_lines,
        ..Vector::default()
    };
    assert_eq!(seen, expected);
}

#[test]
fn an_access_that_faults_retires_once() {
    let seen = SEEN.mark(5).total;
    // The access and the two instructions of the handler.
    assert_eq!((seen.instructions, seen.faulted, seen.exits), (3, 1, 1));
    assert_eq!((seen.loads, seen.stores), (1, 0));
}

#[test]
fn the_guests_own_counter_agrees_to_the_instruction() {
    let seen = SEEN.mark(7).total;
    assert_eq!(SEEN.clock, seen.instructions + BETWEEN_READINGS);
    assert_eq!((seen.locked, seen.entries, seen.faulted), (100, 1, 1));
}

#[test]
fn two_runs_tell_the_same() {
    let again = run(&GUEST, "again", COUNTED);
    assert_eq!(again.lines, SEEN.lines);
    assert_eq!(again.clock, SEEN.clock);
}

#[test]
fn figures_do_not_depend_on_how_time_is_taken() {
    assert_eq!(run(&GUEST, "free", FREE).lines, SEEN.lines);
}

#[test]
fn cores_that_are_counted_as_one_tell_the_same() {
    let guest = Guest {
        plugin: ",where=1,cores=one",
        ..GUEST
    };
    let seen = run(&guest, "turns", TURNS);
    assert_eq!(seen.lines, SEEN.lines);
    assert_eq!(seen.clock, SEEN.clock);
}

#[test]
fn only_the_mark_that_is_asked_for_has_places() {
    assert_eq!(SEEN.places.len(), 10);
    for place in &SEEN.places {
        assert_eq!((place.bytes.as_str(), place.count), ("1f2003d5", 1));
    }
}
