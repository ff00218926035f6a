//! A disk: requests by slot, many under way.

use crate::device::{self, Access, Cache, Limits, SetupError};
use crate::queue::{Doorbell, Part, Places, Queue, Writer};
use crate::{Memory, Registers, Window};

/// The greatest number of requests under way.
const MAX_SLOTS: usize = 64;

/// Bytes of a request's header (virtio 1.2 §5.2.6).
const HEADER_BYTES: u32 = 16;
/// Bytes a slot needs: the header and, behind it, the status (padded).
const SLOT_BYTES: usize = 32;
const STATUS_AT: usize = 16;

mod kind {
    pub(super) const READ: u32 = 0;
    pub(super) const WRITE: u32 = 1;
    pub(super) const FLUSH: u32 = 4;
}

mod status {
    pub(super) const OK: u8 = 0;
    /// Never a status of the device.
    pub(super) const PENDING: u8 = 0xff;
}

/// A piece of physically contiguous memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment {
    /// Where the device finds it.
    pub physical: u64,
    /// Its length in bytes.
    pub length: u32,
}

/// What a request does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation<'a> {
    /// Fills the segments, in order, from `sector` on.
    Read {
        /// First sector.
        sector: u64,
        /// At most as many as [`Limits::segments`].
        segments: &'a [Segment],
    },
    /// Stores the segments, in order, from `sector` on.
    Write {
        /// First sector.
        sector: u64,
        /// At most as many as [`Limits::segments`].
        segments: &'a [Segment],
    },
    /// Makes durable what was written by requests that are finished.
    Flush,
}

/// A request under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SlotId(pub u16);

/// How a request ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Done {
    /// As it should.
    Ok,
    /// The device says that it failed.
    Failed,
}

/// What the device has to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finished {
    /// Nothing now.
    Nothing,
    /// A request ended.
    Request(SlotId, Done),
    /// The device broke the rules or asks to be reset. It was reset; no request that is under way
    /// ends any more, and none is taken any more.
    Broken,
}

/// Every slot is in use, the request needs more segments than a slot has, or the disk is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Full;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Working,
    Broken,
}

/// A block device that was set up.
pub struct Disk<R, M> {
    registers: R,
    memory: M,
    queue: Queue,
    limits: Limits,
    doorbell: usize,
    /// Where the slots' headers begin in the memory.
    headers: usize,
    /// A bit a slot; set if it is free.
    free: u64,
    slots: u16,
    state: State,
}

impl<R: Registers, M: Memory> Disk<R, M> {
    /// Resets the device and sets it up. All of `memory` is the disk's.
    ///
    /// # Errors
    /// [`SetupError`]; the device is then told that its driver failed.
    pub fn new(registers: R, memory: M) -> Result<Self, SetupError> {
        let ready = device::set_up(&registers, &memory, SLOT_BYTES)?;
        let queue = Queue::new(&memory, ready.queue_size);
        let slots = queue.slots().min(MAX_SLOTS as u16);
        Ok(Self {
            headers: Places::of(ready.queue_size).end,
            free: u64::MAX >> (MAX_SLOTS - usize::from(slots)),
            limits: ready.limits,
            doorbell: ready.doorbell,
            state: State::Working,
            registers,
            memory,
            queue,
            slots,
        })
    }

    /// Returns what the device says of itself.
    pub fn limits(&self) -> Limits {
        self.limits
    }

    /// Returns how many requests can be under way.
    pub fn depth(&self) -> u16 {
        self.slots
    }

    /// Returns whether another request can be added.
    pub fn has_room(&self) -> bool {
        self.free != 0 && self.state == State::Working
    }

    /// Returns whether a flush has anything to do.
    pub fn needs_flush(&self) -> bool {
        self.limits.cache == Cache::WriteBack && self.limits.access == Access::ReadWrite
    }

    /// Adds a request. The device learns of it with [`ring_doorbell`](Self::ring_doorbell).
    ///
    /// # Errors
    /// [`Full`].
    pub fn add(&mut self, operation: Operation<'_>) -> Result<SlotId, Full> {
        let (kind, sector, segments, writer) = match operation {
            Operation::Read { sector, segments } => (kind::READ, sector, segments, Writer::Device),
            Operation::Write { sector, segments } => {
                (kind::WRITE, sector, segments, Writer::Driver)
            }
            Operation::Flush => (kind::FLUSH, 0, &[][..], Writer::Driver),
        };
        if !self.has_room() || segments.len() > self.limits.segments as usize {
            return Err(Full);
        }
        let slot = self.free.trailing_zeros() as u16;
        let header = self.write_header(slot, kind, sector);
        let mut parts = heapless::Vec::<Part, { crate::queue::CHAIN as usize }>::new();
        let data = segments.iter().map(|at| Part {
            physical: at.physical,
            length: at.length,
            writer,
        });
        let status = self.memory.physical(header + STATUS_AT);
        let header = self.memory.physical(header);
        let head = Part {
            physical: header,
            length: HEADER_BYTES,
            writer: Writer::Driver,
        };
        let tail = Part {
            physical: status,
            length: 1,
            writer: Writer::Device,
        };
        for part in core::iter::once(head).chain(data).chain([tail]) {
            parts.push(part).map_err(|_| Full)?;
        }
        self.free &= !(1 << slot);
        self.queue.add(&self.memory, slot, &parts);
        Ok(SlotId(slot))
    }

    /// Shows the device everything that was added since the last time: one doorbell at most.
    pub fn ring_doorbell(&mut self) {
        if self.queue.publish(&self.memory) == Doorbell::Wanted {
            // The value is the queue's number (virtio 1.2 §4.1.5.2).
            self.registers.write16(Window::Notify, self.doorbell, 0);
        }
    }

    /// Takes the next thing that the device has to say.
    pub fn finished(&mut self) -> Finished {
        if self.state == State::Broken {
            return Finished::Nothing;
        }
        match self.queue.take(&self.memory) {
            Ok(Some(slot)) => self.finish(slot),
            Ok(None) if device::is_broken(&self.registers) => self.give_up(),
            Ok(None) => Finished::Nothing,
            Err(_) => self.give_up(),
        }
    }

    /// Makes the device end its interrupt, if that came by wire; what it finished before is to be taken afterwards.
    pub fn lower_wire(&self) {
        device::lower_wire(&self.registers);
    }

    fn finish(&mut self, slot: u16) -> Finished {
        let bit = 1 << slot;
        if self.free & bit != 0 {
            return self.give_up();
        }
        self.free |= bit;
        let status = self.memory.read8(self.header(slot) + STATUS_AT);
        let done = if status == status::OK {
            Done::Ok
        } else {
            Done::Failed
        };
        Finished::Request(SlotId(slot), done)
    }

    fn give_up(&mut self) -> Finished {
        self.state = State::Broken;
        // A device that does not even reset stays as it is; it is not used any more.
        let _ = device::reset(&self.registers);
        Finished::Broken
    }

    fn header(&self, slot: u16) -> usize {
        self.headers + usize::from(slot) * SLOT_BYTES
    }

    fn write_header(&self, slot: u16, kind: u32, sector: u64) -> usize {
        let at = self.header(slot);
        self.memory.write32(at, kind);
        self.memory.write32(at + 4, 0);
        self.memory.write64(at + 8, sector);
        self.memory.write8(at + STATUS_AT, status::PENDING);
        at
    }
}

#[cfg(test)]
#[path = "disk_tests.rs"]
mod tests;
