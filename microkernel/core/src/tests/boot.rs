//! Root as the kernel makes it, and images that it does not start.

use weft_abi::boot::{self, CNODE_SIZE};
use weft_abi::cap::MemoryClass;
use weft_abi::image::ImageHeader;
use weft_abi::layout::{MESSAGE_PAGE, PAGE, PROGRAM_BASE, STACK_TOP, STARTUP_PAGE};
use weft_abi::{ABI_HASH, Kind, Rights, Syscall};
use weft_hal::Access;
use weft_store::Arena;
use zerocopy::FromBytes;

use super::{Fixture, IMAGE, INIT, MEMORY, image, image_of, segment};
use crate::boot::BootError;

fn refused(image: &[u8]) -> Option<BootError> {
    Fixture::start(Arena::new(MEMORY as usize), image).err()
}

#[test]
fn root_reads_its_code_and_data_as_the_image_has_them() {
    let mut machine = Fixture::new();
    assert_eq!(machine.load(PROGRAM_BASE), Some(2));
    assert_eq!(machine.load(PROGRAM_BASE + 0x1000), Some(4));
    assert_eq!(machine.load(PROGRAM_BASE + 0x2004), Some(6));
    assert_eq!(machine.load(PROGRAM_BASE + 0x2005), Some(0));
    assert_eq!(machine.load(PROGRAM_BASE + 0x3000), Some(0));
    assert_eq!(machine.root.context.ip.get(), PROGRAM_BASE + 0x10);
    assert_eq!(machine.root.context.sp.get(), STACK_TOP);
}

#[test]
fn root_has_no_page_that_is_writable_and_executable() {
    let mut machine = Fixture::new();
    assert!(machine.touch(PROGRAM_BASE, Access::Execute).is_some());
    assert!(machine.touch(PROGRAM_BASE, Access::Write).is_none());
    assert!(
        machine
            .touch(PROGRAM_BASE + 0x2000, Access::Write)
            .is_some()
    );
    assert!(
        machine
            .touch(PROGRAM_BASE + 0x2000, Access::Execute)
            .is_none()
    );
    assert!(machine.touch(STARTUP_PAGE, Access::Write).is_none());
    assert!(machine.touch(MESSAGE_PAGE, Access::Write).is_some());
}

#[test]
fn the_page_below_the_stack_is_not_mapped() {
    let mut machine = Fixture::new();
    assert!(machine.touch(STACK_TOP - 1, Access::Write).is_some());
    assert!(
        machine
            .touch(STACK_TOP - 16 * PAGE, Access::Write)
            .is_some()
    );
    assert!(
        machine
            .touch(STACK_TOP - 16 * PAGE - 1, Access::Read)
            .is_none()
    );
    assert!(machine.touch(STACK_TOP, Access::Read).is_none());
}

#[test]
fn boot_information_describes_all_memory_and_no_piece_overlaps_another() {
    let mut machine = Fixture::new();
    let info = machine.info();
    assert_eq!((info.magic, info.abi_hash), (boot::MAGIC, ABI_HASH));
    assert_eq!((info.image_base, info.firmware_table), (IMAGE.0, 0xe_0000));
    let used = &info.untypeds[..info.untyped_count as usize];
    let mut ends: std::vec::Vec<_> = used
        .iter()
        .map(|entry| (entry.base, entry.base + (1 << entry.size)))
        .collect();
    ends.sort_unstable();
    assert!(ends.windows(2).all(|pair| pair[0].1 <= pair[1].0));
    assert!(used.iter().all(|entry| entry.base % (1 << entry.size) == 0));
    let retained: u64 = used
        .iter()
        .filter(|e| e.class == MemoryClass::Retained as u8)
        .map(|e| 1 << e.size)
        .sum();
    assert_eq!(retained, 0x4000);
    let ram: u64 = used
        .iter()
        .filter(|e| e.class == 0)
        .map(|e| 1_u64 << e.size)
        .sum();
    // Most of it is the table of slots.
    assert!(ram > MEMORY - (3 << 20), "too little is left: {ram:#x}");
    for entry in used {
        let found = machine
            .call(Syscall::UntypedInfo, &[entry.slot.into()])
            .expect("an untyped");
        assert_eq!(found[1..3], [entry.base, entry.size.into()]);
    }
    let count = machine
        .call(Syscall::CNodeInfo, &[1])
        .expect("root's CNode");
    assert_eq!(count[1], 1 << CNODE_SIZE);
    assert_eq!(count[2], 10 + info.untyped_count);
    machine.check_invariants();
}

