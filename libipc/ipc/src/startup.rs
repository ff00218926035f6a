//! What a program starts with: the start-up page, read by name.
//!
//! A program asks for what its manifest says it gets, so a missing entry is a mistake of the image and not a
//! condition to handle: the accessors end the program with a message that names the thing. What may be absent
//! is asked for with [`find`](Startup::find).

use core::fmt;

use weft_abi::CPtr;
use weft_abi::startup::{Entry, EntryKind, Granted, MAGIC, MAX_ENTRIES, StartupHeader, slots};
use zerocopy::FromBytes;

use crate::objects::{IoPorts, IrqHandler, Log, Notification};
use crate::{Connection, Endpoint, Irq, PortRange, Region};

/// What a program was given. Copies are cheap: the page lasts as long as the program.
#[derive(Clone, Copy)]
pub struct Startup {
    header: &'static StartupHeader,
    entries: &'static [Entry],
    arguments: &'static [u8],
}

/// Why a page is not a start-up page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadStartup {
    /// Wrong magic number, or shorter than its header says.
    NotAStartupPage,
    /// Program and system were built with different ABI tables.
    OtherAbi,
}

impl Startup {
    /// Reads a start-up page.
    ///
    /// # Errors
    /// Why it is none, or one of another system.
    pub fn parse(page: &'static [u8]) -> Result<Self, BadStartup> {
        let bad = BadStartup::NotAStartupPage;
        let (header, rest) = StartupHeader::ref_from_prefix(page).map_err(|_| bad)?;
        if header.magic != MAGIC || header.entries as usize > MAX_ENTRIES {
            return Err(bad);
        }
        if header.abi_hash != weft_abi::ABI_HASH {
            return Err(BadStartup::OtherAbi);
        }
        let (entries, rest) = <[Entry]>::ref_from_prefix_with_elems(rest, header.entries as usize)
            .map_err(|_| bad)?;
        let arguments = rest.get(..header.args_len as usize).ok_or(bad)?;
        Ok(Self {
            header,
            entries,
            arguments,
        })
    }

