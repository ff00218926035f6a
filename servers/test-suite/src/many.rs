//! Many pages by one call, and pages whose memory is taken back while they are mapped.

use alloc::format;

use libipc::abi::cap::{CacheMode, MapFlags};
use libipc::objects::{AddressSpace, CNode, Frame, Untyped};
use libipc::{CPtr, FaultKind, Kind, Refusal, Rights};
use test_script::{Probe, Step};

use crate::bench::{Bench, READ_WRITE};
use crate::check::{Outcome, done, expect};
use crate::robot::HIGH;

/// Where tests map pages, in the suite's and in the assistant's space: the last pages of a table and the first of the
/// next.
const PLACE: u64 = 0x3820_0000 - HALF * PAGE;
const PAGE: u64 = 4096;
const HALF: u64 = 40;
const MANY: u64 = 2 * HALF;
/// Rounds of taking memory back.
const ROUNDS: u64 = 24;

crate::tests! {
    many_pages_are_mapped_across_tables_and_are_each_their_own
    many_pages_become_read_only_by_one_call
    pages_that_were_unmapped_together_are_gone_at_once
    memory_that_is_taken_back_while_it_is_mapped_is_seen_nowhere_and_comes_back_clear
    a_large_table_of_slots_is_made_and_its_memory_comes_back
}

fn flags(rights: Rights) -> MapFlags {
    MapFlags::new(rights, CacheMode::Normal)
}

fn word(page: u64) -> *mut u64 {
    core::ptr::with_exposed_provenance_mut((PLACE + page * PAGE) as usize)
}

fn load(page: u64) -> u64 {
    // SAFETY:
    // 1. callers mapped this page before, readable.
    unsafe { word(page).read_volatile() }
}

fn store(page: u64, value: u64) {
    // SAFETY:
    // 1. callers mapped this page before, writable.
    // 2. nothing else uses it.
    unsafe { word(page).write_volatile(value) }
}

/// Makes the page tables for all places.
fn tables(bench: &mut Bench, space: AddressSpace) -> Outcome {
    let frame: Frame = bench.object(Kind::Frame, 12)?;
    for page in [0, MANY - 1] {
        bench.map(space, frame, PLACE + page * PAGE, READ_WRITE)?;
        done("unmapping", frame.unmap())?;
    }
    Ok(())
}

/// Frames of some memory, mapped in a space from the first place on.
fn mapped(bench: &mut Bench, memory: Untyped, space: AddressSpace, count: u64) -> Outcome<Frame> {
    let first = bench.slots(count as u32);
    let made = memory.retype_many(Kind::Frame, 12, CNode::OWN, first, count);
    done("making frames", made)?;
    map(space, Frame::from(first), READ_WRITE, count)?;
    Ok(Frame::from(first))
}

fn map(space: AddressSpace, first: Frame, rights: Rights, count: u64) -> Outcome {
    let mapped = space.map_many(first, PLACE, flags(rights), count);
    expect("mapped", done("mapping", mapped)?, count)
}

/// What a thread in the assistant's space is told when it touches a page.
fn touched(bench: &mut Bench, probe: Probe, page: u64) -> Outcome<FaultKind> {
    let robot = bench.robot(HIGH)?;
    bench.run(robot, &[Step::probe(probe, PLACE + page * PAGE)])?;
    let fault = bench.fault_of(robot)?;
    bench.stop()?;
    Ok(fault.kind)
}

fn many_pages_are_mapped_across_tables_and_are_each_their_own(bench: &mut Bench) -> Outcome {
    let space = bench.given.space;
    tables(bench, space)?;
    let memory = bench.given.memory;
    let first = mapped(bench, memory, space, MANY)?;
    (0..MANY).for_each(|page| store(page, page + 1));
    for page in 0..MANY {
        expect(&format!("page {page}"), load(page), page + 1)?;
    }
    let unmapped = done("unmapping", first.unmap_many(MANY))?;
    expect("unmapped", unmapped, MANY)?;
    expect("again", first.unmap_many(MANY), Err(Refusal::NotMapped))
}

