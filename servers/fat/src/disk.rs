//! Bytes of a volume: the block cache, which knows sectors only, with edges filled in.

use block_cache::{BatchDevice, BlockCache, SECTOR_SIZE, Sector};

use crate::Error;

const UNIT: u64 = SECTOR_SIZE as u64;

/// A volume's bytes.
pub(crate) struct Disk<D> {
    pub(crate) cache: BlockCache<D>,
}

impl<D: BatchDevice> Disk<D> {
    /// Reads bytes from a place on.
    pub(crate) fn read(&mut self, at: u64, output: &mut [u8]) -> Result<(), Error> {
        let (mut at, mut rest) = (at, output);
        while !rest.is_empty() {
            let (edge, whole) = step(at, rest.len());
            let (now, later) = rest.split_at_mut(edge + whole);
            if edge == 0 {
                self.cache.read(Sector(at / UNIT), now)?;
            } else {
                let sector = self.sector(at)?;
                let inside = (at % UNIT) as usize;
                now.copy_from_slice(sector.get(inside..inside + edge).ok_or(Error::Device)?);
            }
            at += (edge + whole) as u64;
            rest = later;
        }
        Ok(())
    }

    /// Writes bytes from a place on.
    pub(crate) fn write(&mut self, at: u64, input: &[u8]) -> Result<(), Error> {
        let (mut at, mut rest) = (at, input);
        while !rest.is_empty() {
            let (edge, whole) = step(at, rest.len());
            let (now, later) = rest.split_at(edge + whole);
            let first = Sector(at / UNIT);
            if edge == 0 {
                self.cache.write(first, now)?;
            } else {
                let mut sector = self.sector(at)?;
                let inside = (at % UNIT) as usize;
                let place = sector.get_mut(inside..inside + edge);
                place.ok_or(Error::Device)?.copy_from_slice(now);
                self.cache.write(first, &sector)?;
            }
            at += (edge + whole) as u64;
            rest = later;
        }
        Ok(())
    }

    /// Makes bytes zero.
    pub(crate) fn clear(&mut self, at: u64, length: u64) -> Result<(), Error> {
        const ZEROS: [u8; 4096] = [0; 4096];
        let mut done = 0;
        while done < length {
            let count = (length - done).min(ZEROS.len() as u64);
            self.write(at + done, ZEROS.get(..count as usize).unwrap_or_default())?;
            done += count;
        }
        Ok(())
    }

    /// The sector that a byte is in.
    fn sector(&mut self, at: u64) -> Result<[u8; SECTOR_SIZE], Error> {
        let mut sector = [0; SECTOR_SIZE];
        self.cache.read(Sector(at / UNIT), &mut sector)?;
        Ok(sector)
    }
}

/// How many of `length` bytes from a place on go at once: those up to the end of a sector that is touched in part, or else
/// as many as fill sectors.
fn step(at: u64, length: usize) -> (usize, usize) {
    let inside = (at % UNIT) as usize;
    if inside != 0 || length < SECTOR_SIZE {
        return ((SECTOR_SIZE - inside).min(length), 0);
    }
    (0, length - length % SECTOR_SIZE)
}
