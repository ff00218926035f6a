//! What is in files: reading, writing, changing their length.

use block_cache::BatchDevice;

use crate::entry::{ARCHIVE, Short};
use crate::error::{Damage, Error};
use crate::table::Next;
use crate::volume::FileSystem;

/// The longest file.
pub(crate) const LONGEST: u64 = u32::MAX as u64;

impl<D: BatchDevice> FileSystem<D> {
    /// Reads from a file; returns how much there was, less than `output` holds only at its end.
    ///
    /// # Errors
    ///
    /// [`Error::IsDirectory`], [`Error::NotFound`], [`Error::Damaged`], [`Error::Device`], [`Error::Gone`].
    pub fn read_at(&mut self, number: u64, offset: u64, output: &mut [u8]) -> Result<usize, Error> {
        let short = self.file(number)?;
        let left = u64::from(short.size()).saturating_sub(offset);
        let length = left.min(output.len() as u64) as usize;
        let mut done = 0;
        while done < length {
            let at = offset + done as u64;
            let (place, run) = self.run(&short, at, (length - done) as u64)?;
            let end = done + run as usize;
            self.disk
                .read(place, output.get_mut(done..end).unwrap_or_default())?;
            done = end;
        }
        Ok(length)
    }

    /// Writes all of `data` into a file, which grows if it has to.
    ///
    /// # Errors
    ///
    /// [`Error::IsDirectory`], [`Error::NotFound`], [`Error::TooLarge`], [`Error::NoSpace`] (nothing is written then) and
    /// those of every change.
    pub fn write_at(&mut self, number: u64, offset: u64, data: &[u8]) -> Result<(), Error> {
        let short = self.file(number)?;
        let end = offset.saturating_add(data.len() as u64);
        if end > LONGEST {
            return Err(Error::TooLarge);
        }
        if data.is_empty() {
            return Ok(());
        }
        self.begin()?;
        let size = u64::from(short.size());
        let mut short = self.grown(short, end)?;
        if offset > size {
            self.clear_range(&short, size, offset)?;
        }
        let mut done = 0;
        while done < data.len() {
            let (place, run) =
                self.run(&short, offset + done as u64, (data.len() - done) as u64)?;
            let piece = data.get(done..done + run as usize).unwrap_or_default();
            self.disk.write(place, piece)?;
            done += run as usize;
        }
        short.set_size(end.max(size) as u32);
        self.changed(number, short)
    }

    /// Makes a file `size` bytes long; what is new reads as zero.
    ///
    /// # Errors
    ///
    /// As [`FileSystem::write_at`].
    pub fn truncate(&mut self, number: u64, size: u64) -> Result<(), Error> {
        let mut short = self.file(number)?;
        if size > LONGEST {
            return Err(Error::TooLarge);
        }
        self.begin()?;
        let before = u64::from(short.size());
        if size > before {
            short = self.grown(short, size)?;
            self.clear_range(&short, before, size)?;
        }
        let (kept, had) = (self.clusters_of(size), self.clusters_of(before));
        let first = self.first_of(&short);
        short.set_size(size as u32);
        if kept == 0 {
            short.set_first(0);
        }
        self.changed(number, short)?;
        match kept {
            0 => {
                self.doom(first);
                self.settle()
            }
            kept if kept < had => self.shorten(number, first, kept),
            _ => Ok(()),
        }
    }

    /// Makes the end of a chain free, once the file's entry says that it is shorter.
    fn shorten(&mut self, number: u64, first: u32, kept: u32) -> Result<(), Error> {
        self.flush()?;
        self.write_entry(number)?;
        self.flush()?;
        let last = self.at(first, kept - 1)?;
        match self.cut(last.ok_or(Damage::Short { first })?)? {
            Next::Cluster(behind) => self.release(behind),
            Next::End => Ok(()),
        }
    }

    /// The entry of a file that has clusters for so many bytes, though its size is as before.
    fn grown(&mut self, mut short: Short, size: u64) -> Result<Short, Error> {
        let had = self.clusters_of(short.size().into());
        let more = self.clusters_of(size).saturating_sub(had);
        if more == 0 {
            return Ok(short);
        }
        let first = self.first_of(&short);
        let last = match had {
            0 => None,
            had => Some(self.cluster_at(&short, had - 1)?),
        };
        let new = self.take(more)?;
        match last {
            Some(last) => self.join(last, new)?,
            None => {
                // A chain of a file without content is nobody's.
                self.doom(first);
                short.set_first(new);
            }
        }
        Ok(short)
    }

    /// Keeps a changed entry until the next commit.
    fn changed(&mut self, number: u64, mut short: Short) -> Result<(), Error> {
        short.touch(self.now());
        short.0[11] |= ARCHIVE;
        let held = self.hold(number)?;
        held.short = short;
        held.is_changed = true;
        self.settle()
    }

    /// Makes bytes of a file zero.
    fn clear_range(&mut self, short: &Short, from: u64, to: u64) -> Result<(), Error> {
        let mut at = from;
        while at < to {
            let (place, run) = self.run(short, at, to - at)?;
            self.disk.clear(place, run)?;
            at += run;
        }
        Ok(())
    }

    /// Where a byte of a file is, and how many from there on, of those wanted, are neighbours.
    fn run(&mut self, short: &Short, at: u64, wanted: u64) -> Result<(u64, u64), Error> {
        let size = self.cluster();
        let (position, inside) = ((at / size) as u32, at % size);
        let start = self.cluster_at(short, position)?;
        let mut length = size - inside;
        let mut last = (position, start);
        while length < wanted {
            let next = (last.0 + 1, last.1 + 1);
            if self.at(self.first_of(short), next.0)? != Some(next.1) {
                break;
            }
            (length, last) = (length + size, next);
        }
        Ok((self.layout.place(start) + inside, length.min(wanted)))
    }

    /// The cluster at a position of a file.
    fn cluster_at(&mut self, short: &Short, position: u32) -> Result<u32, Error> {
        let first = self.first_of(short);
        if !self.layout.is_cluster(first) {
            return Err(Damage::Short { first }.into());
        }
        Ok(self.at(first, position)?.ok_or(Damage::Short { first })?)
    }
}
