//! Memory that two processes share, and the only unsafe code here.
//!
//! A region has one writer, whoever made it. It maps the memory file and seals it: from then on the kernel makes no writable
//! mapping of the file, for nobody, nor lets its length change, which would kill whoever reads behind the end. The other side looks
//! whether that is so before it maps it, read-only. Mappings stay for the rest of the process.
#![allow(
    unsafe_code,
    reason = "maps memory that another process uses at the same moment"
)]

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::ptr;
use std::slice;
use std::sync::atomic::AtomicU32;

use libipc_ring::sync::AtomicU64;
use rustix::fs::{
    MemfdFlags, SealFlags, fcntl_add_seals, fcntl_get_seals, fstat, ftruncate, memfd_create,
};
use rustix::mm::{MapFlags, ProtFlags, mmap};

const PAGE_BYTES: usize = 4096;
/// Bytes in front of the words: a cache line of its own for the bell.
const BELL_BYTES: usize = 64;

/// A mapping of a region.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Region {
    bell: &'static AtomicU32,
    words: &'static [AtomicU64],
}

impl Region {
    /// The futex by which the region's writer wakes the other side.
    pub(crate) fn bell(self) -> &'static AtomicU32 {
        self.bell
    }

    /// The words; those of another process's region must not be written.
    pub(crate) fn words(self) -> &'static [AtomicU64] {
        self.words
    }
}

/// Makes memory for a bell and so many bytes of words, which only this process will ever write; gives the file for others to read.
pub(crate) fn make(bytes: usize) -> io::Result<(Region, OwnedFd)> {
    let file = memfd_create("weft", MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING)?;
    let bytes = (BELL_BYTES + bytes).next_multiple_of(PAGE_BYTES);
    ftruncate(&file, bytes as u64)?;
    let region = map(file.as_fd(), bytes, ProtFlags::READ | ProtFlags::WRITE)?;
    fcntl_add_seals(&file, sealed() | SealFlags::SEAL)?;
    Ok((region, file))
}

/// Maps memory of another process, for a bell and at least so many bytes of words.
pub(crate) fn view(file: &OwnedFd, least: usize) -> io::Result<Region> {
    let refused = |what| io::Error::new(io::ErrorKind::InvalidData, what);
    if !fcntl_get_seals(file)?.contains(sealed()) {
        return Err(refused("the peer's memory is not sealed"));
    }
    let bytes = usize::try_from(fstat(file)?.st_size).map_err(io::Error::other)?;
    let words = bytes.checked_sub(BELL_BYTES);
    if words.is_none_or(|words| words < least) {
        return Err(refused("the peer's memory is too small"));
    }
    map(file.as_fd(), bytes, ProtFlags::READ)
}

/// What makes a file safe to read while its maker lives, and its maker's alone to write.
fn sealed() -> SealFlags {
    SealFlags::FUTURE_WRITE | SealFlags::SHRINK | SealFlags::GROW
}

/// Maps a file of so many bytes, more than [`BELL_BYTES`].
fn map(file: BorrowedFd<'_>, bytes: usize, rights: ProtFlags) -> io::Result<Region> {
    // SAFETY:
    // 1. The address is the kernel's choice, so that no other mapping is replaced.
    // 2. The mapping is never removed; the file's length never changes: `make` seals what it made, `view` has looked for the seals.
    let start = unsafe { mmap(ptr::null_mut(), bytes, rights, MapFlags::SHARED, file, 0) }?;
    let bell = start.cast::<AtomicU32>();
    let words = start.wrapping_byte_add(BELL_BYTES).cast::<AtomicU64>();
    // SAFETY:
    // 1. The first bytes are mapped for the rest of the process and aligned to a page.
    // 2. Every process uses them through atomics only, and every bit pattern is an `AtomicU32`.
    // 3. Only the writer stores; all others load, relaxed, which read-only memory allows.
    let bell = unsafe { &*bell };
    let count = bytes.saturating_sub(BELL_BYTES) / size_of::<u64>();
    // SAFETY:
    // 1. So many words behind the bell are mapped, and aligned to a cache line.
    // 2. and 3. as for the bell.
    let words = unsafe { slice::from_raw_parts(words, count) };
    Ok(Region { bell, words })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::Ordering;

    #[test]
    fn what_the_writer_stores_the_reader_loads() {
        let (writer, file) = make(8192).expect("memory");
        let reader = view(&file, 8192).expect("mapped");
        writer.words()[1023].store(7, Ordering::Relaxed);
        writer.bell().store(9, Ordering::Relaxed);
        assert_eq!(reader.words()[1023].load(Ordering::Relaxed), 7);
        assert_eq!(reader.bell().load(Ordering::Relaxed), 9);
        assert!(view(&file, 1 << 20).is_err(), "it is not so long");
    }

    #[test]
    fn nobody_but_the_maker_can_write_and_nobody_can_cut_it() {
        let (_, file) = make(4096).expect("memory");
        let rights = ProtFlags::READ | ProtFlags::WRITE;
        assert!(map(file.as_fd(), 4096, rights).is_err());
        assert!(ftruncate(&file, 0).is_err());
        assert!(ftruncate(&file, 1 << 20).is_err());
    }

    #[test]
    fn memory_that_could_be_cut_is_not_mapped() {
        let file = memfd_create("loose", MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING);
        let file = file.expect("memory");
        ftruncate(&file, 1 << 16).expect("a length");
        assert!(view(&file, 4096).is_err());
        fcntl_add_seals(&file, SealFlags::SHRINK).expect("sealed");
        assert!(view(&file, 4096).is_err(), "others could write it");
        fcntl_add_seals(&file, sealed()).expect("sealed");
        assert!(view(&file, 4096).is_ok());
    }
}
