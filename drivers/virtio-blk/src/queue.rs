//! A split virtqueue (virtio 1.2 §2.7) whose descriptors are divided among fixed slots.
//!
//! Slot `s` always uses the descriptors `s * CHAIN ..`, chained once when the queue is made: no
//! free list, nothing to allocate, and what the device returns is checked by one division. A chain
//! is cut to length by its NEXT flags. The price, descriptors that short chains leave unused, is
//! nothing: queues have more than enough.

use crate::Memory;

/// Descriptors of a slot.
pub(crate) const CHAIN: u16 = 4;

const DESCRIPTOR_BYTES: usize = 16;
const USED_ELEMENT_BYTES: usize = 8;
/// `flags` and `idx` before the elements of both rings.
const RING_HEADER: usize = 4;

mod flag {
    pub(super) const NEXT: u16 = 1;
    pub(super) const WRITE: u16 = 2;
    /// In the used ring: the device wants no doorbell.
    pub(super) const NO_NOTIFY: u16 = 1;
}

/// Who writes the memory of a descriptor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Writer {
    Driver,
    Device,
}

/// A part of a request as the device sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Part {
    pub(crate) physical: u64,
    pub(crate) length: u32,
    pub(crate) writer: Writer,
}

/// Whether the device is to be told that there is something new.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Doorbell {
    Wanted,
    NotWanted,
}

/// The device returned something that it was never given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BadReturn;

/// Where the parts of the queue lie in its memory.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Places {
    pub(crate) descriptors: usize,
    pub(crate) available: usize,
    pub(crate) used: usize,
    /// The first byte behind the queue.
    pub(crate) end: usize,
}

impl Places {
    /// Alignment: 16, 2 and 4 bytes (virtio 1.2 §2.7).
    pub(crate) const fn of(size: u16) -> Self {
        let size = size as usize;
        let available = size * DESCRIPTOR_BYTES;
        let used = (available + RING_HEADER + 2 * size + 2).next_multiple_of(4);
        let end = used + RING_HEADER + USED_ELEMENT_BYTES * size + 2;
        Self {
            descriptors: 0,
            available,
            used,
            end: end.next_multiple_of(16),
        }
    }
}

/// The driver's side of a queue.
#[derive(Debug)]
pub(crate) struct Queue {
    size: u16,
    places: Places,
    /// Requests added so far, modulo 2¹⁶.
    added: u16,
    /// What the device was last told.
    announced: u16,
    /// Requests taken back so far, modulo 2¹⁶.
    taken: u16,
}

impl Queue {
    /// Prepares a queue of `size` descriptors (a power of two) in cleared memory.
    pub(crate) fn new(memory: &impl Memory, size: u16) -> Self {
        let places = Places::of(size);
        for index in 0..size {
            let at = places.descriptors + usize::from(index) * DESCRIPTOR_BYTES;
            memory.write16(at + 14, index + 1);
        }
        Self {
            size,
            places,
            added: 0,
            announced: 0,
            taken: 0,
        }
    }

    /// How many slots there are.
    pub(crate) fn slots(&self) -> u16 {
        self.size / CHAIN
    }

    /// Adds the request of a slot; the device may take it at once. At most [`CHAIN`] parts.
    pub(crate) fn add(&mut self, memory: &impl Memory, slot: u16, parts: &[Part]) {
        let head = slot * CHAIN;
        let last = parts.len().saturating_sub(1);
        for (index, part) in parts.iter().enumerate() {
            let at = self.places.descriptors + (usize::from(head) + index) * DESCRIPTOR_BYTES;
            let next = if index < last { flag::NEXT } else { 0 };
            let write = if part.writer == Writer::Device {
                flag::WRITE
            } else {
                0
            };
            memory.write64(at, part.physical);
            memory.write32(at + 8, part.length);
            memory.write16(at + 12, next | write);
        }
        let element = usize::from(self.added & (self.size - 1));
        memory.write16(self.places.available + RING_HEADER + 2 * element, head);
        self.added = self.added.wrapping_add(1);
    }

    /// Shows the device what was added (virtio 1.2 §2.7.13), once for a whole batch.
    pub(crate) fn publish(&mut self, memory: &impl Memory) -> Doorbell {
        if self.announced == self.added {
            return Doorbell::NotWanted;
        }
        memory.barrier();
        memory.write16(self.places.available + 2, self.added);
        memory.barrier();
        self.announced = self.added;
        match memory.read16(self.places.used) & flag::NO_NOTIFY {
            0 => Doorbell::Wanted,
            _ => Doorbell::NotWanted,
        }
    }

    /// Takes back one request that the device is done with, by its slot (virtio 1.2 §2.7.14).
    ///
    /// # Errors
    /// [`BadReturn`] if it is the head of no slot, or more came back than went out.
    pub(crate) fn take(&mut self, memory: &impl Memory) -> Result<Option<u16>, BadReturn> {
        let index = memory.read16(self.places.used + 2);
        let returned = index.wrapping_sub(self.taken);
        if returned == 0 {
            return Ok(None);
        }
        if returned > self.announced.wrapping_sub(self.taken) {
            return Err(BadReturn);
        }
        memory.barrier();
        let element = usize::from(self.taken & (self.size - 1)) * USED_ELEMENT_BYTES;
        let head = memory.read32(self.places.used + RING_HEADER + element);
        self.taken = self.taken.wrapping_add(1);
        let slot = head / u32::from(CHAIN);
        if !head.is_multiple_of(u32::from(CHAIN)) || slot >= u32::from(self.slots()) {
            return Err(BadReturn);
        }
        Ok(Some(slot as u16))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_of_a_queue_are_aligned_and_do_not_overlap() {
        for size in [4, 64, 128, 256, 1024] {
            let places = Places::of(size);
            assert_eq!(places.available % 2, 0);
            assert_eq!(places.used % 4, 0);
            assert!(places.available >= usize::from(size) * 16);
            assert!(places.used >= places.available + 6 + 2 * usize::from(size));
            assert!(places.end >= places.used + 6 + 8 * usize::from(size));
        }
    }
}
