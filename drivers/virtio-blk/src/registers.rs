//! The register windows of a virtio function (virtio 1.2 §4.1.4).

use core::fmt;

/// A window of registers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Window {
    /// Common configuration (§4.1.4.3).
    Common,
    /// Doorbells (§4.1.4.4).
    Notify,
    /// What a block device says of itself (§5.2.4).
    Device,
    /// Why an interrupt came by wire (§4.1.4.5).
    Interrupt,
}

/// How the device signals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signals {
    /// By a message, which its vector says.
    ByMessage,
    /// By a wire, which stays up until the reason is read.
    ByWire,
}

impl fmt::Display for Signals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ByMessage => "message",
            Self::ByWire => "wire",
        })
    }
}

/// Access to the registers. Offsets are in bytes and aligned to the access.
pub trait Registers {
    /// Reads 8 bits.
    fn read8(&self, window: Window, offset: usize) -> u8;
    /// Reads 16 bits.
    fn read16(&self, window: Window, offset: usize) -> u16;
    /// Reads 32 bits.
    fn read32(&self, window: Window, offset: usize) -> u32;
    /// Writes 8 bits.
    fn write8(&self, window: Window, offset: usize, value: u8);
    /// Writes 16 bits.
    fn write16(&self, window: Window, offset: usize, value: u16);
    /// Writes 32 bits.
    fn write32(&self, window: Window, offset: usize, value: u32);

    /// Returns by how many bytes the doorbells of queues lie apart (§4.1.4.4).
    fn doorbell_stride(&self) -> usize;

    /// Returns how the device signals.
    fn signals(&self) -> Signals;
}

/// Offsets in [`Window::Common`].
pub(crate) mod common {
    pub(crate) const DEVICE_FEATURE_SELECT: usize = 0x00;
    pub(crate) const DEVICE_FEATURE: usize = 0x04;
    pub(crate) const DRIVER_FEATURE_SELECT: usize = 0x08;
    pub(crate) const DRIVER_FEATURE: usize = 0x0c;
    pub(crate) const CONFIG_VECTOR: usize = 0x10;
    pub(crate) const DEVICE_STATUS: usize = 0x14;
    pub(crate) const CONFIG_GENERATION: usize = 0x15;
    pub(crate) const QUEUE_SELECT: usize = 0x16;
    pub(crate) const QUEUE_SIZE: usize = 0x18;
    pub(crate) const QUEUE_VECTOR: usize = 0x1a;
    pub(crate) const QUEUE_ENABLE: usize = 0x1c;
    pub(crate) const QUEUE_NOTIFY_OFF: usize = 0x1e;
    pub(crate) const QUEUE_DESC: usize = 0x20;
    pub(crate) const QUEUE_DRIVER: usize = 0x28;
    pub(crate) const QUEUE_DEVICE: usize = 0x30;
    /// Bytes that a driver needs of the window.
    pub(crate) const BYTES: u32 = 0x38;
}

/// Offsets in [`Window::Device`] (virtio 1.2 §5.2.4).
pub(crate) mod block {
    pub(crate) const CAPACITY: usize = 0;
    pub(crate) const SIZE_MAX: usize = 8;
    pub(crate) const SEG_MAX: usize = 12;
    /// Bytes that a driver needs of the window.
    pub(crate) const BYTES: u32 = 16;
}

/// Bits of the device status (virtio 1.2 §2.1).
pub(crate) mod status {
    pub(crate) const ACKNOWLEDGE: u8 = 1;
    pub(crate) const DRIVER: u8 = 2;
    pub(crate) const DRIVER_OK: u8 = 4;
    pub(crate) const FEATURES_OK: u8 = 8;
    pub(crate) const NEEDS_RESET: u8 = 64;
    pub(crate) const FAILED: u8 = 128;
}

/// A vector register that names no vector (virtio 1.2 §4.1.5.1.2).
pub(crate) const NO_VECTOR: u16 = 0xffff;
