//! What stands in files, as far as it was read lately.
//!
//! A page is kept until the file is written, cut, or its number given to another. The last page of a file is shorter, if only by being
//! empty, and so tells where the file ends. At most 128 pages are kept, 512 KiB, and one that is put there next.

use alloc::vec::Vec;

use libipc::Transport;
use proto::filesystem::MAX_LENT;
use proto::vfs::Error;
use zerocopy::IntoBytes;

use crate::files::File;
use crate::mounts::{MountId, Mounts};
use crate::table::{Ages, Table, hash_of_node};

/// Bytes of a page.
pub(crate) const PAGE: usize = 4096;
const WORD: usize = size_of::<u64>();
/// How many pages are kept.
const PAGES: usize = 128;
/// The most bytes that a file system is lent room for at once.
const MOST: usize = MAX_LENT as usize;

/// What tells pages apart: two with the same stamp hold the same bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stamp {
    /// That of the file when the page was read.
    pub(crate) age: u64,
    pub(crate) mount: MountId,
    pub(crate) node: u64,
    /// Its place in the file, in pages.
    pub(crate) index: u64,
}

struct Page {
    stamp: Stamp,
    /// Bytes: fewer than a page's only at the end of the file.
    length: usize,
    /// They, in whole words, so that they are copied by words.
    words: Vec<u64>,
}

/// A part of what was read.
pub(crate) struct Piece<'a> {
    /// Its place in that.
    pub(crate) at: usize,
    pub(crate) bytes: &'a [u8],
    /// The page, if this is all of one.
    pub(crate) whole: Option<&'a Stamp>,
}

impl Page {
    fn is(&self, mount: MountId, node: u64, index: u64) -> bool {
        let stamp = &self.stamp;
        stamp.index == index && stamp.node == node && stamp.mount == mount
    }

    fn bytes(&self) -> &[u8] {
        let bytes = self.words.as_bytes();
        bytes.get(..self.length).unwrap_or(bytes)
    }
}

/// Pages of all files.
pub(crate) struct Pages {
    table: Table<Page>,
    ages: Ages,
    /// Memory of a page that is not kept any more.
    spare: Vec<u64>,
}

/// How far a read got.
struct Progress {
    filled: usize,
    is_done: bool,
}

impl Pages {
    pub(crate) fn new() -> Self {
        Self {
            table: Table::new(PAGES),
            ages: Ages::new(),
            spare: Vec::new(),
        }
    }

    /// Forgets what stands in a file.
    pub(crate) fn forget(&mut self, mount: MountId, node: u64) {
        self.ages.end(mount, node);
    }

    /// Forgets what stands in all files of a volume.
    pub(crate) fn forget_all(&mut self, mount: MountId) {
        self.ages.end_all(mount);
    }

    #[inline]
    fn get(&self, mount: MountId, node: u64, index: u64) -> Option<&Page> {
        let hash = hash_of_page(mount, node, index);
        let page = self.table.get(hash, |page| page.is(mount, node, index))?;
        (page.stamp.age == self.ages.now(mount, node)).then_some(page)
    }

    /// Keeps a page, which `fill` fills, unless there is no memory for it or `fill` says no.
    fn put(
        &mut self,
        (mount, node, index): (MountId, u64, u64),
        length: usize,
        fill: impl FnOnce(&mut [u8]) -> bool,
    ) {
        let mut words = core::mem::take(&mut self.spare);
        words.clear();
        if words.try_reserve_exact(PAGE / WORD).is_err() {
            return;
        }
        words.resize(length.div_ceil(WORD), 0);
        let bytes = words.as_mut_bytes().get_mut(..length);
        if !bytes.is_some_and(fill) {
            self.spare = words;
            return;
        }
        let stamp = Stamp {
            age: self.ages.now(mount, node),
            mount,
            node,
            index,
        };
        let page = Page {
            stamp,
            length,
            words,
        };
        let hash = hash_of_page(mount, node, index);
        let is = |old: &Page| old.is(mount, node, index);
        if let Some(old) = self.table.put(hash, page, is) {
            self.spare = old.words;
        }
    }

