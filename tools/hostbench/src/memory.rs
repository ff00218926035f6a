//! Memory that two processes share, and the only unsafe code here.
//!
//! A region has one writer: whoever made it maps it writable, everybody else opens it read-only, so
//! that the processor refuses a write as it does on Weft. The first page holds the futex by which
//! the writer wakes the reader: it stands in the writer's own page as well, and waiting needs no
//! right to write. Mappings stay for the rest of the process, as a benchmark has a few dozen.
#![allow(
    unsafe_code,
    reason = "maps memory that another process uses at the same moment"
)]

use std::fs::{File, OpenOptions};
use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::ptr;
use std::slice;
use std::sync::atomic::{AtomicU32, AtomicU64};

use rustix::fs::{MemfdFlags, ftruncate, memfd_create};
use rustix::mm::{MapFlags, ProtFlags, mmap};

const PAGE_BYTES: usize = 4096;

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

    /// The words; those of a region that was mapped for reading must not be written.
    pub(crate) fn words(self) -> &'static [AtomicU64] {
        self.words
    }
}

/// What a mapping may be used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// Its owner reads and writes.
    Write,
    /// Everybody else reads only.
    Read,
}

/// Memory with a name that other processes can open as long as this lives.
#[derive(Debug)]
pub(crate) struct Memory {
    file: OwnedFd,
    bytes: usize,
}

impl Memory {
    /// Makes memory for a bell and `bytes` bytes of words.
    pub(crate) fn new(bytes: usize) -> io::Result<Self> {
        let file = memfd_create("weft-hostbench", MemfdFlags::CLOEXEC)?;
        let bytes = PAGE_BYTES + bytes.next_multiple_of(PAGE_BYTES);
        ftruncate(&file, bytes as u64)?;
        Ok(Self { file, bytes })
    }

    /// The path by which a process of the same user opens it.
    pub(crate) fn path(&self) -> String {
        format!("/proc/{}/fd/{}", std::process::id(), self.file.as_raw_fd())
    }

    /// Maps it in the process that made it.
    pub(crate) fn map(&self, access: Access) -> io::Result<Region> {
        map(self.file.as_fd(), self.bytes, access)
    }
}

/// Opens and maps memory of another process. With [`Access::Read`] the file itself is opened for
/// reading only, so that the kernel refuses every writable mapping of it.
pub(crate) fn open(path: &str, access: Access) -> io::Result<Region> {
    let file: File = OpenOptions::new()
        .read(true)
        .write(access == Access::Write)
        .open(path)?;
    let bytes = usize::try_from(file.metadata()?.len()).map_err(io::Error::other)?;
    map(file.as_fd(), bytes, access)
}

fn map(file: BorrowedFd<'_>, bytes: usize, access: Access) -> io::Result<Region> {
    if bytes < PAGE_BYTES {
        return Err(io::Error::from(io::ErrorKind::UnexpectedEof));
    }
    let rights = match access {
        Access::Write => ProtFlags::READ | ProtFlags::WRITE,
        Access::Read => ProtFlags::READ,
    };
    // SAFETY:
    // 1. The address is the kernel's choice, so that no other mapping is replaced.
    // 2. The mapping is never removed; the memory file is never made shorter once it has its length.
    let start = unsafe { mmap(ptr::null_mut(), bytes, rights, MapFlags::SHARED, file, 0) }?;
    let bell = start.cast::<AtomicU32>();
    let words = start.wrapping_byte_add(PAGE_BYTES).cast::<AtomicU64>();
    // SAFETY:
    // 1. The first page is mapped for the rest of the process and aligned to its size.
    // 2. Every process uses it through atomics only, and every bit pattern is an `AtomicU32`.
    // 3. Only the writer stores; all others load, relaxed, which read-only memory allows.
    let bell = unsafe { &*bell };
    // SAFETY:
    // 1. `bytes - PAGE_BYTES` bytes behind the first page are mapped and aligned to a page.
    // 2. and 3. as for the bell.
    let words = unsafe { slice::from_raw_parts(words, (bytes - PAGE_BYTES) / size_of::<u64>()) };
    Ok(Region { bell, words })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::Ordering;

    #[test]
    fn what_the_writer_stores_the_reader_loads() {
        let memory = Memory::new(8192).expect("memory");
        let writer = memory.map(Access::Write).expect("mapped");
        let reader = open(&memory.path(), Access::Read).expect("opened");
        writer.words()[1023].store(7, Ordering::Relaxed);
        writer.bell().store(9, Ordering::Relaxed);
        assert_eq!(reader.words()[1023].load(Ordering::Relaxed), 7);
        assert_eq!(reader.bell().load(Ordering::Relaxed), 9);
        assert_eq!(reader.words().len(), 1024);
    }

    #[test]
    fn the_readers_pages_are_not_writable() {
        let memory = Memory::new(4096).expect("memory");
        let reader = open(&memory.path(), Access::Read).expect("opened");
        let address = reader.words().as_ptr().addr();
        let maps = std::fs::read_to_string("/proc/self/maps").expect("maps");
        let holds = |line: &&str| {
            let range = line
                .split(' ')
                .next()
                .and_then(|range| range.split_once('-'));
            let number = |text: &str| usize::from_str_radix(text, 16).expect("an address");
            range.is_some_and(|(from, to)| (number(from)..number(to)).contains(&address))
        };
        let line = maps.lines().find(holds).expect("a mapping");
        assert!(line.contains(" r--s "), "{line}");
    }
}
