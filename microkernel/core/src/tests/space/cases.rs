//! Chosen cases of mapping.

use weft_abi::cap::{CacheMode, MemoryClass};
use weft_abi::layout::USER_END;
use weft_abi::{Kind, Refusal, Rights, Syscall};
use weft_hal::fake::Fake;
use weft_hal::{Access, Asid, Paging, VirtAddr};

use super::super::{Fixture, word};
use super::{DEVICE, R, RW, RX, UNCACHED};

/// Root's own space.
const OWN: u64 = 3;
const AT: u64 = 0x100_0000_0000;
/// The slot of a frame, and of page tables.
const FRAME: u64 = 100;
/// The slot of a copy of the frame.
const COPY: u64 = 101;
const TABLES: u64 = 200;
/// Levels of page tables below the root.
const LEVELS: u64 = 3;

fn with_frame(size: u64) -> (Fixture, u64) {
    let mut machine = Fixture::new();
    let untyped = machine.untyped(MemoryClass::Ram);
    machine
        .make(untyped, Kind::Frame, size, FRAME, 1)
        .expect("a frame");
    (machine, untyped)
}

fn map(machine: &mut Fixture, frame: u64, at: u64, flags: u64) -> Result<(), Refusal> {
    machine
        .call(Syscall::SpaceMap, &[OWN, frame, at, flags])
        .map(|_| ())
}

#[test]
fn the_missing_level_is_reported_from_the_top_down() {
    let (mut machine, untyped) = with_frame(12);
    for level in [3, 2, 1] {
        assert_eq!(map(&mut machine, FRAME, AT, RW), Err(Refusal::NoTable));
        assert_eq!(machine.root.context.arguments[1].get(), level);
        let slot = TABLES + level;
        machine
            .make(untyped, Kind::PageTable, 0, slot, 1)
            .expect("a table");
        let found = machine
            .call(Syscall::SpaceMapTable, &[OWN, slot, AT])
            .expect("linked");
        assert_eq!(found[1], level);
    }
    map(&mut machine, FRAME, AT, RW).expect("mapped");
    let at = machine.call(Syscall::FrameInfo, &[FRAME]).expect("a frame")[1];
    assert_eq!(machine.look(OWN, AT), Some((at, true, false)));
}

/// Maps by the fast path if that takes it, else as any call; says whether it did.
fn map_quickly(machine: &mut Fixture, arguments: &[u64]) -> (bool, Option<u64>) {
    let root = machine.root;
    root.context.request(Syscall::SpaceMap as u64, arguments);
    let taken = machine.enter_quickly(root);
    if !taken {
        machine.core.enter();
    }
    (taken, root.context.status.get())
}

#[test]
fn the_fast_path_maps_what_the_general_one_maps_and_nothing_else() {
    let mut machines = [with_frame(12), with_frame(12)];
    for (machine, untyped) in &mut machines {
        machine.tables(OWN, AT, *untyped, TABLES);
        let copied = machine.call(Syscall::CNodeCopy, &[1, COPY, 1, FRAME, R]);
        copied.expect("a copy that can only be read");
        let large = machine.make(*untyped, Kind::Frame, 21, COPY + 1, 1);
        large.expect("a large frame");
        let devices = machine.untyped(MemoryClass::Device);
        let device = machine.make(devices, Kind::Frame, 12, COPY + 2, 1);
        device.expect("registers");
    }
    let mut quick = 0;
    for frame in [FRAME, COPY, COPY + 1, COPY + 2, OWN, 0, 1 << 20] {
        for flags in [0, R, RW, RX, 2, 11, R | UNCACHED, RW | DEVICE, 1 << 10 | R] {
            for at in [
                AT,
                AT + 4096,
                AT + 8,
                AT + (1 << 30),
                USER_END,
                u64::MAX - 4095,
            ] {
                let arguments = [OWN, frame, at, flags];
                let [general, fast] = &mut machines.each_mut().map(|(machine, _)| machine);
                let wanted = general.call(Syscall::SpaceMap, &arguments).err();
                let (taken, status) = map_quickly(fast, &arguments);
                let case = std::format!("{arguments:x?}");
                assert_eq!(status, Some(wanted.map_or(0, |it| it as u64)), "{case}");
                assert!(!taken || wanted.is_none(), "{case}");
                quick += u64::from(taken);
                let mapping = |machine: &Fixture, slot: u64| {
                    machine.slot(slot).mapping.get(machine.core.home())
                };
                for slot in FRAME..COPY + 3 {
                    assert_eq!(mapping(general, slot), mapping(fast, slot), "{case}");
                }
                assert_eq!(general.look(OWN, AT), fast.look(OWN, AT), "{case}");
                // So that most are free when they are mapped next, and some are not.
                if flags != RX && wanted.is_none() {
                    for machine in [general, fast] {
                        let gone = machine.call(Syscall::SpaceUnmap, &[frame]);
                        gone.expect("unmapped");
                    }
                }
            }
        }
    }
    assert_eq!(quick, 6, "of two frames with the rights, at two pages");
    let [_, (machine, _)] = &mut machines;
    assert_eq!(map_quickly(machine, &[OWN, FRAME, AT, RW]), (true, Some(0)));
    let refused = (false, Some(Refusal::AlreadyMapped as u64));
    assert_eq!(map_quickly(machine, &[OWN, COPY, AT, R]), refused);
}

