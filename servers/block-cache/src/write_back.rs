//! Takes dirty blocks back to the device, and keeps the order that journals need.
//!
//! Every batch completes before the next is submitted, and a flush is a batch of its own, so the
//! device flush covers every write before it. Blocks are written in ascending order with
//! neighbours joined, because that is what disks and their queues like best.

use alloc::vec::Vec;
use core::ops::Range;

use crate::{
    BatchDevice, BlockCache, BlockNumber, CacheError, DeviceError, MAX_BATCH, MAX_RUN, Operation,
    Request,
    cache::Health,
    slots::{DirtyRun, Slots},
};

impl<D: BatchDevice> BlockCache<D> {
    /// Writes every dirty block to the device, without making it durable.
    ///
    /// # Errors
    ///
    /// [`CacheError::WriteLost`] or [`CacheError::Gone`] at the first batch with a failure; no
    /// further batch is sent then, or ever.
    pub(crate) fn write_back(&mut self) -> Result<(), CacheError> {
        let runs = self.slots.dirty_runs(MAX_RUN);
        for batch in runs.chunks(MAX_BATCH) {
            self.unflushed = true;
            self.write_runs(batch)
                .map_err(|error| self.distrust(error))?;
            self.statistics.written_back +=
                batch.iter().map(|run| run.parts.len() as u64).sum::<u64>();
        }
        // Only now: parts of one block may have been in two batches, and after a failure nothing
        // that is not surely on the device may leave the memory.
        self.slots.mark_all_clean();
        Ok(())
    }

    /// Makes completed writes durable; does nothing if there were none since the last time.
    pub(crate) fn flush_device(&mut self) -> Result<(), CacheError> {
        if !self.unflushed {
            return Ok(());
        }
        let mut batch = [Request::new(Operation::Flush)];
        self.submit(&mut batch);
        let [Request { outcome, .. }] = batch;
        self.statistics.flushes += 1;
        outcome.map_err(|error| self.distrust(error))?;
        self.unflushed = false;
        Ok(())
    }

    /// Hands a batch to the device.
    pub(crate) fn submit(&mut self, batch: &mut [Request<'_>]) {
        self.statistics.batches += 1;
        self.statistics.requests += batch.len() as u64;
        self.device.submit(batch);
        if batch
            .iter()
            .any(|request| request.outcome == Err(DeviceError::Gone))
        {
            self.health = Health::Gone;
        }
    }

    /// Writes runs in one batch and returns the first failure.
    fn write_runs(&mut self, runs: &[DirtyRun]) -> Result<(), DeviceError> {
        // The slots leave the cache for the time of the call: the requests borrow them while
        // `submit` borrows the rest.
        let slots = core::mem::replace(&mut self.slots, Slots::none());
        let pieces: Vec<Vec<&[u8]>> = runs
            .iter()
            .map(|run| self.pieces_to_write(&slots, run))
            .collect();
        let mut batch: Vec<Request<'_>> = runs
            .iter()
            .zip(&pieces)
            .map(|(run, pieces)| {
                Request::new(Operation::Write {
                    start: run.start,
                    pieces,
                })
            })
            .collect();
        self.submit(&mut batch);
        let result = batch.iter().try_for_each(|request| request.outcome);
        drop(batch);
        self.slots = slots;
        result
    }

    /// Returns the bytes of a run, without what lies beyond the device.
    fn pieces_to_write<'a>(&self, slots: &'a Slots, run: &DirtyRun) -> Vec<&'a [u8]> {
        let piece = |(block, bytes): &(BlockNumber, Range<usize>)| {
            slots
                .peek(*block)?
                .get(bytes.start..bytes.end.min(self.block_bytes(*block)))
        };
        run.parts.iter().filter_map(piece).collect()
    }

    /// Remembers that a write was lost and returns what to tell the caller.
    fn distrust(&mut self, error: DeviceError) -> CacheError {
        if error == DeviceError::Gone {
            self.health = Health::Gone;
            return CacheError::Gone;
        }
        self.health = Health::WriteLost(error);
        CacheError::WriteLost(error)
    }
}
