//! Writes the start-up page that tells a program what it was given.

use core::fmt;

use weft_abi::{
    ABI_HASH, layout,
    startup::{Entry, Granted, MAGIC, MAX_ARGS, MAX_ENTRIES, NAME_BYTES, StartupHeader},
};
use zerocopy::IntoBytes;

use crate::StartEntry;

/// What the page says besides entries and arguments.
#[derive(Clone, Copy, Debug)]
pub struct StartupPage<'a> {
    /// The program's name; at most 32 bytes.
    pub name: &'a str,
    /// Length of the heap at [`layout::HEAP_BASE`], in bytes.
    pub heap_bytes: u64,
    /// The first free slot of its CNode.
    pub first_free: u32,
    /// log2 of the number of slots of its CNode.
    pub cnode_size: u8,
    /// What of the processor it may use.
    pub granted: Granted,
}

/// Why a page could not be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PageError {
    /// More than [`MAX_ENTRIES`] entries.
    TooManyEntries,
    /// A name is longer than its field.
    NameTooLong,
    /// More than [`MAX_ARGS`] bytes of arguments.
    ArgumentsTooLong,
}

impl fmt::Display for PageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooManyEntries => write!(f, "more than {MAX_ENTRIES} entries in a start-up page"),
            Self::NameTooLong => write!(
                f,
                "a name in a start-up page is longer than {NAME_BYTES} bytes"
            ),
            Self::ArgumentsTooLong => write!(f, "more than {MAX_ARGS} bytes of arguments"),
        }
    }
}

impl core::error::Error for PageError {}

const HEADER: usize = size_of::<StartupHeader>();
const ENTRY: usize = size_of::<Entry>();
const _: () = assert!(HEADER + ENTRY * MAX_ENTRIES + MAX_ARGS <= layout::PAGE as usize);

impl StartupPage<'_> {
    /// Writes the page; bytes behind what is used become zero.
    ///
    /// # Errors
    /// What does not fit; the page's content is then not to be used.
    pub fn write<S: AsRef<str>>(
        &self,
        page: &mut [u8; layout::PAGE as usize],
        entries: &[StartEntry],
        args: &[S],
    ) -> Result<(), PageError> {
        if entries.len() > MAX_ENTRIES {
            return Err(PageError::TooManyEntries);
        }
        page.fill(0);
        let (head, body) = page.split_at_mut(HEADER);
        let (table, tail) = body.split_at_mut(ENTRY * entries.len());
        for (place, entry) in table.chunks_exact_mut(ENTRY).zip(entries) {
            place.copy_from_slice(raw(entry)?.as_bytes());
        }
        let args_len = write_args(tail, args)?;
        head.copy_from_slice(self.header(entries.len() as u32, args_len)?.as_bytes());
        Ok(())
    }

    fn header(&self, entries: u32, args_len: u32) -> Result<StartupHeader, PageError> {
        Ok(StartupHeader {
            magic: MAGIC,
            abi_hash: ABI_HASH,
            heap_base: if self.heap_bytes == 0 {
                0
            } else {
                layout::HEAP_BASE
            },
            heap_len: self.heap_bytes,
            entries,
            args_len,
            first_free: self.first_free,
            cnode_size: u32::from(self.cnode_size),
            granted: self.granted.bits(),
            name: padded(self.name)?,
        })
    }
}

fn raw(entry: &StartEntry) -> Result<Entry, PageError> {
    Ok(Entry {
        name: padded(&entry.name)?,
        kind: entry.kind as u32,
        slot: entry.slot.0,
        v0: entry.v0,
        v1: entry.v1,
    })
}

fn padded<const N: usize>(text: &str) -> Result<[u8; N], PageError> {
    let mut bytes = [0; N];
    bytes
        .get_mut(..text.len())
        .ok_or(PageError::NameTooLong)?
        .copy_from_slice(text.as_bytes());
    Ok(bytes)
}

/// Each argument is followed by a NUL. Returns the length.
fn write_args<S: AsRef<str>>(tail: &mut [u8], args: &[S]) -> Result<u32, PageError> {
    let mut used = 0;
    for arg in args {
        let bytes = arg.as_ref().as_bytes();
        let end = used + bytes.len();
        if end >= MAX_ARGS {
            return Err(PageError::ArgumentsTooLong);
        }
        tail.get_mut(used..end)
            .ok_or(PageError::ArgumentsTooLong)?
            .copy_from_slice(bytes);
        used = end + 1;
    }
    Ok(used as u32)
}

#[cfg(test)]
mod tests {
    use alloc::{string::String, vec};

    use weft_abi::startup::EntryKind;
    use zerocopy::FromBytes;

    use super::*;
    use crate::Slot;

    const PAGE: StartupPage<'_> = StartupPage {
        name: "shell",
        heap_bytes: 8192,
        first_free: 20,
        cnode_size: 8,
        granted: Granted::COUNTERS,
    };

    fn entry(name: &str) -> StartEntry {
        StartEntry {
            name: String::from(name),
            kind: EntryKind::Client,
            slot: Slot(9),
            v0: 1,
            v1: 2,
        }
    }

    #[test]
    fn the_page_reads_back_as_it_was_written() {
        let mut page = [0xff; 4096];
        PAGE.write(&mut page, &[entry("vfs")], &["sh", "-x"])
            .expect("fits");
        let (header, rest) = StartupHeader::read_from_prefix(&page).expect("page holds a header");
        assert_eq!(
            (header.magic, header.entries, header.args_len),
            (MAGIC, 1, 6)
        );
        assert_eq!(header.granted, Granted::COUNTERS.bits());
        let (first, rest) = Entry::read_from_prefix(rest).expect("page holds an entry");
        assert_eq!(
            (&first.name[..4], first.slot, first.v1),
            (&b"vfs\0"[..], 9, 2)
        );
        assert_eq!(&rest[..8], b"sh\0-x\0\0\0");
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let mut page = [0; 4096];
        let none: [&str; 0] = [];
        let many = vec![entry("x"); MAX_ENTRIES + 1];
        assert_eq!(
            PAGE.write(&mut page, &many, &none),
            Err(PageError::TooManyEntries)
        );
        let long = [entry("a-name-of-twenty-five-byt")];
        assert_eq!(
            PAGE.write(&mut page, &long, &none),
            Err(PageError::NameTooLong)
        );
        let text = "a".repeat(MAX_ARGS);
        assert_eq!(
            PAGE.write(&mut page, &[], &[text]),
            Err(PageError::ArgumentsTooLong)
        );
    }
}
