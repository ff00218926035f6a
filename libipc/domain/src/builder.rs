//! Page tables, pages and their content.

use libipc::abi::cap::{CacheMode, MapFlags};
use libipc::abi::layout::{MESSAGE_PAGE, PAGE};
use libipc::objects::{AddressSpace, MapError, Thread};
use libipc::{CPtr, Kind, Refusal, Rights};

use crate::{Calls, WINDOW};

/// The greatest number of pages that one system call maps.
pub const AT_ONCE: u64 = 512;

/// Where a frame is mapped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mapping {
    /// The address space.
    pub space: AddressSpace,
    /// The frame's first address.
    pub address: u64,
    /// Rights and cache mode.
    pub flags: MapFlags,
}

impl Mapping {
    /// A mapping of plain memory.
    pub const fn plain(space: AddressSpace, address: u64, rights: Rights) -> Self {
        Self {
            space,
            address,
            flags: MapFlags::new(rights, CacheMode::Normal),
        }
    }
}

/// Whoever builds domains: what is its own, and the steps that follow from it.
pub trait Builder {
    /// Why something was not built.
    type Error;
    /// The system calls.
    type Calls: Calls;

    /// The system calls.
    fn calls(&mut self) -> &mut Self::Calls;

    /// This program's own address space. The page at [`WINDOW`] must be used by nothing else.
    fn own_space(&self) -> AddressSpace;

    /// Makes an object in a slot of this program's CNode; `size` as `UntypedRetype` wants it.
    ///
    /// # Errors
    /// No memory, no slot, or another refusal.
    fn make(&mut self, kind: Kind, size: u8) -> Result<CPtr, Self::Error>;

    /// Keeps a page table or page that is in use now and lives as long as its domain.
    ///
    /// # Errors
    /// If there is no place for it.
    fn keep(&mut self, slot: CPtr) -> Result<(), Self::Error>;

    /// What a refusal means; `doing` are words for people that go on behind "cannot".
    fn error(doing: &'static str, refusal: Refusal) -> Self::Error;

    /// Maps a frame, with the page tables that it needs.
    ///
    /// # Errors
    /// What [`make`](Self::make) and [`keep`](Self::keep) say of a page table, or a refusal.
    fn map(&mut self, frame: CPtr, to: Mapping) -> Result<(), Self::Error> {
        loop {
            match self.calls().map(frame, to) {
                Ok(()) => return Ok(()),
                Err(MapError::MissingTable { .. }) => self.add_table(to.space, to.address)?,
                Err(MapError::Refused(refusal)) => return Err(Self::error("map memory", refusal)),
            }
        }
    }

    /// Maps `count` frames of 2^`log2` bytes in consecutive slots one behind the other, with the page tables that they
    /// need.
    ///
    /// # Errors
    /// As [`map`](Self::map).
    fn map_many(
        &mut self,
        first: CPtr,
        count: u64,
        log2: u8,
        to: Mapping,
    ) -> Result<(), Self::Error> {
        let mut done = 0;
        while done < count {
            let frame = CPtr(first.0 + done as u32);
            let address = to.address + (done << log2);
            let part = (count - done).min(AT_ONCE);
            match self
                .calls()
                .map_many(frame, part, Mapping { address, ..to })
            {
                Ok(mapped) => done += mapped,
                // Frames of one core go into a space of another one by one.
                Err(MapError::Refused(Refusal::WrongCore)) => {
                    self.map(frame, Mapping { address, ..to })?;
                    done += 1;
                }
                Err(MapError::MissingTable { .. }) => self.add_table(to.space, address)?,
                Err(MapError::Refused(refusal)) => return Err(Self::error("map memory", refusal)),
            }
        }
        Ok(())
    }

    /// Adds the first page table that an address lacks.
    ///
    /// # Errors
    /// As [`map`](Self::map).
    fn add_table(&mut self, space: AddressSpace, address: u64) -> Result<(), Self::Error> {
        let table = self.make(Kind::PageTable, 0)?;
        self.calls()
            .map_table(space, table, address)
            .map_err(|refusal| Self::error("add a page table", refusal))?;
        self.keep(table)
    }

    /// Makes the page tables that a mapping needs, by mapping a frame there and unmapping it again.
    ///
    /// # Errors
    /// As [`map`](Self::map).
    fn reserve(&mut self, frame: CPtr, to: Mapping) -> Result<(), Self::Error> {
        self.map(frame, to)?;
        self.unmap(frame)
    }

    /// Removes a frame's mapping.
    ///
    /// # Errors
    /// A refusal.
    fn unmap(&mut self, frame: CPtr) -> Result<(), Self::Error> {
        self.calls()
            .unmap(frame)
            .map_err(|refusal| Self::error("unmap memory", refusal))
    }

    /// Maps a thread's message page where programs expect it.
    ///
    /// # Errors
    /// As [`map`](Self::map).
    fn map_message_page(&mut self, thread: Thread, space: AddressSpace) -> Result<(), Self::Error> {
        loop {
            match self.calls().map_message_page(thread, space, MESSAGE_PAGE) {
                Ok(()) => return Ok(()),
                Err(Refusal::NoTable) => self.add_table(space, MESSAGE_PAGE)?,
                Err(refusal) => return Err(Self::error("map the message page", refusal)),
            }
        }
    }

    /// Makes the page tables that [`fill`](Self::fill) needs, for whoever cannot make any later. The frame is
    /// mapped nowhere before and afterwards.
    ///
    /// # Errors
    /// As [`map`](Self::map).
    fn reserve_window(&mut self, frame: CPtr) -> Result<(), Self::Error> {
        let window = self.window();
        self.reserve(frame, window)
    }

    /// How a page is mapped in this program while it is filled.
    fn window(&self) -> Mapping {
        Mapping::plain(self.own_space(), WINDOW, Rights::READ | Rights::WRITE)
    }

    /// Writes bytes at an offset of a page of plain memory that is mapped nowhere yet; what does not fit is left
    /// out.
    ///
    /// # Errors
    /// As [`map`](Self::map); a frame that is mapped already is refused.
    fn fill(&mut self, frame: CPtr, offset: u64, bytes: &[u8]) -> Result<(), Self::Error> {
        let window = self.window();
        self.map(frame, window)?;
        self.calls().write_window(offset, bytes);
        self.unmap(frame)
    }

    /// Makes a page, which is zero but for `content` (bytes at an offset), and maps it.
    ///
    /// # Errors
    /// As [`make`](Self::make) and [`map`](Self::map).
    fn page(&mut self, to: Mapping, content: Option<(u64, &[u8])>) -> Result<(), Self::Error> {
        let frame = self.make(Kind::Frame, PAGE.ilog2() as u8)?;
        if let Some((offset, bytes)) = content {
            self.fill(frame, offset, bytes)?;
        }
        self.map(frame, to)?;
        self.keep(frame)
    }
}