#[test]
fn rights_that_are_taken_back_are_gone_from_the_tlb() {
    let (mut machine, untyped) = with_frame(12);
    machine.tables(OWN, AT, untyped, TABLES);
    map(&mut machine, FRAME, AT, RW).expect("mapped");
    assert_eq!(machine.look(OWN, AT).map(|it| it.1), Some(true));
    map(&mut machine, FRAME, AT, R).expect("changed");
    assert_eq!(machine.look(OWN, AT).map(|it| it.1), Some(false));
    machine
        .call(Syscall::SpaceUnmap, &[FRAME])
        .expect("unmapped");
    assert_eq!(machine.look(OWN, AT), None);
    assert_eq!(
        machine.call(Syscall::SpaceUnmap, &[FRAME]),
        Err(Refusal::NotMapped)
    );
}

#[test]
fn the_cache_mode_of_a_page_changes_with_a_break_between() {
    let (mut machine, untyped) = with_frame(12);
    machine.tables(OWN, AT, untyped, TABLES);
    let cache = |machine: &mut Fixture| {
        let memory = machine.core.memory;
        let read = |at| word(memory, at);
        let found = machine.core.arch.access(VirtAddr(AT), Access::Read, read);
        found.expect("mapped").cache
    };
    map(&mut machine, FRAME, AT, RW).expect("mapped");
    assert_eq!(cache(&mut machine), CacheMode::Normal);
    map(&mut machine, FRAME, AT, RW | UNCACHED).expect("changed");
    assert_eq!(cache(&mut machine), CacheMode::Uncached);
}

#[test]
fn the_last_user_page_and_what_lies_behind_are_never_mapped() {
    let (mut machine, untyped) = with_frame(12);
    machine.tables(OWN, USER_END - 4096, untyped, TABLES);
    for at in [USER_END, USER_END + 4096, 1 << 47, u64::MAX - 4095, AT + 8] {
        assert_eq!(
            map(&mut machine, FRAME, at, R),
            Err(Refusal::OutOfRange),
            "{at:#x}"
        );
    }
    map(&mut machine, FRAME, USER_END - 4096, R).expect("the page before it can be");
    let refused = machine.call(Syscall::SpaceMapTable, &[OWN, TABLES, USER_END]);
    assert_eq!(refused, Err(Refusal::AlreadyMapped));
    machine
        .make(untyped, Kind::PageTable, 0, 300, 1)
        .expect("a table");
    let refused = machine.call(Syscall::SpaceMapTable, &[OWN, 300, USER_END]);
    assert_eq!(refused, Err(Refusal::OutOfRange));
}

