//! Mappings: what is seen where, with which rights, and for how long.

use alloc::format;

use libipc::abi::cap::{CacheMode, MapFlags};
use libipc::abi::layout::USER_END;
use libipc::objects::{AddressSpace, CNode, Frame, MapError, PageTable};
use libipc::{FaultKind, Kind, Refusal, Rights};
use test_script::{Probe, Step};

use crate::bench::{Bench, READ_WRITE};
use crate::check::{Outcome, done, ensure, expect};
use crate::robot::HIGH;

/// Where tests map pages, in the suite's and in the assistant's space.
const PLACE: u64 = 0x3800_0000;
const LARGE: u64 = 1 << 21;

crate::tests! {
    a_frame_shows_the_same_memory_wherever_it_is_mapped
    a_new_frame_is_clear_even_where_old_ones_were
    an_unmapped_page_is_gone_at_once
    a_page_that_becomes_read_only_is_not_written
    a_revoked_frame_disappears_from_all_spaces
    writable_and_executable_exclude_each_other
    a_mapping_has_no_right_that_its_capability_lacks
    the_last_user_page_is_never_mapped
    nothing_is_mapped_over_the_kernel_or_between_the_halves
    a_page_is_mapped_once_at_a_place
    a_missing_table_is_named_by_its_level
    a_large_page_is_mapped_like_a_small_one
    a_deleted_page_table_takes_its_pages_along
    the_physical_address_is_not_told_without_the_right
    plain_memory_is_not_mapped_as_device_memory
}

fn word(address: u64) -> *mut u64 {
    core::ptr::with_exposed_provenance_mut(address as usize)
}

fn load(address: u64) -> u64 {
    // SAFETY:
    // 1. callers mapped the page at this address before, readable.
    unsafe { word(address).read_volatile() }
}

fn store(address: u64, value: u64) {
    // SAFETY:
    // 1. callers mapped the page at this address before, writable.
    // 2. nothing else uses it.
    unsafe { word(address).write_volatile(value) }
}

fn flags(rights: Rights) -> MapFlags {
    MapFlags::new(rights, CacheMode::Normal)
}

/// What a thread in the assistant's space is told when it touches an address.
fn touched(bench: &mut Bench, probe: Probe, address: u64) -> Outcome<FaultKind> {
    let robot = bench.robot(HIGH)?;
    bench.run(robot, &[Step::probe(probe, address)])?;
    let fault = bench.fault_of(robot)?;
    bench.stop()?;
    Ok(fault.kind)
}

fn a_frame_shows_the_same_memory_wherever_it_is_mapped(bench: &mut Bench) -> Outcome {
    let frame = bench.own_page(PLACE)?;
    let second: Frame = bench.copy(frame.cptr(), READ_WRITE)?;
    let third: Frame = bench.copy(frame.cptr(), READ_WRITE)?;
    bench.map(bench.given.space, second, PLACE + 0x5000, READ_WRITE)?;
    let assist = bench.given.assist.object();
    bench.map(assist, third, PLACE, READ_WRITE)?;
    store(PLACE, 17);
    expect("at the second place", load(PLACE + 0x5000), 17)?;
    // The probe stores the address itself.
    touched(bench, Probe::Write, PLACE)?;
    expect("from the other space", load(PLACE), PLACE)
}

fn a_new_frame_is_clear_even_where_old_ones_were(bench: &mut Bench) -> Outcome {
    for _ in 0..3 {
        bench.reset()?;
        for page in 0..16 {
            bench.own_page(PLACE + page * 4096)?;
        }
        for place in (PLACE..PLACE + 16 * 4096).step_by(8) {
            if load(place) != 0 {
                return Err(format!("{place:#x} holds {:#x}", load(place)));
            }
            store(place, u64::MAX);
        }
    }
    Ok(())
}

fn an_unmapped_page_is_gone_at_once(bench: &mut Bench) -> Outcome {
    let assist: AddressSpace = bench.given.assist.object();
    let frame: Frame = bench.object(Kind::Frame, 12)?;
    bench.map(assist, frame, PLACE, READ_WRITE)?;
    let found = touched(bench, Probe::Read, PLACE)?;
    expect("mapped", found, FaultKind::Undefined)?;
    done("unmapping", frame.unmap())?;
    expect(
        "unmapped",
        touched(bench, Probe::Read, PLACE)?,
        FaultKind::Read,
    )?;
    expect("unmapping again", frame.unmap(), Err(Refusal::NotMapped))
}

