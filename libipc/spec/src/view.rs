//! A boot image as its readers see it: bounds are checked once, then it is only looked at.
//!
//! Root reads the image with it, and so do the composer's own checks, so that both mean the same by a
//! sound image. Segments are checked against the rules that root relies on when it maps them.

use core::fmt;

use weft_abi::{
    Rights,
    image::{ImageHeader, MAGIC, MAX_SEGMENTS, Program, Segment},
    layout::{self, PAGE},
};
use zerocopy::FromBytes;

/// A boot image.
#[derive(Clone, Copy)]
pub struct ImageView<'a> {
    bytes: &'a [u8],
    header: &'a ImageHeader,
    programs: &'a [Program],
}

/// Why bytes are no boot image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImageFault {
    /// They do not begin as one, or are shorter than they say.
    NotAnImage,
    /// Made with other ABI tables; what it has.
    OtherAbi(u64),
    /// A part of it lies outside.
    OutOfBounds,
    /// A program's segment breaks a rule; the program's place in the table.
    BadProgram(usize, SegmentFault),
}

/// Which rule a segment breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SegmentFault {
    /// More segments than a program can have, or none.
    Count,
    /// Not aligned to pages.
    Alignment,
    /// More bytes in the file than in memory.
    Size,
    /// Outside the addresses for programs.
    Address,
    /// Not above the segment before it, with a page of its own.
    Order,
    /// Unknown rights, or both writable and executable.
    Rights,
    /// The entry point is in no executable segment.
    Entry,
}

impl SegmentFault {
    /// One phrase for people.
    pub const fn text(self) -> &'static str {
        match self {
            Self::Count => "it has no segment, or more than an image can hold",
            Self::Alignment => "a segment does not begin on a page",
            Self::Size => "a segment has more bytes in the file than in memory",
            Self::Address => "a segment lies outside the addresses for programs",
            Self::Order => "two segments share a page",
            Self::Rights => "a segment is both writable and executable",
            Self::Entry => "the entry point is in no executable segment",
        }
    }
}

impl fmt::Display for ImageFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAnImage => f.write_str("this is no boot image"),
            Self::OtherAbi(found) => write!(
                f,
                "the image has ABI hash {found:#018x}, this was built with {:#018x}",
                weft_abi::ABI_HASH
            ),
            Self::OutOfBounds => f.write_str("a part of the image lies outside of it"),
            Self::BadProgram(index, fault) => write!(f, "program {index}: {}", fault.text()),
        }
    }
}

impl core::error::Error for ImageFault {}

impl<'a> ImageView<'a> {
    /// Looks at an image. Bytes behind its end are ignored.
    ///
    /// # Errors
    /// Why it is none.
    pub fn new(bytes: &'a [u8]) -> Result<Self, ImageFault> {
        let (header, _) =
            ImageHeader::ref_from_prefix(bytes).map_err(|_| ImageFault::NotAnImage)?;
        if header.magic != MAGIC {
            return Err(ImageFault::NotAnImage);
        }
        if header.abi_hash != weft_abi::ABI_HASH {
            return Err(ImageFault::OtherAbi(header.abi_hash));
        }
        let bytes = part(bytes, 0, header.length).ok_or(ImageFault::NotAnImage)?;
        let programs = table(bytes, header).ok_or(ImageFault::OutOfBounds)?;
        let view = Self {
            bytes,
            header,
            programs,
        };
        for (offset, length) in view.sections() {
            part(bytes, offset, length).ok_or(ImageFault::OutOfBounds)?;
        }
        for (index, program) in programs.iter().enumerate() {
            check(program).map_err(|fault| ImageFault::BadProgram(index, fault))?;
            let inside = segments(program)
                .iter()
                .all(|s| part(bytes, s.offset, s.file_bytes).is_some());
            inside.then_some(()).ok_or(ImageFault::OutOfBounds)?;
        }
        Ok(view)
    }