fn many_pages_become_read_only_by_one_call(bench: &mut Bench) -> Outcome {
    let assist: AddressSpace = bench.given.assist.object();
    tables(bench, assist)?;
    let memory = bench.given.memory;
    let first = mapped(bench, memory, assist, MANY)?;
    let writable = touched(bench, Probe::Write, MANY - 1)?;
    expect("writable", writable, FaultKind::Undefined)?;
    map(assist, first, Rights::READ, MANY)?;
    for page in [0, HALF - 1, HALF, MANY - 1] {
        let found = touched(bench, Probe::Write, page)?;
        expect(&format!("written {page}"), found, FaultKind::Write)?;
        let found = touched(bench, Probe::Read, page)?;
        expect(&format!("read {page}"), found, FaultKind::Undefined)?;
    }
    Ok(())
}

fn pages_that_were_unmapped_together_are_gone_at_once(bench: &mut Bench) -> Outcome {
    let assist: AddressSpace = bench.given.assist.object();
    tables(bench, assist)?;
    let memory = bench.given.memory;
    let first = mapped(bench, memory, assist, MANY)?;
    for page in [0, MANY - 1] {
        let found = touched(bench, Probe::Read, page)?;
        expect("there", found, FaultKind::Undefined)?;
    }
    done("unmapping", first.unmap_many(MANY))?;
    for page in [0, HALF - 1, HALF, MANY - 1] {
        let found = touched(bench, Probe::Read, page)?;
        expect(&format!("page {page}"), found, FaultKind::Read)?;
    }
    Ok(())
}

/// Each round maps the same memory in both spaces, uses it there, revokes it, and looks for it.
fn memory_that_is_taken_back_while_it_is_mapped_is_seen_nowhere_and_comes_back_clear(
    bench: &mut Bench,
) -> Outcome {
    const PAGES: u64 = 16;
    let memory: Untyped = bench.object(Kind::Untyped, 16)?;
    let (own, assist) = (bench.given.space, bench.given.assist.object());
    tables(bench, own)?;
    tables(bench, assist)?;
    let (frames, copies) = (bench.slots(PAGES as u32), bench.slots(PAGES as u32));
    for round in 0..ROUNDS {
        let made = memory.retype_many(Kind::Frame, 12, CNode::OWN, frames, PAGES);
        done("making frames", made)?;
        for page in 0..PAGES as u32 {
            let (from, to) = (CPtr(frames.0 + page), CPtr(copies.0 + page));
            done("copying", CNode::OWN.copy(to, CNode::OWN, from, READ_WRITE))?;
        }
        map(own, Frame::from(frames), READ_WRITE, PAGES)?;
        map(assist, Frame::from(copies), READ_WRITE, PAGES)?;
        for page in 0..PAGES {
            let what = format!("page {page} of round {round}");
            expect(&what, load(page), 0)?;
            store(page, u64::MAX);
        }
        // A multiplicative step visits the pages in an order of its own.
        let page = round * 7 % PAGES;
        let found = touched(bench, Probe::Write, page)?;
        expect("in the other space", found, FaultKind::Undefined)?;
        done("revoking", CNode::OWN.revoke(memory.cptr()))?;
        let found = touched(bench, Probe::Read, page)?;
        expect("after revoking", found, FaultKind::Read)?;
    }
    Ok(())
}

fn a_large_table_of_slots_is_made_and_its_memory_comes_back(bench: &mut Bench) -> Outcome {
    const SLOTS: u8 = 14;
    let memory: Untyped = bench.object(Kind::Untyped, SLOTS + 6)?;
    let slot = bench.slot();
    let last = CPtr((1 << SLOTS) - 1);
    for _ in 0..3 {
        let made = memory.retype(Kind::CNode, SLOTS, CNode::OWN, slot);
        done("making a table", made)?;
        let table = CNode::from(slot);
        let faults = bench.faults;
        done(
            "the last slot",
            table.copy(last, CNode::OWN, faults, READ_WRITE),
        )?;
        let used = done("counting", table.count())?.used;
        expect("used", used, 1)?;
        done("deleting", CNode::OWN.delete(slot))?;
        let free = done("describing", memory.describe())?.free;
        expect("free", free, 1 << (SLOTS + 6))?;
    }
    Ok(())
}
