//! ELF files: what of them is loaded where.
//!
//! Only what this system runs is accepted: 64 bit, little endian, static, for this machine, with segments on pages of
//! their own that are never writable and executable at once. Field by field as in the System V ABI, "Object Files";
//! bounds are checked before anything is believed.

use alloc::vec::Vec;
use core::ops::Range;

use elf::abi::{EM_AARCH64, EM_X86_64, ET_EXEC, PF_R, PF_W, PF_X, PT_DYNAMIC, PT_INTERP, PT_LOAD};
use elf::endian::LittleEndian;
use elf::file::{Class, FileHeader, parse_ident};
use elf::segment::{ProgramHeader, SegmentTable};
use libipc::Rights;
use libipc::abi::layout::{PAGE, PROGRAM_BASE, STACK_MAX, STACK_TOP};
use proto::processes::Error;

/// How many bytes from the start of a file are looked at: all headers must be there.
pub const HEAD: usize = 4096;
/// The greatest number of segments.
const MAX_SEGMENTS: usize = 8;
/// Length of the header of a 64-bit file.
const HEADER: usize = 64;
/// The machine that this server was built for.
const MACHINE: u16 = if cfg!(target_arch = "aarch64") {
    EM_AARCH64
} else {
    EM_X86_64
};

/// A piece of a program's address space.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    /// Its first address.
    pub address: u64,
    /// Where its bytes are in the file.
    pub file: Range<u64>,
    /// How many bytes it occupies; what the file does not fill is zero.
    pub bytes: u64,
    /// What the program may do with it.
    pub rights: Rights,
}

impl Segment {
    /// The addresses of its pages.
    pub fn pages(&self) -> impl Iterator<Item = u64> + use<> {
        let first = self.address / PAGE;
        let end = (self.address + self.bytes).div_ceil(PAGE);
        (first..end).map(|page| page * PAGE)
    }

    /// What part of the file belongs into a page, and at which offset of the page.
    pub fn of_page(&self, page: u64) -> Option<(u64, Range<u64>)> {
        let start = page.max(self.address);
        let in_segment = start - self.address;
        let from = self.file.start + in_segment;
        let end = (page + PAGE - self.address)
            .saturating_add(self.file.start)
            .min(self.file.end);
        (from < end).then_some((start - page, from..end))
    }
}

/// A program that can be loaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Program {
    /// Where it starts.
    pub entry: u64,
    /// Its segments, in ascending order.
    pub segments: Vec<Segment>,
}

impl Program {
    /// Reads the headers of a file of `size` bytes from its first bytes.
    ///
    /// # Errors
    /// `NotProgram` for everything that does not run here.
    pub fn read(head: &[u8], size: u64) -> Result<Self, Error> {
        Self::parse(head, size).ok_or(Error::NotProgram)
    }

    fn parse(head: &[u8], size: u64) -> Option<Self> {
        let header = head.get(..HEADER)?;
        let ident = parse_ident::<LittleEndian>(header).ok()?;
        let header = FileHeader::parse_tail(ident, header.get(elf::abi::EI_NIDENT..)?).ok()?;
        if header.class != Class::ELF64 || header.e_machine != MACHINE || header.e_type != ET_EXEC {
            return None;
        }
        let table = usize::try_from(header.e_phoff).ok()?;
        let length = usize::from(header.e_phentsize).checked_mul(header.e_phnum.into())?;
        let table = head.get(table..table.checked_add(length)?)?;
        let table = SegmentTable::new(LittleEndian, Class::ELF64, table);
        let mut segments = Vec::new();
        for entry in table.iter() {
            if matches!(entry.p_type, PT_DYNAMIC | PT_INTERP) {
                return None;
            }
            if entry.p_type == PT_LOAD && entry.p_memsz != 0 {
                segments.push(segment(&entry, size)?);
            }
        }
        let program = Self {
            entry: header.e_entry,
            segments,
        };
        program.is_sound().then_some(program)
    }

    /// Whether segments are in order on pages of their own, and the entry lies in one that can be executed.
    fn is_sound(&self) -> bool {
        let apart = self.segments.is_sorted_by(|low, high| {
            (low.address + low.bytes).next_multiple_of(PAGE) <= high.address - high.address % PAGE
        });
        let entry = self.segments.iter().any(|segment| {
            segment.rights.contains(Rights::EXECUTE)
                && (segment.address..segment.address + segment.bytes).contains(&self.entry)
        });
        apart && entry && self.segments.len() <= MAX_SEGMENTS
    }
}