#[test]
fn a_mapping_needs_the_rights_it_asks_for_and_never_writes_and_executes() {
    let (mut machine, untyped) = with_frame(12);
    machine.tables(OWN, AT, untyped, TABLES);
    let read = Rights::READ.bits().into();
    machine
        .call(Syscall::CNodeCopy, &[1, FRAME + 1, 1, FRAME, read])
        .expect("copied");
    assert_eq!(
        map(&mut machine, FRAME + 1, AT, RW),
        Err(Refusal::NotPermitted)
    );
    assert_eq!(
        map(&mut machine, FRAME + 1, AT, RX),
        Err(Refusal::NotPermitted)
    );
    assert_eq!(
        map(&mut machine, FRAME, AT, RW | RX),
        Err(Refusal::InvalidArgument)
    );
    assert_eq!(
        map(&mut machine, FRAME, AT, 2),
        Err(Refusal::InvalidArgument)
    );
    assert_eq!(
        map(&mut machine, FRAME, AT, R | 4),
        Err(Refusal::InvalidArgument)
    );
    assert_eq!(
        map(&mut machine, FRAME, AT, R | 1 << 10),
        Err(Refusal::InvalidArgument)
    );
    map(&mut machine, FRAME + 1, AT, R).expect("mapped");
}

#[test]
fn device_registers_are_mapped_as_such_and_plain_memory_is_not() {
    let (mut machine, untyped) = with_frame(12);
    machine.tables(OWN, AT, untyped, TABLES);
    let device = machine.untyped(MemoryClass::Device);
    machine
        .make(device, Kind::Frame, 12, FRAME + 1, 2)
        .expect("device frames");
    assert_eq!(
        map(&mut machine, FRAME + 1, AT, RW),
        Err(Refusal::InvalidArgument)
    );
    assert_eq!(
        map(&mut machine, FRAME, AT, RW | DEVICE),
        Err(Refusal::InvalidArgument)
    );
    map(&mut machine, FRAME + 2, AT, RW | DEVICE).expect("mapped");
    assert_eq!(machine.look(OWN, AT).map(|it| it.0), Some(0xf000_1000));
}

#[test]
fn a_large_page_fills_its_range_and_takes_no_small_ones() {
    let (mut machine, untyped) = with_frame(21);
    let tables = machine.tables(OWN, AT, untyped, TABLES);
    assert_eq!(
        map(&mut machine, FRAME, AT, RW),
        Err(Refusal::AlreadyMapped)
    );
    machine
        .call(Syscall::CNodeDelete, &[1, tables - 1])
        .expect("the last level is gone");
    map(&mut machine, FRAME, AT, RW).expect("mapped");
    let base = machine.look(OWN, AT).expect("mapped").0;
    assert_eq!(
        machine.look(OWN, AT + 0x1f_f000).map(|it| it.0),
        Some(base + 0x1f_f000)
    );
    machine
        .make(untyped, Kind::Frame, 12, FRAME + 1, 1)
        .expect("a frame");
    assert_eq!(
        map(&mut machine, FRAME + 1, AT + 4096, R),
        Err(Refusal::AlreadyMapped)
    );
    machine
        .call(Syscall::CNodeDelete, &[1, FRAME])
        .expect("deleted");
    assert_eq!(machine.look(OWN, AT + 0x1f_f000), None);
}

#[test]
fn a_table_of_a_destroyed_space_brings_no_old_pages_into_a_new_one() {
    let (mut machine, untyped) = with_frame(12);
    machine
        .make(untyped, Kind::AddressSpace, 0, 150, 2)
        .expect("spaces");
    let end = machine.tables(150, AT, untyped, TABLES);
    machine
        .call(Syscall::SpaceMap, &[150, FRAME, AT, RW])
        .expect("mapped");
    assert!(machine.look(150, AT).is_some());
    machine
        .call(Syscall::CNodeDelete, &[1, 150])
        .expect("deleted");
    for table in TABLES..end {
        machine
            .call(Syscall::SpaceMapTable, &[151, table, AT])
            .expect("the tables are free");
    }
    assert_eq!(machine.look(151, AT), None);
    assert_eq!(
        machine.call(Syscall::SpaceUnmap, &[FRAME]),
        Err(Refusal::NotMapped)
    );
    machine
        .call(Syscall::SpaceMap, &[151, FRAME, AT, R])
        .expect("the frame is free");
}

