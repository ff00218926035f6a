//! One program: from an ELF file to segments on page boundaries.
//!
//! The linker places segments on pages of their own but not at the beginning of a page; the part of the
//! first page before a segment is filled with zeros. What the file says is not trusted: the result is
//! checked by the same rules that root checks.

use object::{
    Architecture, Object, ObjectSection, ObjectSegment, SegmentFlags,
    elf::{PF_R, PF_W, PF_X},
    read::File,
};
use weft_abi::{
    ABI_HASH, Rights,
    image::{MAX_SEGMENTS, NAME_BYTES, Program, Segment},
    layout::PAGE,
};

use crate::ImageError;

const NOTE: &str = ".note.weft.abi";
/// The lengths and the type, then the owner's name padded to 8 bytes.
const NOTE_HEADER: usize = 20;

/// A program and the bytes of its segments.
pub(crate) struct Loaded {
    /// The table's entry; offsets are still to be set.
    pub(crate) program: Program,
    /// For each segment in use its bytes from the segment's first page on.
    pub(crate) contents: Vec<Vec<u8>>,
    /// The processor that it is for.
    pub(crate) architecture: Architecture,
}

/// Reads a program.
pub(crate) fn load(name: &str, bytes: &[u8]) -> Result<Loaded, ImageError> {
    let broken = |error: object::Error| ImageError::NotAnElf(name.to_owned(), error.to_string());
    let file = File::parse(bytes).map_err(broken)?;
    if file.section_by_name(".interp").is_some() || file.section_by_name(".dynamic").is_some() {
        return Err(ImageError::Dynamic(name.to_owned()));
    }
    check_abi(name, &file)?;
    let mut segments = Vec::new();
    for segment in file.segments().filter(|segment| segment.size() > 0) {
        segments.push(paged(&segment, name).map_err(broken)??);
    }
    segments.sort_by_key(|(segment, _)| segment.address);
    let program = table_entry(name, file.entry(), &segments)?;
    weft_spec::check_program(&program)
        .map_err(|fault| ImageError::Program(name.to_owned(), fault))?;
    let contents = segments.into_iter().map(|(_, content)| content).collect();
    Ok(Loaded {
        program,
        contents,
        architecture: file.architecture(),
    })
}

fn check_abi(name: &str, file: &File<'_>) -> Result<(), ImageError> {
    let found = file
        .section_by_name(NOTE)
        .and_then(|section| section.data().ok())
        .and_then(|note| note.get(NOTE_HEADER..)?.first_chunk().copied())
        .map(u64::from_le_bytes);
    match found {
        Some(ABI_HASH) => Ok(()),
        other => Err(ImageError::OtherAbi(name.to_owned(), other)),
    }
}

type Paged = (Segment, Vec<u8>);

/// A segment from its first page on.
fn paged<'d>(
    segment: &impl ObjectSegment<'d>,
    name: &str,
) -> Result<Result<Paged, ImageError>, object::Error> {
    let lead = segment.address() % PAGE;
    let data = segment.data()?;
    let fault = |fault| Ok(Err(ImageError::Program(name.to_owned(), fault)));
    let Some(memory_bytes) = segment.size().checked_add(lead) else {
        return fault(weft_spec::SegmentFault::Address);
    };
    let mut content = vec![0; lead as usize];
    content.extend_from_slice(data);
    let SegmentFlags::Elf { p_flags } = segment.flags() else {
        return fault(weft_spec::SegmentFault::Rights);
    };
    let segment = Segment {
        address: segment.address() - lead,
        offset: 0,
        file_bytes: content.len() as u64,
        memory_bytes,
        rights: rights(p_flags).bits().into(),
        reserved: 0,
    };
    Ok(Ok((segment, content)))
}

fn rights(flags: u32) -> Rights {
    let mut rights = Rights::empty();
    rights.set(Rights::READ, flags & PF_R != 0);
    rights.set(Rights::WRITE, flags & PF_W != 0);
    rights.set(Rights::EXECUTE, flags & PF_X != 0);
    rights
}

fn table_entry(name: &str, entry: u64, segments: &[Paged]) -> Result<Program, ImageError> {
    let mut padded = [0; NAME_BYTES];
    padded
        .get_mut(..name.len())
        .ok_or_else(|| ImageError::NameTooLong(name.to_owned()))?
        .copy_from_slice(name.as_bytes());
    let mut table = [Segment::default(); MAX_SEGMENTS];
    table
        .get_mut(..segments.len())
        .ok_or_else(|| ImageError::Program(name.to_owned(), weft_spec::SegmentFault::Count))?
        .iter_mut()
        .zip(segments)
        .for_each(|(place, (segment, _))| *place = *segment);
    Ok(Program {
        name: padded,
        entry,
        segments: segments.len() as u32,
        reserved: 0,
        segment: table,
    })
}
