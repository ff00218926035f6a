//! The disk against the model of controller and card.

use std::string::String;
use std::vec;
use std::vec::Vec;

use super::*;
use crate::model::{Area, BUFFERS, Fault, Kind, Machine, Slot};
use crate::registers::status;
use crate::{Access, Addressing, BLOCK, NoTable};

type TestDisk = Disk<Machine, Machine, Machine>;

const SECOND: u64 = 1_000_000_000;
/// Longer than anything may take that ends well or badly.
const END: u64 = 60 * SECOND;

fn try_disk(kind: Kind) -> (Machine, Result<TestDisk, Failure>) {
    let machine = Machine::new(kind);
    let copy = || machine.clone();
    let disk = Disk::open(copy(), copy(), Setup::default(), copy());
    (machine, disk)
}

fn disk(kind: Kind) -> (Machine, TestDisk) {
    let (machine, disk) = try_disk(kind);
    machine.forget_commands();
    (machine, disk.expect("identified"))
}

fn area(machine: &Machine) -> Area {
    Area {
        machine: machine.clone(),
        start: BUFFERS,
        is_shown: true,
    }
}

fn read(
    machine: &Machine,
    disk: &mut TestDisk,
    first: u64,
    count: u16,
) -> Result<Vec<u8>, Failure> {
    let length = usize::from(count) * BLOCK;
    machine.put(BUFFERS, &vec![0; length]);
    disk.read(first, count, &mut area(machine))?;
    Ok(machine.memory(BUFFERS, length))
}

fn write(machine: &Machine, disk: &mut TestDisk, first: u64, bytes: &[u8]) -> Result<(), Failure> {
    machine.put(BUFFERS, bytes);
    disk.write(first, (bytes.len() / BLOCK) as u16, &mut area(machine))
}

fn pattern(blocks: usize) -> Vec<u8> {
    (0..blocks * BLOCK).map(|at| (at / 3 + 1) as u8).collect()
}

/// All kinds of controllers and cards that can be used.
fn kinds() -> Vec<Kind> {
    let mut kinds = Vec::new();
    for slot in [Slot::Old, Slot::Small, Slot::Large] {
        for adma2 in [false, true] {
            for delay_ns in [0, 150_000] {
                kinds.push(Kind {
                    slot,
                    size: if slot == Slot::Large { 0 } else { 24 },
                    adma2,
                    delay_ns,
                    ..Kind::default()
                });
            }
        }
    }
    kinds
}

#[test]
fn cards_of_all_kinds_are_identified() {
    for kind in kinds() {
        let (machine, disk) = try_disk(kind);
        let disk = disk.expect("identified");
        let card = disk.card();
        assert_eq!(card.blocks, kind.blocks() as u64);
        let counts_blocks = card.addressing == Addressing::Blocks;
        assert_eq!(counts_blocks, kind.slot == Slot::Large);
        assert_eq!(card.access, Access::ReadWrite);
        assert_eq!(disk.clock_hz(), 25_000_000);
        assert_eq!(card.name().collect::<String>(), "MODEL");
        assert_eq!(disk.uses_processor(), !kind.adma2);
        assert_eq!(machine.sent(106), 1, "it was told to use four lines");
    }
}

#[test]
fn a_card_with_one_line_is_used_by_one() {
    let (machine, mut disk) = disk(Kind {
        four_lines: false,
        ..Kind::default()
    });
    assert_eq!(machine.sent(106), 0);
    let wanted = machine.disk()[..BLOCK].to_vec();
    assert_eq!(read(&machine, &mut disk, 0, 1), Ok(wanted));
}

#[test]
fn an_empty_slot_is_told_of_at_once() {
    let (machine, disk) = try_disk(Kind {
        slot: Slot::Empty,
        ..Kind::default()
    });
    assert_eq!(disk.err(), Some(Failure::NoAnswer));
    assert!(machine.now() < SECOND);
}

#[test]
fn a_controller_without_a_clock_needs_to_be_told_of_one() {
    let kind = Kind {
        base_mhz: 0,
        ..Kind::default()
    };
    let (machine, disk) = try_disk(kind);
    assert_eq!(disk.err(), Some(Failure::NoClock));
    let setup = Setup {
        base_hz: Some(crate::model::BASE_MHZ * 1_000_000),
    };
    let disk = Disk::open(machine.clone(), machine.clone(), setup, NoTable);
    assert!(disk.is_ok_and(|disk| disk.uses_processor()));
}

#[test]
fn both_protections_of_a_card_count() {
    for protection in [1, 2] {
        let kind = Kind {
            protection,
            ..Kind::default()
        };
        assert_eq!(disk(kind).1.card().access, Access::Protected);
    }
    let kind = Kind {
        is_switched_off: true,
        ..Kind::default()
    };
    assert_eq!(disk(kind).1.card().access, Access::Locked);
}

