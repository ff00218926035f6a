//! A ring: descriptors that go to the controller and come back.
//!
//! Both sides count what they are through with, modulo 2¹⁶. When sending the driver is ahead, when receiving the controller
//! is. The controller's index cannot be written (U-Boot), so that the driver begins where it is; descriptors are counted from
//! the first one all the same.

use crate::memory::{BUFFER, DEPTH};
use crate::registers::{Registers, dma};

/// A direction's ring.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ring {
    /// The direction's registers.
    base: u32,
    /// What the driver is through with.
    index: u16,
    /// The descriptor that comes next.
    slot: u16,
}

impl Ring {
    /// A ring that is not set up.
    pub(crate) const fn new(base: u32) -> Self {
        Self {
            base,
            index: 0,
            slot: 0,
        }
    }

    /// Sets the ring up and switches it on. DMA is at rest.
    pub(crate) fn start(&mut self, registers: &impl Registers, flow: u32) {
        let write = |register, value| registers.write(self.base + register, value);
        self.index = registers.read(self.base + dma::CONTROLLER_INDEX) as u16;
        self.slot = 0;
        write(dma::BURST, 8);
        write(dma::DRIVER_INDEX, self.index.into());
        write(dma::SIZE, u32::from(DEPTH) << 16 | BUFFER as u32);
        for (register, value) in [
            (dma::CONTROLLER_AT, 0),
            (dma::DRIVER_AT, 0),
            (dma::START, 0),
            (dma::END, u32::from(DEPTH) * dma::DESCRIPTOR / 4 - 1),
        ] {
            write(register, value);
            // The upper half, which is not needed.
            write(register + 4, 0);
        }
        write(dma::DONE_EVERY, 1);
        write(dma::FLOW, flow);
        write(dma::QUEUES, 1 << dma::QUEUE);
        write(dma::CONTROL, dma::ON | dma::QUEUE_ON);
    }

    /// Has DMA come to rest; whether it has is told by [`is_at_rest`](Self::is_at_rest).
    pub(crate) fn stop(&self, registers: &impl Registers) {
        registers.change(self.base + dma::CONTROL, dma::ON | dma::QUEUE_ON, 0);
    }

    /// Whether DMA is at rest.
    pub(crate) fn is_at_rest(&self, registers: &impl Registers) -> bool {
        registers.read(self.base + dma::STATUS) & dma::AT_REST != 0
    }

    /// The descriptor that comes next.
    pub(crate) fn slot(&self) -> u16 {
        self.slot
    }

    /// How far the controller is ahead of the driver, and the upper half of its index.
    pub(crate) fn ahead(&self, registers: &impl Registers) -> (u16, u16) {
        let index = registers.read(self.base + dma::CONTROLLER_INDEX);
        (
            (index as u16).wrapping_sub(self.index),
            (index >> 16) as u16,
        )
    }

    /// Is through with the next descriptor, and tells the controller.
    pub(crate) fn advance(&mut self, registers: &impl Registers) {
        self.index = self.index.wrapping_add(1);
        self.slot = (self.slot + 1) % DEPTH;
        registers.write(self.base + dma::DRIVER_INDEX, self.index.into());
    }

    /// Writes where a descriptor's buffer is.
    pub(crate) fn point(&self, registers: &impl Registers, slot: u16, physical: u64) {
        let descriptor = self.descriptor(slot);
        registers.write(descriptor + dma::DESCRIPTOR_LOW, physical as u32);
        registers.write(descriptor + dma::DESCRIPTOR_HIGH, (physical >> 32) as u32);
    }

    /// Reads a descriptor's first word.
    pub(crate) fn flags(&self, registers: &impl Registers, slot: u16) -> u32 {
        registers.read(self.descriptor(slot))
    }

    /// Writes a descriptor's first word.
    pub(crate) fn set_flags(&self, registers: &impl Registers, slot: u16, flags: u32) {
        registers.write(self.descriptor(slot), flags);
    }

    fn descriptor(&self, slot: u16) -> u32 {
        self.base + u32::from(slot) * dma::DESCRIPTOR
    }
}