#[test]
fn a_space_that_inherits_an_identifier_does_not_inherit_translations() {
    let (mut machine, untyped) = with_frame(12);
    for round in 0..2 * u64::from(Fake::MAX_ASID) {
        machine
            .make(untyped, Kind::AddressSpace, 0, 150, 1)
            .expect("a space");
        assert_eq!(machine.look(150, AT), None, "round {round}");
        let end = machine.tables(150, AT, untyped, TABLES);
        machine
            .call(Syscall::SpaceMap, &[150, FRAME, AT, R])
            .expect("mapped");
        assert!(machine.look(150, AT).is_some());
        for slot in [150].into_iter().chain(TABLES..end) {
            machine
                .call(Syscall::CNodeDelete, &[1, slot])
                .expect("deleted");
        }
    }
}

#[test]
fn a_capability_to_a_page_of_a_destroyed_space_does_not_reach_its_successor() {
    let (mut machine, untyped) = with_frame(12);
    let all = Rights::all().bits().into();
    machine
        .call(Syscall::CNodeCopy, &[1, COPY, 1, FRAME, all])
        .expect("copied");
    let first = fresh_space(&mut machine, untyped, FRAME);
    destroy_space(&mut machine);
    while fresh_space(&mut machine, untyped, COPY) != first {
        destroy_space(&mut machine);
    }
    assert_eq!(
        machine.call(Syscall::SpaceUnmap, &[FRAME]),
        Err(Refusal::NotMapped)
    );
    assert!(machine.look(150, AT).is_some(), "the copy stays mapped");
}

/// Makes a space with tables and maps a frame; gives the identifier.
fn fresh_space(machine: &mut Fixture, untyped: u64, frame: u64) -> Asid {
    machine
        .make(untyped, Kind::AddressSpace, 0, 150, 1)
        .expect("a space");
    let end = machine.tables(150, AT, untyped, TABLES);
    assert_eq!(end, TABLES + LEVELS);
    machine
        .call(Syscall::SpaceMap, &[150, frame, AT, R])
        .expect("mapped");
    machine.space(150).asid.get(machine.core.home())
}

fn destroy_space(machine: &mut Fixture) {
    machine
        .call(Syscall::CNodeDelete, &[1, 150])
        .expect("deleted");
    for table in TABLES..TABLES + LEVELS {
        machine
            .call(Syscall::CNodeDelete, &[1, table])
            .expect("deleted");
    }
}

#[test]
fn identifiers_run_out_and_come_back() {
    let mut machine = Fixture::new();
    let untyped = machine.untyped(MemoryClass::Ram);
    let left = u64::from(Fake::MAX_ASID) - 1;
    let refused = machine.make(untyped, Kind::AddressSpace, 0, 100, left + 1);
    assert_eq!(refused, Err(Refusal::Exhausted));
    machine
        .make(untyped, Kind::AddressSpace, 0, 100, left)
        .expect("as many as there are");
    machine
        .call(Syscall::CNodeDelete, &[1, 103])
        .expect("deleted");
    machine
        .make(untyped, Kind::AddressSpace, 0, 103, 1)
        .expect("one came back");
}

#[test]
fn a_message_page_is_mapped_once_and_goes_with_its_thread() {
    let (mut machine, untyped) = with_frame(12);
    machine.tables(OWN, AT, untyped, TABLES);
    machine
        .make(untyped, Kind::Thread, 0, 150, 1)
        .expect("a thread");
    let call = Syscall::ThreadMapMessagePage;
    machine.call(call, &[150, OWN, AT]).expect("mapped");
    assert_eq!(
        machine.call(call, &[150, OWN, AT + 4096]),
        Err(Refusal::AlreadyMapped)
    );
    assert_eq!(
        machine.look(OWN, AT).map(|it| (it.1, it.2)),
        Some((true, false))
    );
    machine
        .call(Syscall::CNodeDelete, &[1, 150])
        .expect("deleted");
    assert_eq!(machine.look(OWN, AT), None);
}

#[test]
fn the_active_space_is_left_before_it_is_destroyed() {
    let mut machine = Fixture::new();
    let root = machine.root;
    root.context.request(Syscall::CNodeDelete as u64, &[1, OWN]);
    machine.core.enter();
    assert!(machine.core.arch.active.is_none());
    assert!(machine.core.sched.current.is_none());
}
