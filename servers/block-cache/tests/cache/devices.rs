//! A block device that is stricter than hardware and fails on order.

use std::collections::HashMap;

use block_cache::{
    BatchDevice, DeviceError, MAX_BATCH, MAX_RUN, Operation, Request, SECTOR_SIZE, Sector,
};

/// What happens instead of a request.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Fault {
    /// It fails, and nothing of it happens.
    Io,
    /// The device dies.
    Gone,
}

/// A device with a volatile write cache.
pub(crate) struct Fragile {
    durable: Vec<u8>,
    /// Completed writes since the last flush: sector and content.
    volatile: Vec<(u64, Vec<u8>)>,
    /// What the device would return.
    current: Vec<u8>,
    faults: HashMap<u64, Fault>,
    served: u64,
    dead: bool,
    /// Sectors that cannot be read.
    pub(crate) bad_sectors: Vec<u64>,
    /// Requests and flushes seen, and those of each batch.
    pub(crate) batches: Vec<usize>,
}

impl Fragile {
    pub(crate) fn new(sectors: u64, faults: HashMap<u64, Fault>) -> Self {
        let zeros = vec![0; sectors as usize * SECTOR_SIZE];
        Self {
            durable: zeros.clone(),
            volatile: Vec::new(),
            current: zeros,
            faults,
            served: 0,
            dead: false,
            bad_sectors: Vec::new(),
            batches: Vec::new(),
        }
    }

    /// Returns what is on the medium if power fails now; `lottery` picks the writes that made it.
    pub(crate) fn power_cut(mut self, mut lottery: u64) -> Vec<u8> {
        for (sector, bytes) in self.volatile {
            lottery = lottery
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            if lottery >> 63 == 1 {
                let at = sector as usize * SECTOR_SIZE;
                self.durable[at..at + SECTOR_SIZE].copy_from_slice(&bytes);
            }
        }
        self.durable
    }

    fn serve(&mut self, operation: &mut Operation<'_>) -> Result<(), DeviceError> {
        let fault = self.faults.get(&self.served).copied();
        self.served += 1;
        match fault {
            _ if self.dead => return Err(DeviceError::Gone),
            Some(Fault::Gone) => {
                self.dead = true;
                return Err(DeviceError::Gone);
            }
            Some(Fault::Io) => return Err(DeviceError::Io),
            None => {}
        }
        match operation {
            Operation::Read { start, pieces } => self.read(*start, pieces),
            Operation::Write { start, pieces } => {
                self.write(*start, pieces);
                Ok(())
            }
            Operation::Flush => {
                self.volatile.clear();
                self.durable.copy_from_slice(&self.current);
                Ok(())
            }
        }
    }

    fn read(&self, start: Sector, pieces: &mut [&mut [u8]]) -> Result<(), DeviceError> {
        let mut at = start.0 as usize * SECTOR_SIZE;
        for piece in pieces {
            let sectors = (at / SECTOR_SIZE) as u64..((at + piece.len()) / SECTOR_SIZE) as u64;
            if self.bad_sectors.iter().any(|bad| sectors.contains(bad)) {
                return Err(DeviceError::Io);
            }
            piece.copy_from_slice(&self.current[at..at + piece.len()]);
            at += piece.len();
        }
        Ok(())
    }

    fn write(&mut self, start: Sector, pieces: &[&[u8]]) {
        let sectors = pieces.iter().flat_map(|piece| piece.chunks(SECTOR_SIZE));
        for (sector, bytes) in (start.0..).zip(sectors) {
            let at = sector as usize * SECTOR_SIZE;
            self.current[at..at + SECTOR_SIZE].copy_from_slice(bytes);
            self.volatile.push((sector, bytes.to_vec()));
        }
    }
}

impl BatchDevice for Fragile {
    fn sector_count(&self) -> u64 {
        (self.current.len() / SECTOR_SIZE) as u64
    }

    fn submit(&mut self, batch: &mut [Request<'_>]) {
        assert!(
            !batch.is_empty() && batch.len() <= MAX_BATCH,
            "a batch of {}",
            batch.len()
        );
        assert!(
            batch
                .iter()
                .all(|request| request.sectors() <= MAX_RUN as u64 * 8)
        );
        let flushes = |request: &Request<'_>| matches!(request.operation, Operation::Flush);
        assert!(
            batch.len() == 1 || !batch.iter().any(flushes),
            "a flush beside other requests"
        );
        self.batches.push(batch.len());
        // Backwards: the order within a batch is the device's own.
        for request in batch.iter_mut().rev() {
            request.outcome = self.serve(&mut request.operation);
        }
    }
}
