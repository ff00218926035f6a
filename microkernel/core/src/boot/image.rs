//! Checks the boot image and finds root in it.

use weft_abi::image::{ImageHeader, MAGIC, MAX_SEGMENTS, Program, Segment};
use weft_abi::layout::{PAGE, PROGRAM_BASE, USER_END};
use weft_abi::{ABI_HASH, Rights};
use weft_hal::PhysAddr;
use weft_store::Memory;
use zerocopy::{FromBytes, IntoBytes};

use super::BootError;

/// Bytes that are read at once: small, because they are on the kernel's stack.
const CHUNK: u64 = 512;

/// A thing of fixed layout at a physical address.
fn read<T: FromBytes + IntoBytes>(memory: &Memory, at: u64) -> T {
    let mut value = T::new_zeroed();
    memory.read(PhysAddr(at), value.as_mut_bytes());
    value
}

/// Root's program: entry 0 of a sound image's table.
pub(super) fn root_program(memory: &Memory, image: (PhysAddr, u64)) -> Result<Program, BootError> {
    let (PhysAddr(base), available) = image;
    if available < size_of::<ImageHeader>() as u64 || base & PAGE.wrapping_sub(1) != 0 {
        return Err(BootError::NoImage);
    }
    let header: ImageHeader = read(memory, base);
    if header.magic != MAGIC {
        return Err(BootError::NotAnImage);
    }
    if header.abi_hash != ABI_HASH {
        return Err(BootError::WrongAbi(header.abi_hash));
    }
    let body = size_of::<ImageHeader>() as u64;
    if header.length > available || header.length < body {
        return Err(BootError::Damaged);
    }
    if checksum(
        memory,
        base.wrapping_add(body),
        header.length.wrapping_sub(body),
    ) != header.crc32
    {
        return Err(BootError::Damaged);
    }
    let end = header.programs_at.checked_add(size_of::<Program>() as u64);
    if header.programs == 0 || end.is_none_or(|end| end > header.length) {
        return Err(BootError::BadProgram);
    }
    let program: Program = read(memory, base.wrapping_add(header.programs_at));
    check(&program, header.length)?;
    Ok(program)
}

fn checksum(memory: &Memory, at: u64, len: u64) -> u32 {
    let mut digest = crc32fast::Hasher::new();
    let mut chunk = [0; CHUNK as usize];
    let mut done = 0;
    while done < len {
        let now = len.wrapping_sub(done).min(CHUNK);
        if let Some(part) = chunk.get_mut(..now as usize) {
            memory.read(PhysAddr(at.wrapping_add(done)), part);
            digest.update(part);
        }
        done = done.wrapping_add(now);
    }
    digest.finalize()
}

/// The used segments of a program.
pub(super) fn segments(program: &Program) -> impl Iterator<Item = &Segment> {
    program.segment.iter().take(program.segments as usize)
}

/// The rights of a segment, if a page can have them.
pub(super) fn rights(segment: &Segment) -> Option<Rights> {
    let rights = Rights::from_bits(u8::try_from(segment.rights).ok()?)?;
    let both = Rights::WRITE.union(Rights::EXECUTE);
    let known = both.union(Rights::READ).contains(rights);
    (known && rights.contains(Rights::READ) && !rights.contains(both)).then_some(rights)
}

fn check(program: &Program, length: u64) -> Result<(), BootError> {
    if program.segments as usize > MAX_SEGMENTS {
        return Err(BootError::BadProgram);
    }
    segments(program).try_for_each(|segment| is_sound(segment, length).ok_or(BootError::BadProgram))
}

fn is_sound(segment: &Segment, length: u64) -> Option<()> {
    let aligned = (segment.address | segment.offset) & PAGE.wrapping_sub(1) == 0;
    let end_in_file = segment.offset.checked_add(segment.file_bytes)?;
    let end = segment.address.checked_add(segment.memory_bytes)?;
    rights(segment)?;
    let sound = aligned
        && segment.file_bytes <= segment.memory_bytes
        && end_in_file <= length
        && segment.address >= PROGRAM_BASE
        && end <= USER_END;
    sound.then_some(())
}
