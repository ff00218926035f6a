//! The contract of a batched block device.
//!
//! One [`BatchDevice::submit`] is one doorbell on the storage ring. Requests carry lists of
//! pieces, not one buffer, because cache blocks lie scattered in memory and every device below
//! gathers anyway (virtio descriptors, or the copy into a shared pool).

use crate::{DeviceError, SECTOR_SIZE, Sector};

/// What one request of a batch does.
#[derive(Debug)]
pub enum Operation<'a> {
    /// Fills the pieces, in order, from consecutive sectors that start at `start`.
    Read {
        /// First sector.
        start: Sector,
        /// Memory to fill; every piece is a whole number of sectors.
        pieces: &'a mut [&'a mut [u8]],
    },
    /// Stores the pieces, in order, to consecutive sectors that start at `start`.
    Write {
        /// First sector.
        start: Sector,
        /// Memory to store; every piece is a whole number of sectors.
        pieces: &'a [&'a [u8]],
    },
    /// Makes every write that completed in an *earlier* batch durable.
    Flush,
}

/// One request and its outcome.
#[derive(Debug)]
pub struct Request<'a> {
    /// What to do.
    pub operation: Operation<'a>,
    /// What came of it. Starts as an error, so a request that a device forgets is a failure.
    pub outcome: Result<(), DeviceError>,
}

impl<'a> Request<'a> {
    /// Returns a request that has not been carried out.
    #[must_use]
    pub fn new(operation: Operation<'a>) -> Self {
        Self {
            operation,
            outcome: Err(DeviceError::Io),
        }
    }

    /// Returns how many sectors the request reads or writes.
    #[must_use]
    pub fn sectors(&self) -> u64 {
        let bytes: usize = match &self.operation {
            Operation::Read { pieces, .. } => pieces.iter().map(|piece| piece.len()).sum(),
            Operation::Write { pieces, .. } => pieces.iter().map(|piece| piece.len()).sum(),
            Operation::Flush => 0,
        };
        (bytes / SECTOR_SIZE) as u64
    }
}

/// A block device that carries out batches of requests.
pub trait BatchDevice {
    /// Returns the size in sectors. It never changes.
    fn sector_count(&self) -> u64;

    /// Returns whether the device refuses writes. It never changes.
    fn is_read_only(&self) -> bool {
        false
    }

    /// Carries out up to [`MAX_BATCH`](crate::MAX_BATCH) requests and sets the outcome of each.
    ///
    /// Returns when all of them completed or failed; a dead peer is the outcome
    /// [`DeviceError::Gone`], never a wait without end. Requests of one batch may be carried out
    /// in any order and may not overlap. Writes are durable only after a later batch with
    /// [`Operation::Flush`] succeeded.
    fn submit(&mut self, batch: &mut [Request<'_>]);
}
