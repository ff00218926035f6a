//! The device's registers and the queue's memory, as mapped.

use libipc::Startup;
use virtio_blk::{Memory, Registers, Signals, Window};
use weft_mmio::Dma;

use crate::function::Problem;

/// The windows of the function.
pub(crate) struct Windows {
    pub(crate) common: weft_mmio::Registers,
    pub(crate) notify: weft_mmio::Registers,
    pub(crate) device: weft_mmio::Registers,
    /// Mapped where the device signals by wire.
    pub(crate) interrupt: Option<weft_mmio::Registers>,
    pub(crate) stride: usize,
}

impl Windows {
    fn of(&self, window: Window) -> &weft_mmio::Registers {
        match window {
            Window::Interrupt => self.interrupt.as_ref().unwrap_or(&self.common),
            Window::Common => &self.common,
            Window::Notify => &self.notify,
            Window::Device => &self.device,
        }
    }
}

impl Registers for Windows {
    fn read8(&self, window: Window, offset: usize) -> u8 {
        self.of(window).read8(offset)
    }
    fn read16(&self, window: Window, offset: usize) -> u16 {
        self.of(window).read16(offset)
    }
    fn read32(&self, window: Window, offset: usize) -> u32 {
        self.of(window).read32(offset)
    }
    fn write8(&self, window: Window, offset: usize, value: u8) {
        self.of(window).write8(offset, value);
    }
    fn write16(&self, window: Window, offset: usize, value: u16) {
        self.of(window).write16(offset, value);
    }
    fn write32(&self, window: Window, offset: usize, value: u32) {
        self.of(window).write32(offset, value);
    }
    fn doorbell_stride(&self) -> usize {
        self.stride
    }
    fn signals(&self) -> Signals {
        match self.interrupt {
            Some(_) => Signals::ByWire,
            None => Signals::ByMessage,
        }
    }
}

/// The memory named `queue`.
pub(crate) struct QueueMemory(Dma);

impl QueueMemory {
    pub(crate) fn open(env: &Startup) -> Result<Self, Problem> {
        let memory = Dma::open(env, "queue").map_err(|_| Problem::Memory)?;
        memory.map(Self).ok_or(Problem::Memory)
    }
}

impl Memory for QueueMemory {
    fn length(&self) -> usize {
        self.0.length()
    }
    fn physical(&self, offset: usize) -> u64 {
        self.0.physical(offset)
    }
    fn read8(&self, offset: usize) -> u8 {
        self.0.read8(offset)
    }
    fn read16(&self, offset: usize) -> u16 {
        self.0.read16(offset)
    }
    fn read32(&self, offset: usize) -> u32 {
        self.0.read32(offset)
    }
    fn write8(&self, offset: usize, value: u8) {
        self.0.write8(offset, value);
    }
    fn write16(&self, offset: usize, value: u16) {
        self.0.write16(offset, value);
    }
    fn write32(&self, offset: usize, value: u32) {
        self.0.write32(offset, value);
    }
    fn write64(&self, offset: usize, value: u64) {
        self.0.write64(offset, value);
    }
    fn barrier(&self) {
        weft_mmio::barrier();
    }
}