fn a_page_that_becomes_read_only_is_not_written(bench: &mut Bench) -> Outcome {
    let assist: AddressSpace = bench.given.assist.object();
    let frame: Frame = bench.object(Kind::Frame, 12)?;
    bench.map(assist, frame, PLACE, READ_WRITE)?;
    let found = touched(bench, Probe::Write, PLACE)?;
    expect("writable", found, FaultKind::Undefined)?;
    bench.map(assist, frame, PLACE, Rights::READ)?;
    expect(
        "read-only",
        touched(bench, Probe::Write, PLACE)?,
        FaultKind::Write,
    )?;
    let found = touched(bench, Probe::Read, PLACE)?;
    expect("still read", found, FaultKind::Undefined)?;
    expect(
        "not executed",
        touched(bench, Probe::Jump, PLACE)?,
        FaultKind::Execute,
    )
}

fn a_revoked_frame_disappears_from_all_spaces(bench: &mut Bench) -> Outcome {
    let assist: AddressSpace = bench.given.assist.object();
    let frame: Frame = bench.object(Kind::Frame, 12)?;
    for page in 0..3 {
        let copy: Frame = bench.copy(frame.cptr(), READ_WRITE)?;
        bench.map(assist, copy, PLACE + page * 4096, READ_WRITE)?;
    }
    done("revoking", CNode::OWN.revoke(frame.cptr()))?;
    for page in 0..3 {
        let found = touched(bench, Probe::Read, PLACE + page * 4096)?;
        expect("a page", found, FaultKind::Read)?;
    }
    Ok(())
}

/// Fails unless mapping a frame with these rights at an address is refused in this way.
fn not_mapped(
    bench: &Bench,
    frame: Frame,
    address: u64,
    rights: Rights,
    refusal: Refusal,
) -> Outcome {
    let mapped = bench.given.space.map(frame, address, flags(rights));
    let what = format!("{rights:?} at {address:#x}");
    expect(&what, mapped, Err(MapError::Refused(refusal)))
}

fn writable_and_executable_exclude_each_other(bench: &mut Bench) -> Outcome {
    let frame: Frame = bench.object(Kind::Frame, 12)?;
    let both = READ_WRITE | Rights::EXECUTE;
    not_mapped(bench, frame, PLACE, both, Refusal::InvalidArgument)?;
    bench.own_page(PLACE)?;
    not_mapped(bench, frame, PLACE + 4096, both, Refusal::InvalidArgument)
}

fn a_mapping_has_no_right_that_its_capability_lacks(bench: &mut Bench) -> Outcome {
    let frame = bench.own_page(PLACE)?;
    let read: Frame = bench.copy(frame.cptr(), Rights::READ)?;
    let none: Frame = bench.copy(frame.cptr(), Rights::WRITE)?;
    let at = PLACE + 4096;
    not_mapped(bench, read, at, READ_WRITE, Refusal::NotPermitted)?;
    let code = Rights::READ | Rights::EXECUTE;
    not_mapped(bench, read, at, code, Refusal::NotPermitted)?;
    not_mapped(bench, none, at, Rights::READ, Refusal::NotPermitted)?;
    let more: Frame = bench.copy(read.cptr(), Rights::all())?;
    not_mapped(bench, more, at, READ_WRITE, Refusal::NotPermitted)
}

fn the_last_user_page_is_never_mapped(bench: &mut Bench) -> Outcome {
    let frame: Frame = bench.object(Kind::Frame, 12)?;
    not_mapped(bench, frame, USER_END, Rights::READ, Refusal::OutOfRange)?;
    let large: Frame = bench.object(Kind::Frame, 21)?;
    let last = USER_END + 4096 - LARGE;
    not_mapped(bench, large, last, Rights::READ, Refusal::OutOfRange)
}

fn nothing_is_mapped_over_the_kernel_or_between_the_halves(bench: &mut Bench) -> Outcome {
    let frame: Frame = bench.object(Kind::Frame, 12)?;
    let places = [
        0xffff_8000_0000_0000,
        0xffff_ffff_8010_9000,
        0x8000_0000_0000,
        u64::MAX - 4095,
        PLACE + 1,
        PLACE + 2048,
    ];
    places
        .into_iter()
        .try_for_each(|at| not_mapped(bench, frame, at, Rights::READ, Refusal::OutOfRange))?;
    let table: PageTable = bench.object(Kind::PageTable, 0)?;
    for at in &places[..4] {
        let hung = bench.given.space.map_table(table, *at);
        expect("a table", hung, Err(Refusal::OutOfRange))?;
    }
    Ok(())
}