#[test]
fn runs_of_every_length_go_both_ways() {
    for kind in kinds() {
        let (machine, mut disk) = disk(kind);
        let last = kind.blocks() as u64;
        for count in [1, 2, 3, 64, 100] {
            let first = last - count;
            let bytes = pattern(count as usize);
            write(&machine, &mut disk, first, &bytes).expect("written");
            assert!(machine.disk().ends_with(&bytes));
            assert_eq!(read(&machine, &mut disk, first, count as u16), Ok(bytes));
        }
        let (one, many) = (machine.sent(17), machine.sent(18));
        assert_eq!(
            (one, many),
            (1, 4),
            "single blocks have commands of their own"
        );
        assert_eq!((machine.sent(24), machine.sent(25)), (1, 4));
    }
}

#[test]
fn what_a_card_takes_time_for_is_waited_for_by_interrupt() {
    let (machine, mut disk) = disk(Kind {
        delay_ns: 150_000,
        ..Kind::default()
    });
    let before = machine.waits();
    read(&machine, &mut disk, 0, 8).expect("read");
    // The command, eight blocks, the end.
    assert_eq!(machine.waits() - before, 10);
}

#[test]
fn descriptors_are_used_only_for_memory_that_may_be_shown() {
    let (machine, mut disk) = disk(Kind {
        adma2: true,
        ..Kind::default()
    });
    let mut area = area(&machine);
    area.is_shown = false;
    machine.fail(Fault::Descriptor);
    disk.read(0, 4, &mut area).expect("read by the processor");
    assert_eq!(machine.faults_left(), 1);
    assert!(!disk.uses_processor());
}

#[test]
fn a_controller_that_cannot_use_descriptors_leaves_data_to_the_processor() {
    let (machine, mut disk) = disk(Kind {
        adma2: true,
        ..Kind::default()
    });
    machine.fail(Fault::Descriptor);
    let wanted = machine.disk()[..4 * BLOCK].to_vec();
    assert_eq!(read(&machine, &mut disk, 0, 4), Ok(wanted));
    assert_eq!((machine.sent(18), machine.sent(12)), (2, 1));
    assert!(disk.uses_processor());
}

#[test]
fn writes_are_left_to_the_processor_as_well_and_it_stays_at_them() {
    let (machine, mut disk) = disk(Kind {
        adma2: true,
        ..Kind::default()
    });
    machine.fail(Fault::Descriptor);
    let bytes = pattern(4);
    write(&machine, &mut disk, 8, &bytes).expect("written");
    assert_eq!(machine.disk()[8 * BLOCK..][..4 * BLOCK], bytes);
    // Nothing uses descriptors any more.
    machine.fail(Fault::Descriptor);
    assert_eq!(read(&machine, &mut disk, 8, 4), Ok(bytes));
    assert_eq!(machine.faults_left(), 1);
}

/// What can go wrong once with a read, and with a write, of four blocks.
fn faults(command: u8) -> Vec<Fault> {
    let mut faults = vec![Fault::Deaf(command), Fault::Silent(command)];
    // CRC, end bit, index.
    faults.extend((17..20).map(|bit| Fault::Answer(command, 1 << bit)));
    for block in 0..4 {
        // Timeout, CRC, end bit, and the end by the controller.
        let bits = [20, 21, 22, 24].map(|bit| Fault::Data(block, 1 << bit));
        faults.extend(bits);
        faults.push(Fault::Stuck(block));
    }
    if command == 25 {
        faults.extend([19, 20, 21, 26].map(|bit| Fault::Programming(1 << bit)));
    }
    faults
}

#[test]
fn what_fails_once_or_twice_is_done_in_the_end() {
    for kind in kinds() {
        for (command, times) in [(18, 1), (18, 2), (25, 1), (25, 2)] {
            for fault in faults(command) {
                if kind.adma2 && matches!(fault, Fault::Programming(_)) {
                    continue;
                }
                let (machine, mut disk) = disk(kind);
                (0..times).for_each(|_| machine.fail(fault));
                let bytes = pattern(4);
                if command == 25 {
                    write(&machine, &mut disk, 8, &bytes).expect("written");
                    assert_eq!(machine.disk()[8 * BLOCK..][..4 * BLOCK], bytes);
                } else {
                    let wanted = machine.disk()[8 * BLOCK..][..4 * BLOCK].to_vec();
                    assert_eq!(read(&machine, &mut disk, 8, 4), Ok(wanted), "{fault:?}");
                }
                assert_eq!(machine.sent(command), times + 1, "{fault:?}");
                assert_eq!(machine.faults_left(), 0);
                assert!(machine.now() < END);
            }
        }
    }
}