    /// The header.
    pub fn header(&self) -> &'a ImageHeader {
        self.header
    }

    /// All bytes of the image.
    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// The programs; the first is root.
    pub fn programs(&self) -> &'a [Program] {
        self.programs
    }

    /// The encoded system specification.
    pub fn spec(&self) -> &'a [u8] {
        part(self.bytes, self.header.spec_at, self.header.spec_len).unwrap_or_default()
    }

    /// The boot arguments; empty if they are not UTF-8.
    pub fn args(&self) -> &'a str {
        let bytes = part(self.bytes, self.header.args_at, self.header.args_len);
        core::str::from_utf8(bytes.unwrap_or_default()).unwrap_or_default()
    }

    /// The bytes that a segment has in the image.
    pub fn content(&self, segment: &Segment) -> &'a [u8] {
        part(self.bytes, segment.offset, segment.file_bytes).unwrap_or_default()
    }

    fn sections(&self) -> [(u64, u64); 3] {
        let header = self.header;
        [
            (header.spec_at, header.spec_len),
            (header.args_at, header.args_len),
            (header.symbols_at, header.symbols_len),
        ]
    }
}

/// The segments of a program that are in use.
pub fn segments(program: &Program) -> &[Segment] {
    program
        .segment
        .get(..program.segments as usize)
        .unwrap_or_default()
}

/// The name of a program; empty if it is not UTF-8.
pub fn program_name(program: &Program) -> &str {
    let name = program
        .name
        .split(|byte| *byte == 0)
        .next()
        .unwrap_or_default();
    core::str::from_utf8(name).unwrap_or_default()
}

/// The rights of a segment's mapping.
pub fn segment_rights(segment: &Segment) -> Rights {
    Rights::from_bits_truncate(segment.rights as u8)
}

/// Checks a program's segments and entry point; not whether the bytes are in the image.
///
/// # Errors
/// The first rule that is broken.
pub fn check(program: &Program) -> Result<(), SegmentFault> {
    if program.segments == 0 || program.segments as usize > MAX_SEGMENTS {
        return Err(SegmentFault::Count);
    }
    let mut free_from = layout::PROGRAM_BASE;
    let mut entry_found = false;
    for segment in segments(program) {
        let end = check_segment(segment)?;
        if segment.address < free_from {
            return Err(SegmentFault::Order);
        }
        free_from = end.next_multiple_of(PAGE);
        let is_code = segment_rights(segment).contains(Rights::EXECUTE);
        entry_found |= is_code && (segment.address..end).contains(&program.entry);
    }
    if entry_found {
        Ok(())
    } else {
        Err(SegmentFault::Entry)
    }
}

/// Checks one segment by itself; returns where it ends.
fn check_segment(segment: &Segment) -> Result<u64, SegmentFault> {
    if !segment.address.is_multiple_of(PAGE) || !segment.offset.is_multiple_of(PAGE) {
        return Err(SegmentFault::Alignment);
    }
    if segment.file_bytes > segment.memory_bytes {
        return Err(SegmentFault::Size);
    }
    let end = segment
        .address
        .checked_add(segment.memory_bytes)
        .ok_or(SegmentFault::Address)?;
    if segment.address < layout::PROGRAM_BASE || end > layout::STACK_TOP - layout::STACK_MAX {
        return Err(SegmentFault::Address);
    }
    let known = Rights::READ | Rights::WRITE | Rights::EXECUTE;
    let both = Rights::WRITE | Rights::EXECUTE;
    let rights = segment_rights(segment);
    let odd = segment.rights != u32::from(rights.bits())
        || !known.contains(rights)
        || rights.contains(both);
    if odd {
        Err(SegmentFault::Rights)
    } else {
        Ok(end)
    }
}

fn table<'a>(bytes: &'a [u8], header: &ImageHeader) -> Option<&'a [Program]> {
    let rest = bytes.get(usize::try_from(header.programs_at).ok()?..)?;
    let (programs, _) =
        <[Program]>::ref_from_prefix_with_elems(rest, header.programs as usize).ok()?;
    Some(programs)
}

fn part(bytes: &[u8], offset: u64, length: u64) -> Option<&[u8]> {
    let begin = usize::try_from(offset).ok()?;
    bytes.get(begin..begin.checked_add(usize::try_from(length).ok()?)?)
}