#[test]
fn memory_of_what_runs_only_at_boot_is_roots_and_used_for_nothing_before() {
    let arena = Arena::new(MEMORY as usize);
    let code = [0x5a; INIT.len as usize];
    arena.memory().write(INIT.base, &code);
    let mut machine = Fixture::start(arena, &image()).expect("a sound image boots");
    let mut after = [0; INIT.len as usize];
    machine.core.memory.read(INIT.base, &mut after);
    assert_eq!(after, code);
    let info = machine.info();
    let used = &info.untypeds[..info.untyped_count as usize];
    let pieces = used.iter().filter(|entry| entry.base >= INIT.base.0);
    let pieces = pieces.filter(|entry| entry.class == MemoryClass::Ram as u8);
    assert_eq!(pieces.map(|entry| 1 << entry.size).sum::<u64>(), INIT.len);
}

#[test]
fn root_starts_with_its_own_objects() {
    let mut machine = Fixture::new();
    let kinds = [
        Kind::CNode,
        Kind::Thread,
        Kind::AddressSpace,
        Kind::SchedContext,
        Kind::Reply,
        Kind::IrqControl,
        Kind::IoPorts,
        Kind::Log,
        Kind::Machine,
        Kind::SchedControl,
    ];
    for (index, kind) in kinds.into_iter().enumerate() {
        let found = machine
            .call(Syscall::CNodeInspect, &[1, index as u64 + 1])
            .expect("a slot");
        assert_eq!(
            found[1],
            kind as u64 | u64::from(Rights::all().bits()) << 8 | 1 << 16
        );
    }
}

#[test]
fn an_image_of_another_kernel_is_refused_with_its_hash() {
    let mut bytes = image();
    let (header, _) = ImageHeader::mut_from_prefix(&mut bytes).expect("a header");
    header.abi_hash ^= 1;
    assert_eq!(refused(&bytes), Some(BootError::WrongAbi(ABI_HASH ^ 1)));
}

#[test]
fn a_changed_byte_anywhere_behind_the_header_is_noticed() {
    for at in [size_of::<ImageHeader>(), 0x1234, 0x3fff] {
        let mut bytes = image();
        bytes[at] ^= 0x10;
        assert_eq!(refused(&bytes), Some(BootError::Damaged));
    }
}

#[test]
fn an_image_that_is_cut_short_is_refused() {
    let bytes = image();
    assert_eq!(refused(&bytes[..0x2000]), Some(BootError::Damaged));
    assert_eq!(refused(&bytes[..8]), Some(BootError::NoImage));
    assert_eq!(refused(&[0; 0x1000]), Some(BootError::NotAnImage));
}

#[test]
fn root_with_an_impossible_segment_is_refused() {
    let read = Rights::READ;
    let wrong = [
        segment(PROGRAM_BASE + 8, 0x1000, 8, 8, read),
        segment(PROGRAM_BASE, 0x1008, 8, 8, read),
        segment(PROGRAM_BASE, 0x1000, 9, 8, read),
        segment(PROGRAM_BASE, 0x3000, 0x1001, 0x1001, read),
        segment(0, 0x1000, 8, 8, read),
        segment(0x7fff_ffff_f000, 0x1000, 8, 8, read),
        segment(PROGRAM_BASE, 0x1000, 8, u64::MAX, read),
        segment(PROGRAM_BASE, 0x1000, 8, 8, Rights::WRITE),
        segment(
            PROGRAM_BASE,
            0x1000,
            8,
            8,
            read | Rights::WRITE | Rights::EXECUTE,
        ),
        segment(PROGRAM_BASE, 0x1000, 8, 8, read | Rights::GRANT),
    ];
    for segment in wrong {
        assert_eq!(
            refused(&image_of(&[segment])),
            Some(BootError::BadProgram),
            "{segment:?}"
        );
    }
}

#[test]
fn root_that_does_not_fit_is_refused() {
    let huge = segment(
        PROGRAM_BASE,
        0x1000,
        8,
        MEMORY,
        Rights::READ | Rights::WRITE,
    );
    assert_eq!(refused(&image_of(&[huge])), Some(BootError::NoMemory));
    let over_stack = segment(STACK_TOP - PAGE, 0x1000, 8, 8, Rights::READ);
    let refusal = refused(&image_of(&[over_stack]));
    assert!(
        matches!(refusal, Some(BootError::NotMapped(..))),
        "{refusal:?}"
    );
}
