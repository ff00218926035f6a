//! In which order changes reach the device, so that a power cut costs at most clusters that nobody uses.
//!
//! The cache keeps one order only: what was written before a flush is durable before what is written after. So
//!
//! 1. clusters are taken, linked and filled at once, but nothing leads to them: the entries of files that were written
//!    stay in memory;
//! 2. after a flush those entries are written; entries of what is removed are freed at once, in the cache;
//! 3. after another flush the chains that nothing leads to any more are made free.
//!
//! That is a commit. Before the first change of all the volume is marked as being in use, as other systems do, and the mark
//! goes when it is unmounted; one that was there when it was mounted stays, because what it warns of is still to be checked.

use alloc::vec::Vec;

use block_cache::BatchDevice;

use crate::entry::SLOT;
use crate::error::Error;
use crate::layout::{BOOT_SECTOR, Format};
use crate::volume::FileSystem;

/// The mark that a volume is in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mark {
    /// It is not there.
    Clean,
    /// This file system has set it.
    InUse,
    /// It was there from the start.
    WasInUse,
    /// The same, and there were changes since.
    InUseBefore,
}

/// Bytes of the summary: signatures and where the two counts are.
const SUMMARY: [(usize, u32); 2] = [(0, 0x4161_5252), (484, 0x6141_7272)];
const FREE_AT: usize = 488;
const HINT_AT: usize = 492;

/// The most files whose entries wait.
const MOST_HELD: usize = 64;
/// The most chains that wait for being freed.
const MOST_DOOMED: usize = 64;

impl<D: BatchDevice> FileSystem<D> {
    /// Makes every change durable.
    ///
    /// # Errors
    ///
    /// [`Error::Failed`] if a write was lost, now or earlier, or [`Error::Gone`]; changes since the last sync may then be
    /// lost. [`Error::Damaged`] if a chain could not be made free as a whole; all else is durable.
    pub fn sync(&mut self) -> Result<(), Error> {
        let committed = self.commit();
        self.flush()?;
        committed
    }

    /// Makes every change durable, removes what is open and has no name, and leaves the volume clean.
    ///
    /// # Errors
    ///
    /// As [`FileSystem::sync`].
    pub fn unmount(&mut self) -> Result<(), Error> {
        let nameless = self.held.values().filter(|held| held.spot.is_none());
        let firsts: Vec<_> = nameless.map(|held| held.short.first()).collect();
        self.doomed
            .extend(firsts.into_iter().filter(|first| *first != 0));
        self.held.retain(|_, held| held.spot.is_some());
        self.doomed.extend(core::mem::take(&mut self.removed));
        let synced = self.sync();
        // After an error somebody should look.
        if synced.is_ok() && self.mark == Mark::InUse {
            self.flush()?;
            self.set_mark(Mark::Clean)?;
            self.flush()?;
        }
        synced
    }

    /// What every change begins with.
    pub(crate) fn begin(&mut self) -> Result<(), Error> {
        if self.is_read_only() {
            return Err(self.why_read_only());
        }
        match self.mark {
            Mark::InUse | Mark::InUseBefore => Ok(()),
            Mark::WasInUse => {
                self.mark = Mark::InUseBefore;
                Ok(())
            }
            Mark::Clean => {
                self.set_mark(Mark::InUse)?;
                self.flush()
            }
        }
    }

    /// Commits if much waits for it.
    pub(crate) fn settle(&mut self) -> Result<(), Error> {
        if self.held.len() < MOST_HELD && self.doomed.len() < MOST_DOOMED {
            return Ok(());
        }
        let waiting = self.held.values().filter(|held| held.is_changed).count();
        if waiting < MOST_HELD && self.doomed.len() < MOST_DOOMED {
            return Ok(());
        }
        self.commit()
    }

    /// Writes entries that wait, and makes chains free that nothing leads to any more.
    pub(crate) fn commit(&mut self) -> Result<(), Error> {
        if self.held.values().any(|held| held.is_changed) {
            self.flush()?;
            self.write_entries()?;
        }
        let released = self.release_doomed();
        self.store_table()?;
        self.write_summary()?;
        released
    }

    /// Makes everything durable that was given to the cache or is in the table.
    pub(crate) fn flush(&mut self) -> Result<(), Error> {
        self.store_table()?;
        Ok(self.disk.cache.flush()?)
    }

    fn write_entries(&mut self) -> Result<(), Error> {
        let changed = self.held.iter().filter(|(_, held)| held.is_changed);
        let numbers: Vec<u64> = changed.map(|(number, _)| *number).collect();
        for number in numbers {
            self.write_entry(number)?;
        }
        self.forget_idle();
        Ok(())
    }

