//! Commands of the ITS (Arm IHI 0069H §5.3).

use super::lines::EVENT_BITS;

const SYNC: u64 = 0x05;
const MAP_DEVICE: u64 = 0x08;
const MAP_COLLECTION: u64 = 0x09;
const MAP_EVENT: u64 = 0x0a;
const INVALIDATE: u64 = 0x0c;
const DISCARD: u64 = 0x0f;

/// In commands that map something: it is mapped, not unmapped.
const VALID: u64 = 1 << 63;
/// The only collection.
const COLLECTION: u64 = 0;

/// A command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Command([u64; 4]);

impl Command {
    /// Bytes of a command in the queue.
    pub const BYTES: u32 = 32;

    /// The words of the queue.
    pub const fn words(self) -> [u64; 4] {
        self.0
    }

    /// MAPD: gives a device a table for its events, at a physical address, a multiple of 256.
    pub const fn map_device(device: u16, table: u64) -> Self {
        let size = EVENT_BITS as u64 - 1;
        Self([head(MAP_DEVICE, device), size, VALID | table, 0])
    }

    /// MAPD: takes a device its table.
    pub const fn unmap_device(device: u16) -> Self {
        Self([head(MAP_DEVICE, device), 0, 0, 0])
    }

    /// MAPC: sends the collection to a redistributor.
    pub const fn map_collection(target: u64) -> Self {
        Self([MAP_COLLECTION, 0, VALID | target | COLLECTION, 0])
    }

    /// MAPTI: makes an event of a device an interrupt of the collection.
    pub const fn map_event(device: u16, event: u16, interrupt: u32) -> Self {
        let numbers = (interrupt as u64) << 32 | event as u64;
        Self([head(MAP_EVENT, device), numbers, COLLECTION, 0])
    }

    /// INV: has the configuration of an event's interrupt read again.
    pub const fn invalidate(device: u16, event: u16) -> Self {
        Self([head(INVALIDATE, device), event as u64, 0, 0])
    }

    /// DISCARD: unmaps an event, and forgets that its interrupt is pending.
    pub const fn discard(device: u16, event: u16) -> Self {
        Self([head(DISCARD, device), event as u64, 0, 0])
    }

    /// SYNC: ends when a redistributor has seen everything before.
    pub const fn sync(target: u64) -> Self {
        Self([SYNC, 0, target, 0])
    }
}

const fn head(number: u64, device: u16) -> u64 {
    (device as u64) << 32 | number
}