#[test]
fn what_fails_three_times_is_given_up_and_the_next_request_goes_on() {
    for kind in kinds() {
        for command in [18, 25] {
            for fault in faults(command) {
                if kind.adma2 && matches!(fault, Fault::Programming(_)) {
                    continue;
                }
                let (machine, mut disk) = disk(kind);
                (0..3).for_each(|_| machine.fail(fault));
                let outcome = match command {
                    25 => write(&machine, &mut disk, 8, &pattern(4)),
                    _ => read(&machine, &mut disk, 8, 4).map(|_| ()),
                };
                assert!(outcome.is_err(), "{fault:?}");
                assert_eq!(machine.sent(command), 3);
                assert_eq!(disk.is_there(), Ok(()));
                let wanted = machine.disk()[..2 * BLOCK].to_vec();
                assert_eq!(read(&machine, &mut disk, 0, 2), Ok(wanted));
                assert!(machine.now() < END);
            }
        }
    }
}

#[test]
fn failures_say_what_failed() {
    let failing = |command, fault| {
        let (machine, mut disk) = disk(Kind::default());
        (0..3).for_each(|_| machine.fail(fault));
        match command {
            25 => write(&machine, &mut disk, 8, &pattern(4)),
            _ => read(&machine, &mut disk, 8, 4).map(|_| ()),
        }
    };
    let crc = 1 << 5;
    let data = Err(Failure::Data(crc));
    assert_eq!(failing(18, Fault::Data(2, 1 << 21)), data);
    assert_eq!(failing(25, Fault::Stuck(2)), Err(Failure::Silent));
    let answer = Err(Failure::Answer(1 << 1));
    assert_eq!(failing(18, Fault::Answer(18, 1 << 17)), answer);
    assert_eq!(failing(18, Fault::Deaf(18)), Err(Failure::NoAnswer));
    let protected = failing(25, Fault::Programming(1 << 26));
    assert!(matches!(protected, Err(Failure::Card(status)) if status & 1 << 26 != 0));
}

#[test]
fn data_that_is_complete_is_not_late() {
    let (machine, mut disk) = disk(Kind::default());
    machine.fail(Fault::Data(
        0,
        status::DATA_TIMEOUT | status::TRANSFER_COMPLETE,
    ));
    assert!(read(&machine, &mut disk, 0, 1).is_ok());
    assert_eq!(machine.sent(17), 2, "it was late while a block was awaited");
}

#[test]
fn a_card_that_is_taken_out_is_gone_for_good() {
    for kind in kinds() {
        for command in [18, 25, 13] {
            let (machine, mut disk) = disk(kind);
            machine.fail(Fault::Removal(command));
            let outcome = match command {
                18 => read(&machine, &mut disk, 0, 4).map(|_| ()),
                _ => write(&machine, &mut disk, 0, &pattern(4)),
            };
            assert_eq!(outcome, Err(Failure::NoAnswer));
            assert_eq!(disk.is_there(), Err(Failure::NoAnswer));
            let commands = machine.sent(18);
            assert!(read(&machine, &mut disk, 0, 4).is_err());
            assert_eq!(machine.sent(18), commands, "nobody is asked again");
            assert!(machine.now() < END);
        }
    }
}

#[test]
fn a_card_that_lost_its_power_is_found_again_and_another_is_not_taken_for_it() {
    let (machine, mut disk) = disk(Kind::default());
    machine.fail(Fault::Deaf(18));
    machine.fail(Fault::Deaf(13));
    let wanted = machine.disk()[..4 * BLOCK].to_vec();
    assert_eq!(read(&machine, &mut disk, 0, 4), Ok(wanted));
    assert_eq!(machine.sent(0), 1, "it was identified again");
    machine.fail(Fault::Deaf(18));
    machine.fail(Fault::Deaf(13));
    machine.fail(Fault::Exchange(0));
    let outcome = read(&machine, &mut disk, 0, 4);
    assert_eq!(outcome, Err(Failure::Exchanged));
    assert_eq!(disk.is_there(), Err(Failure::Exchanged));
}

#[test]
fn damaged_greetings_are_repeated_and_have_an_end() {
    for command in [8, 55, 141, 2, 3, 9, 7, 151, 106] {
        let once = Machine::new(Kind::default());
        once.fail(Fault::Answer(command, 1 << 17));
        let open = |machine: &Machine| {
            let copy = || machine.clone();
            Disk::open(copy(), copy(), Setup::default(), NoTable).map(|_| ())
        };
        assert_eq!(open(&once), Ok(()));
        assert_eq!(once.sent(0), 2);
        let always = Machine::new(Kind::default());
        (0..9).for_each(|_| always.fail(Fault::Answer(command, 1 << 17)));
        assert_eq!(open(&always), Err(Failure::Answer(2)));
        let silent = Machine::new(Kind::default());
        (0..9).for_each(|_| silent.fail(Fault::Silent(command)));
        assert_eq!(open(&silent), Err(Failure::Silent));
        assert!(always.now() < END && silent.now() < END);
    }
}