fn segment(entry: &ProgramHeader, size: u64) -> Option<Segment> {
    let end = entry.p_vaddr.checked_add(entry.p_memsz)?;
    let file_end = entry.p_offset.checked_add(entry.p_filesz)?;
    let allowed = PROGRAM_BASE <= entry.p_vaddr && end <= STACK_TOP - STACK_MAX - PAGE;
    if !allowed || file_end > size || entry.p_filesz > entry.p_memsz {
        return None;
    }
    let mut rights = Rights::empty();
    rights.set(Rights::READ, entry.p_flags & PF_R != 0);
    rights.set(Rights::WRITE, entry.p_flags & PF_W != 0);
    rights.set(Rights::EXECUTE, entry.p_flags & PF_X != 0);
    if rights.is_empty() || rights.contains(Rights::WRITE | Rights::EXECUTE) {
        return None;
    }
    Some(Segment {
        address: entry.p_vaddr,
        file: entry.p_offset..file_end,
        bytes: entry.p_memsz,
        rights: rights | Rights::READ,
    })
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use alloc::vec;
    use proptest::prelude::*;

    /// The headers of a program: (address, offset, bytes in the file, bytes in memory, flags) for each segment.
    pub(crate) fn elf(segments: &[(u64, u64, u64, u64, u32)]) -> Vec<u8> {
        let mut bytes = vec![0x7f, b'E', b'L', b'F', 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        bytes.extend(ET_EXEC.to_le_bytes());
        bytes.extend(MACHINE.to_le_bytes());
        bytes.extend(1_u32.to_le_bytes());
        bytes.extend(segments.first().map_or(0, |first| first.0).to_le_bytes());
        bytes.extend(64_u64.to_le_bytes());
        bytes.extend(0_u64.to_le_bytes());
        bytes.extend(0_u32.to_le_bytes());
        for half in [64, 56, segments.len() as u16, 0, 0, 0] {
            bytes.extend(half.to_le_bytes());
        }
        for (address, offset, file, memory, flags) in segments {
            bytes.extend(PT_LOAD.to_le_bytes());
            bytes.extend(flags.to_le_bytes());
            for word in [offset, address, address, file, memory, &PAGE] {
                bytes.extend(word.to_le_bytes());
            }
        }
        bytes
    }

    const CODE: (u64, u64, u64, u64, u32) = (0x20_1000, 0x1000, 0x1800, 0x1800, PF_R | PF_X);
    const DATA: (u64, u64, u64, u64, u32) = (0x20_3800, 0x2800, 0x10, 0x2000, PF_R | PF_W);

    #[test]
    fn a_static_program_is_read() {
        let program = Program::read(&elf(&[CODE, DATA]), 0x3000).unwrap();
        assert_eq!(program.entry, 0x20_1000);
        let [code, data] = &program.segments[..] else {
            panic!("two segments");
        };
        assert_eq!(code.pages().collect::<Vec<_>>(), [0x20_1000, 0x20_2000]);
        assert_eq!(code.of_page(0x20_2000), Some((0, 0x2000..0x2800)));
        assert_eq!(data.of_page(0x20_3000), Some((0x800, 0x2800..0x2810)));
        assert_eq!(data.of_page(0x20_4000), None);
        assert_eq!(data.pages().count(), 3);
    }

    #[test]
    fn what_cannot_run_is_refused() {
        let refused =
            |segments: &[_], size| Program::read(&elf(segments), size) == Err(Error::NotProgram);
        assert!(refused(&[CODE, DATA], 0x2809), "the file is cut off");
        assert!(
            refused(&[(0x20_1000, 0, 0x10, 0x10, PF_R | PF_W | PF_X)], 0x1000),
            "writable code"
        );
        assert!(
            refused(&[(0x1000, 0, 0x10, 0x10, PF_X)], 0x1000),
            "below the programs"
        );
        assert!(
            refused(&[(STACK_TOP, 0, 0x10, 0x10, PF_X)], 0x1000),
            "in the stack"
        );
        assert!(refused(&[DATA], 0x3000), "the entry is not code");
        assert!(
            refused(&[(0x20_1000, 0, 0x20, 0x10, PF_X)], 0x1000),
            "more in the file than in memory"
        );
        assert!(
            refused(&[(0x20_1000, 0, 0x10, u64::MAX, PF_X)], 0x1000),
            "wraps around"
        );
        assert!(
            refused(&[CODE, (0x20_2c00, 0, 1, 1, PF_R)], 0x3000),
            "two segments on one page"
        );
        assert!(refused(&[], 0x3000));
        assert_eq!(Program::read(b"#!/bin/sh\n", 10), Err(Error::NotProgram));
    }

    proptest! {
        #[test]
        fn damaged_headers_are_refused_or_read_but_never_more(
            at in 0_usize..176, byte in any::<u8>(), cut in 0_usize..200
        ) {
            let mut bytes = elf(&[CODE, DATA]);
            if let Some(place) = bytes.get_mut(at) {
                *place = byte;
            }
            bytes.truncate(bytes.len().saturating_sub(cut.saturating_sub(100)));
            if let Ok(program) = Program::read(&bytes, 0x3000) {
                for segment in &program.segments {
                    for page in segment.pages().take(20) {
                        if let Some((offset, range)) = segment.of_page(page) {
                            prop_assert!(range.end <= 0x3000);
                            prop_assert!(offset + (range.end - range.start) <= PAGE);
                        }
                    }
                }
            }
        }
    }
}