    /// The program's name.
    pub fn name(&self) -> &'static str {
        text(&self.header.name)
    }

    /// The arguments, without the program's name. Arguments that are not UTF-8 end at the first bad byte.
    pub fn args(&self) -> impl Iterator<Item = &'static str> + use<> {
        let bytes = self.arguments.strip_suffix(&[0]).unwrap_or(self.arguments);
        let count = if bytes.is_empty() && self.arguments.is_empty() {
            0
        } else {
            usize::MAX
        };
        bytes.split(|byte| *byte == 0).take(count).map(valid_prefix)
    }

    /// The page's header.
    pub fn header(&self) -> &'static StartupHeader {
        self.header
    }

    /// What of the processor the program may use.
    pub fn granted(&self) -> Granted {
        Granted::from_bits_truncate(self.header.granted)
    }

    /// All entries, in the order of the page.
    pub fn entries(&self) -> &'static [Entry] {
        self.entries
    }

    /// All entries of a kind with a name.
    pub fn all(&self, kind: EntryKind, name: &str) -> impl Iterator<Item = &'static Entry> {
        self.entries
            .iter()
            .filter(move |entry| entry.kind == kind as u32 && text(&entry.name) == name)
    }

    /// The first entry of a kind with a name.
    pub fn find(&self, kind: EntryKind, name: &str) -> Option<&'static Entry> {
        self.all(kind, name).next()
    }

    /// The endpoint on which the program serves an interface.
    ///
    /// # Panics
    /// As all accessors below: if the program was not given the thing.
    pub fn endpoint(&self, interface: &str) -> Endpoint {
        let entry = self.expect(EntryKind::Server, interface);
        Endpoint {
            slot: CPtr(entry.slot),
            interface: entry.v0 as u8,
        }
    }

    /// A client of a server, by the connection's name.
    ///
    /// # Panics
    /// If the program was not given it.
    pub fn connect<C: From<Connection>>(&self, name: &str) -> C {
        C::from(Connection::permanent(CPtr(
            self.expect(EntryKind::Client, name).slot,
        )))
    }

    /// A client of a server, if the program is connected to it.
    pub fn try_connect<C: From<Connection>>(&self, name: &str) -> Option<C> {
        let entry = self.find(EntryKind::Client, name)?;
        Some(C::from(Connection::permanent(CPtr(entry.slot))))
    }

    /// An interrupt.
    ///
    /// # Panics
    /// If the program was not given it.
    pub fn irq(&self, name: &str) -> Irq {
        let entry = self.expect(EntryKind::Irq, name);
        Irq {
            handler: IrqHandler::from(CPtr(entry.slot)),
            bits: entry.v0,
        }
    }

    /// Device registers.
    ///
    /// # Panics
    /// If the program was not given them.
    pub fn mmio(&self, name: &str) -> Region {
        region(self.expect(EntryKind::Mmio, name))
    }

    /// Memory for DMA.
    ///
    /// # Panics
    /// If the program was not given it.
    pub fn dma(&self, name: &str) -> Region {
        region(self.expect(EntryKind::Dma, name))
    }

    /// One side of a ring.
    ///
    /// # Panics
    /// If the program was not given it.
    pub fn ring(&self, name: &str) -> Region {
        region(self.expect(EntryKind::Ring, name))
    }

    /// A pool.
    ///
    /// # Panics
    /// If the program was not given it.
    pub fn pool(&self, name: &str) -> Region {
        region(self.expect(EntryKind::Pool, name))
    }

    /// A file of the boot image, whose last page is filled with zeros; `None` if the program was not given it.
    pub fn file(&self, name: &str) -> Option<&'static [u8]> {
        self.find(EntryKind::File, name)
            .map(|entry| bytes(region(entry)))
    }

    /// I/O ports.
    ///
    /// # Panics
    /// If the program was not given them.
    pub fn ports(&self, name: &str) -> PortRange {
        let entry = self.expect(EntryKind::Ports, name);
        let ports = IoPorts::from(CPtr(entry.slot));
        PortRange {
            ports,
            first: entry.v0 as u16,
            last: entry.v1 as u16,
        }
    }

    /// Another capability, by its name.
    ///
    /// # Panics
    /// If the program was not given it.
    pub fn other<K: From<CPtr>>(&self, name: &str) -> K {
        K::from(CPtr(self.expect(EntryKind::Other, name).slot))
    }

    /// The notification that is bound to the main thread.
    pub fn notification(&self) -> Notification {
        Notification::from(slots::NOTIFICATION)
    }

    /// The bits of the bound notification by which the peer of a ring, or another program, wakes this one.
    ///
    /// # Panics
    /// If the program was not given them.
    pub fn wake_bits(&self, name: &str) -> u64 {
        self.expect(EntryKind::Notification, name).v0
    }

    /// The kernel log, if the program may use it.
    pub fn log(&self) -> Option<Log> {
        let entry = self
            .entries
            .iter()
            .find(|entry| entry.kind == EntryKind::Log as u32)?;
        Some(Log::from(CPtr(entry.slot)))
    }

    /// The reply objects: with `n`, a server can keep `n - 1` requests waiting.
    pub fn reply_slots(&self) -> impl Iterator<Item = CPtr> + use<> {
        let further = self
            .entries
            .iter()
            .filter(|entry| entry.kind == EntryKind::Reply as u32);
        core::iter::once(slots::REPLY).chain(further.map(|entry| CPtr(entry.slot)))
    }

    fn expect(&self, kind: EntryKind, name: &str) -> &'static Entry {
        match self.find(kind, name) {
            Some(entry) => entry,
            None => panic!(
                "{}: the image gives no {kind:?} named \"{name}\"",
                self.name()
            ),
        }
    }
}

impl fmt::Debug for Startup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Startup({}, {} entries)",
            self.name(),
            self.entries.len()
        )
    }
}

fn region(entry: &Entry) -> Region {
    Region {
        address: entry.v0,
        length: entry.v1,
        slot: CPtr(entry.slot),
    }
}

/// The bytes of a file of the boot image.
fn bytes(file: Region) -> &'static [u8] {
    let start = core::ptr::with_exposed_provenance::<u8>(file.address as usize);
    if start.is_null() {
        return &[];
    }
    // SAFETY: 1. the start-up page, which root wrote, says that these bytes are mapped for as long as the
    // program lives; 2. they never change: all mappings of a boot image are read-only, its frames are root's;
    // 3. the address is not null, and bytes need no alignment.
    unsafe { core::slice::from_raw_parts(start, file.length as usize) }
}

/// The text of a zero-padded name.
fn text(bytes: &'static [u8]) -> &'static str {
    valid_prefix(bytes.split(|byte| *byte == 0).next().unwrap_or(&[]))
}

/// The longest beginning that is UTF-8.
fn valid_prefix(bytes: &'static [u8]) -> &'static str {
    bytes.utf8_chunks().next().map_or("", |chunk| chunk.valid())
}

#[cfg(test)]
#[path = "startup_tests.rs"]
mod tests;
