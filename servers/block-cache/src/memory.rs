//! A block device in memory: a RAM volume, and the plainest device for tests.

use alloc::vec::Vec;

use crate::{BatchDevice, DeviceError, Operation, Request, SECTOR_SIZE, Sector};

/// A block device whose sectors are bytes in memory.
///
/// Writes are as durable as the memory; a flush does nothing.
#[derive(Clone, Debug)]
pub struct MemoryDevice {
    bytes: Vec<u8>,
}

impl MemoryDevice {
    /// Makes a device of the bytes given. A tail that is less than a sector is not reachable.
    #[must_use]
    pub fn new(bytes: Vec<u8>) -> Self {
        Self { bytes }
    }

    /// Returns the bytes as they stand.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Returns the bytes, ending the device.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    fn range(&mut self, start: Sector, length: usize) -> Result<&mut [u8], DeviceError> {
        let start = usize::try_from(start.0)
            .ok()
            .and_then(|s| s.checked_mul(SECTOR_SIZE));
        let end = start.and_then(|start| start.checked_add(length));
        match (start, end) {
            (Some(start), Some(end)) => self.bytes.get_mut(start..end).ok_or(DeviceError::Io),
            _ => Err(DeviceError::Io),
        }
    }

    fn carry_out(&mut self, operation: &mut Operation<'_>) -> Result<(), DeviceError> {
        match operation {
            Operation::Read { start, pieces } => {
                let length = pieces.iter().map(|piece| piece.len()).sum();
                let mut rest: &[u8] = self.range(*start, length)?;
                for piece in pieces.iter_mut() {
                    let (head, tail) = rest.split_at(piece.len());
                    piece.copy_from_slice(head);
                    rest = tail;
                }
            }
            Operation::Write { start, pieces } => {
                let length = pieces.iter().map(|piece| piece.len()).sum();
                let mut rest = self.range(*start, length)?;
                for piece in pieces.iter() {
                    let (head, tail) = rest.split_at_mut(piece.len());
                    head.copy_from_slice(piece);
                    rest = tail;
                }
            }
            Operation::Flush => {}
        }
        Ok(())
    }
}

impl BatchDevice for MemoryDevice {
    fn sector_count(&self) -> u64 {
        (self.bytes.len() / SECTOR_SIZE) as u64
    }

    fn submit(&mut self, batch: &mut [Request<'_>]) {
        for request in batch {
            request.outcome = self.carry_out(&mut request.operation);
        }
    }
}
