//! Takes dirty blocks back to the device, and keeps the order that journals need.
//!
//! Every batch completes before the next is submitted, and a flush is a batch of its own, so the
//! device flush covers every write before it. Blocks are written in ascending order with
//! neighbours joined, because that is what disks and their queues like best.

use alloc::vec::Vec;

use crate::{
    BatchDevice, BlockCache, BlockNumber, CacheError, DeviceError, MAX_BATCH, MAX_RUN, Operation,
    Request, cache::Health,
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
            let outcomes = self.write_runs(batch);
            let mut first_failure = Ok(());
            for (run, outcome) in batch.iter().zip(outcomes) {
                match outcome {
                    Ok(()) => self.note_written(run),
                    Err(error) => first_failure = first_failure.and(Err(error)),
                }
            }
            first_failure.map_err(|error| self.distrust(error))?;
        }
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

    fn write_runs(&mut self, runs: &[Vec<BlockNumber>]) -> Vec<Result<(), DeviceError>> {
        // The slots leave the cache for the time of the call: the requests borrow them while
        // `submit` borrows the rest.
        let slots = core::mem::replace(&mut self.slots, crate::slots::Slots::none());
        let pieces: Vec<Vec<&[u8]>> = runs
            .iter()
            .map(|run| {
                run.iter()
                    .filter_map(|&block| Some(&slots.peek(block)?[..self.block_bytes(block)]))
                    .collect()
            })
            .collect();
        let mut batch: Vec<Request<'_>> = runs
            .iter()
            .zip(&pieces)
            .map(|(run, pieces)| {
                let start = run[0].first_sector();
                Request::new(Operation::Write { start, pieces })
            })
            .collect();
        self.submit(&mut batch);
        let outcomes = batch.iter().map(|request| request.outcome).collect();
        drop(batch);
        self.slots = slots;
        outcomes
    }

    fn note_written(&mut self, run: &[BlockNumber]) {
        self.statistics.written_back += run.len() as u64;
        for &block in run {
            self.slots.mark_clean(block);
        }
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