fn a_page_is_mapped_once_at_a_place(bench: &mut Bench) -> Outcome {
    let frame = bench.own_page(PLACE)?;
    not_mapped(
        bench,
        frame,
        PLACE + 4096,
        READ_WRITE,
        Refusal::AlreadyMapped,
    )?;
    let other: Frame = bench.object(Kind::Frame, 12)?;
    not_mapped(bench, other, PLACE, READ_WRITE, Refusal::AlreadyMapped)
}

fn a_missing_table_is_named_by_its_level(bench: &mut Bench) -> Outcome {
    const FAR: u64 = 0x1234_5600_0000;
    let space: AddressSpace = bench.object(Kind::AddressSpace, 0)?;
    let frame: Frame = bench.object(Kind::Frame, 12)?;
    for level in [3, 2, 1] {
        let mapped = space.map(frame, FAR, flags(READ_WRITE));
        expect("missing", mapped, Err(MapError::MissingTable { level }))?;
        let table: PageTable = bench.object(Kind::PageTable, 0)?;
        expect("the table's level", space.map_table(table, FAR), Ok(level))?;
        let again = space.map_table(table, FAR + (1 << 40));
        expect("the table elsewhere", again, Err(Refusal::AlreadyMapped))?;
    }
    done(
        "mapping",
        space
            .map(frame, FAR, flags(READ_WRITE))
            .map_err(|error| format!("{error:?}")),
    )
}

fn a_large_page_is_mapped_like_a_small_one(bench: &mut Bench) -> Outcome {
    const AT: u64 = 0x5000_0000;
    let frame: Frame = bench.object(Kind::Frame, 21)?;
    bench.map(bench.given.space, frame, AT, READ_WRITE)?;
    let small: Frame = bench.object(Kind::Frame, 12)?;
    for place in [AT, AT + LARGE - 8, AT + LARGE / 2] {
        expect("at first", load(place), 0)?;
        store(place, place);
    }
    expect("what was stored", load(AT + LARGE - 8), AT + LARGE - 8)?;
    not_mapped(bench, small, AT + 4096, READ_WRITE, Refusal::AlreadyMapped)?;
    done("unmapping", frame.unmap())?;
    let odd = bench.given.space.map(frame, AT + 4096, flags(READ_WRITE));
    let wanted = Err(MapError::Refused(Refusal::OutOfRange));
    expect("at an odd address", odd, wanted)
}

fn a_deleted_page_table_takes_its_pages_along(bench: &mut Bench) -> Outcome {
    const AT: u64 = 0x6000_0000;
    let assist: AddressSpace = bench.given.assist.object();
    let frame: Frame = bench.object(Kind::Frame, 12)?;
    let mut tables = alloc::vec::Vec::new();
    while assist.map(frame, AT, flags(READ_WRITE)).is_err() {
        let table: PageTable = bench.object(Kind::PageTable, 0)?;
        done("a table", assist.map_table(table, AT))?;
        tables.push(table);
        ensure(|| tables.len() < 4, "too many tables are missing")?;
    }
    let found = touched(bench, Probe::Read, AT)?;
    expect("mapped", found, FaultKind::Undefined)?;
    let last = tables.last().ok_or("no table was missing")?;
    done("deleting", CNode::OWN.delete(last.cptr()))?;
    expect(
        "without the table",
        touched(bench, Probe::Read, AT)?,
        FaultKind::Read,
    )?;
    expect("unmapping", frame.unmap(), Err(Refusal::NotMapped))
}

fn the_physical_address_is_not_told_without_the_right(bench: &mut Bench) -> Outcome {
    let frame: Frame = bench.object(Kind::Frame, 12)?;
    let known = done("describing", frame.describe())?.physical;
    let memory = done("describing memory", bench.given.memory.describe())?;
    expect("with the right", known != 0, memory.base != 0)?;
    let copy: Frame = bench.copy(frame.cptr(), Rights::all().difference(Rights::PHYS))?;
    match copy.describe() {
        Ok(described) => expect("without it", described.physical, 0),
        Err(refusal) => expect("without it", refusal, Refusal::NotPermitted),
    }
}

fn plain_memory_is_not_mapped_as_device_memory(bench: &mut Bench) -> Outcome {
    bench.own_page(PLACE)?;
    let frame: Frame = bench.object(Kind::Frame, 12)?;
    let device = MapFlags::new(READ_WRITE, CacheMode::Device);
    for odd in [
        device,
        MapFlags(1 << 10 | 1),
        MapFlags(u64::MAX),
        MapFlags(0x20),
    ] {
        let mapped = bench.given.space.map(frame, PLACE + 4096, odd);
        let wanted = Err(MapError::Refused(Refusal::InvalidArgument));
        expect("mapping", mapped, wanted)?;
    }
    Ok(())
}