    /// Writes the entry of one file; what it leads to must be durable.
    pub(crate) fn write_entry(&mut self, number: u64) -> Result<(), Error> {
        let Some(held) = self.held.get(&number) else {
            return Ok(());
        };
        let (slot, spot): ([u8; SLOT], _) = (held.short.0, held.spot);
        if let Some(spot) = spot {
            let at = self.slot_at(spot)?.ok_or(Error::NotFound)?;
            self.disk.write(at, &slot)?;
        }
        if let Some(held) = self.held.get_mut(&number) {
            held.is_changed = false;
        }
        Ok(())
    }

    fn release_doomed(&mut self) -> Result<(), Error> {
        if self.doomed.is_empty() {
            return Ok(());
        }
        self.flush()?;
        let mut outcome = Ok(());
        for first in core::mem::take(&mut self.doomed) {
            match self.release(first) {
                Err(Error::Damaged(damage)) => outcome = Err(Error::Damaged(damage)),
                other => other?,
            }
        }
        outcome
    }

    /// Reads whether the volume was left in use, and how much of it is free.
    pub(crate) fn look_at_marks(&mut self, sector: &[u8; BOOT_SECTOR]) -> Result<(), Error> {
        let in_boot_sector = sector[self.layout.state_at] & 1 != 0;
        let in_table = match self.clean_bit() {
            Some(bit) => self.entry(1)? & bit == 0,
            None => false,
        };
        if in_boot_sector || in_table {
            self.mark = Mark::WasInUse;
            return Ok(());
        }
        if let Some(summary) = self.summary()? {
            let word = |at: usize| {
                summary
                    .get(at..at + 4)
                    .and_then(|word| word.try_into().ok())
            };
            let [free, hint] = [FREE_AT, HINT_AT].map(|at| word(at).map(u32::from_le_bytes));
            self.table.free = free.filter(|free| *free <= self.layout.clusters);
            self.table.hint = hint
                .filter(|hint| self.layout.is_cluster(*hint))
                .unwrap_or(2);
        }
        Ok(())
    }

    /// The sector with the count of free clusters, if it is one.
    fn summary(&mut self) -> Result<Option<[u8; 512]>, Error> {
        let Some(at) = self.layout.summary else {
            return Ok(None);
        };
        let mut sector = [0; 512];
        self.disk.read(at, &mut sector)?;
        let is_one = SUMMARY
            .iter()
            .all(|(at, signature)| sector.get(*at..at + 4) == Some(&signature.to_le_bytes()[..]));
        Ok(is_one.then_some(sector))
    }

    /// Writes what is free and where, which is only a hint: a volume that cannot be written keeps what it has.
    fn write_summary(&mut self) -> Result<(), Error> {
        if self.is_read_only() {
            return Ok(());
        }
        let (Some(mut sector), Some(at)) = (self.summary()?, self.layout.summary) else {
            return Ok(());
        };
        let before = sector;
        let free = self.table.free.unwrap_or(u32::MAX);
        sector[FREE_AT..FREE_AT + 4].copy_from_slice(&free.to_le_bytes());
        sector[HINT_AT..HINT_AT + 4].copy_from_slice(&self.table.hint.to_le_bytes());
        match self.table.free.is_some() && sector != before {
            true => self.disk.write(at, &sector),
            false => Ok(()),
        }
    }

    /// The bit of the table's second entry that says that the volume is not in use.
    fn clean_bit(&self) -> Option<u32> {
        match self.layout.format {
            Format::Fat12 => None,
            Format::Fat16 => Some(1 << 15),
            Format::Fat32 => Some(1 << 27),
        }
    }

    fn set_mark(&mut self, mark: Mark) -> Result<(), Error> {
        let is_clean = mark == Mark::Clean;
        if let Some(bit) = self.clean_bit() {
            let entry = self.entry(1)?;
            let entry = if is_clean { entry | bit } else { entry & !bit };
            self.set_entry(1, entry)?;
        }
        let at = self.layout.state_at as u64;
        let mut state = [0];
        self.disk.read(at, &mut state)?;
        state[0] = state[0] & !1 | u8::from(!is_clean);
        self.disk.write(at, &state)?;
        self.mark = mark;
        Ok(())
    }

    /// Why nothing can be changed.
    fn why_read_only(&mut self) -> Error {
        match self.disk.cache.flush() {
            Err(error) => error.into(),
            Ok(()) => Error::ReadOnly,
        }
    }
}