    /// Gives `each` what is kept from a place in a file on, up to `length` bytes.
    fn read(
        &self,
        file: &File,
        (offset, length): (u64, usize),
        mut each: impl FnMut(Piece<'_>) -> Result<(), Error>,
    ) -> Result<Progress, Error> {
        let mut filled = 0;
        while filled < length {
            let at = offset.saturating_add(filled as u64);
            let (index, skip) = (at / PAGE as u64, at as usize % PAGE);
            let Some(page) = self.get(file.mount, file.node, index) else {
                let is_done = false;
                return Ok(Progress { filled, is_done });
            };
            let rest = page.bytes().get(skip..).unwrap_or_default();
            let bytes = rest.get(..length - filled).unwrap_or(rest);
            if !bytes.is_empty() {
                let whole = (bytes.len() == page.length).then_some(&page.stamp);
                let at = filled;
                each(Piece { at, bytes, whole })?;
                filled += bytes.len();
            }
            if skip + bytes.len() >= page.length && page.length < PAGE {
                break;
            }
        }
        let is_done = true;
        Ok(Progress { filled, is_done })
    }
}

impl<T: Transport> Mounts<T> {
    /// The page of a file that begins at `offset`, as it is told from others now; `None` if none begins there, or this file is not
    /// read by pages.
    #[inline]
    pub(crate) fn page_at(&self, file: &File, offset: u64) -> Option<Stamp> {
        self.lasting_root(file.mount)?;
        let (mount, node, page) = (file.mount, file.node, PAGE as u64);
        offset.is_multiple_of(page).then(|| Stamp {
            age: self.known.pages.ages.now(mount, node),
            mount,
            node,
            index: offset / page,
        })
    }

    /// Gives `each` the bytes of a file from `offset` on in pieces, and tells how many they are: fewer than `length` only at the
    /// end of the file. `None` if this file is not read by pages.
    ///
    /// # Errors
    /// Of the file system, or of `each`.
    pub(crate) fn read_pages(
        &mut self,
        file: &File,
        (offset, length): (u64, usize),
        mut each: impl FnMut(Piece<'_>) -> Result<(), Error>,
    ) -> Result<Option<usize>, Error> {
        // Whether nothing can be read of a node depends on what it is.
        let is_far = offset.checked_add(1 << 32).is_none();
        if length == 0 || is_far || self.lasting_root(file.mount).is_none() {
            return Ok(None);
        }
        let mut filled = 0;
        let mut was_fetched = false;
        loop {
            let rest = (offset + filled as u64, length - filled);
            let from = filled;
            let read = |piece: Piece<'_>| {
                let at = from + piece.at;
                each(Piece { at, ..piece })
            };
            let progress = self.known.pages.read(file, rest, read)?;
            filled += progress.filled;
            if progress.is_done {
                return Ok(Some(filled));
            }
            if was_fetched && progress.filled == 0 {
                return Ok(None);
            }
            self.fetch(file, offset + filled as u64, length - filled)?;
            was_fetched = true;
        }
    }

    /// Reads the pages that a part of a file is in, as many as the file system can be lent room for, and keeps them.
    fn fetch(&mut self, file: &File, offset: u64, length: usize) -> Result<(), Error> {
        let (mount, node) = (file.mount, file.node);
        let skip = offset as usize % PAGE;
        let start = offset - skip as u64;
        let (filesystem, lender) = self.lending(mount)?;
        let Some(lender) = lender else {
            return Ok(());
        };
        let room = lender.longest_out().min(MOST) / PAGE * PAGE;
        let wanted = (skip + length).next_multiple_of(PAGE).min(room);
        let Some(lent) = lender.lend_out(wanted) else {
            return Ok(());
        };
        let read = filesystem.read_into(node, start, &lent);
        // What was lent lies at its start.
        let view = lender.inward();
        // The file system notes when a file is read.
        self.known.forget_stat(mount, node);
        let read = (self.told(mount, read)? as usize).min(wanted);
        let first = start / PAGE as u64;
        for (index, at) in (first..).zip((0..wanted).step_by(PAGE)) {
            let valid = read.saturating_sub(at).min(PAGE);
            let fill = |bytes: &mut [u8]| view.is_some_and(|view| view.copy_to(at, bytes).is_ok());
            self.known.pages.put((mount, node, index), valid, fill);
            if valid < PAGE {
                break;
            }
        }
        Ok(())
    }
}

/// The pages of a file lie side by side.
fn hash_of_page(mount: MountId, node: u64, index: u64) -> u64 {
    hash_of_node(mount, node).wrapping_add(index)
}
