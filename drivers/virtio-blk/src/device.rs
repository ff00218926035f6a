//! Set-up of the device (virtio 1.2 §3.1.1, §4.1.5.1) and what it says of itself.

use crate::queue::{CHAIN, Places};
use crate::registers::{NO_VECTOR, block, common, status};
use crate::{Memory, Registers, Signals, Window};

/// Features by their bit numbers (virtio 1.2 §5.2.3, §6).
mod feature {
    pub(super) const SIZE_MAX: u64 = 1 << 1;
    pub(super) const SEG_MAX: u64 = 1 << 2;
    pub(super) const READ_ONLY: u64 = 1 << 5;
    pub(super) const FLUSH: u64 = 1 << 9;
    pub(super) const VERSION_1: u64 = 1 << 32;
    /// The platform may translate addresses; a device behind an IOMMU insists on it.
    pub(super) const ACCESS_PLATFORM: u64 = 1 << 33;
    /// What this driver knows.
    pub(super) const KNOWN: u64 =
        SIZE_MAX | SEG_MAX | READ_ONLY | FLUSH | VERSION_1 | ACCESS_PLATFORM;
}

/// The greatest queue that is used: slots for 64 requests.
const MAX_QUEUE: u16 = 256;
/// How often a register is read until the device has done what it was told.
const PATIENCE: u32 = 1_000_000;
/// The vector of the queue's interrupt.
const VECTOR: u16 = 0;

/// Why the device cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SetupError {
    /// It does not come out of reset.
    NoReset,
    /// It is older than virtio 1.0.
    Legacy,
    /// It does not accept a subset of its own features.
    Features,
    /// It has no queue, or one that is too small.
    Queue,
    /// It does not take an interrupt vector.
    Vector,
    /// The DMA memory is too small.
    Memory,
}

/// Whether a disk can be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// It can.
    ReadWrite,
    /// It cannot.
    ReadOnly,
}

/// Whether the device may keep written data in a volatile cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cache {
    /// It may; a flush empties it.
    WriteBack,
    /// It has none, and knows no flush.
    WriteThrough,
}

/// What the device says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Sectors of 512 bytes.
    pub sectors: u64,
    /// Whether it can be written.
    pub access: Access,
    /// The greatest number of bytes in one segment.
    pub segment_bytes: u32,
    /// The greatest number of segments in one request.
    pub segments: u32,
    pub(crate) cache: Cache,
}

/// A device that was set up: its queue's size and where its doorbell is.
pub(crate) struct Ready {
    pub(crate) limits: Limits,
    pub(crate) queue_size: u16,
    pub(crate) doorbell: usize,
}

/// Resets the device and sets it up with one queue in `memory`, which is cleared. `extra` is how
/// many bytes a slot needs behind the queue.
pub(crate) fn set_up<R: Registers>(
    registers: &R,
    memory: &impl Memory,
    extra: usize,
) -> Result<Ready, SetupError> {
    reset(registers)?;
    set_status(registers, status::ACKNOWLEDGE);
    set_status(registers, status::DRIVER);
    let outcome = negotiate(registers).and_then(|features| {
        let (queue_size, doorbell) = set_up_queue(registers, memory, extra)?;
        Ok(Ready {
            limits: limits(registers, features),
            queue_size,
            doorbell,
        })
    });
    match outcome {
        Ok(_) => set_status(registers, status::DRIVER_OK),
        Err(_) => set_status(registers, status::FAILED),
    }
    outcome
}

/// Whether the device asks to be reset: it found itself or the driver in error.
pub(crate) fn is_broken(registers: &impl Registers) -> bool {
    registers.read8(Window::Common, common::DEVICE_STATUS) & status::NEEDS_RESET != 0
}

/// Resets the device: it forgets its queue and leaves memory alone.
pub(crate) fn reset(registers: &impl Registers) -> Result<(), SetupError> {
    registers.write8(Window::Common, common::DEVICE_STATUS, 0);
    for _ in 0..PATIENCE {
        if registers.read8(Window::Common, common::DEVICE_STATUS) == 0 {
            return Ok(());
        }
    }
    Err(SetupError::NoReset)
}

fn set_status(registers: &impl Registers, bit: u8) {
    let now = registers.read8(Window::Common, common::DEVICE_STATUS);
    registers.write8(Window::Common, common::DEVICE_STATUS, now | bit);
}

fn negotiate(registers: &impl Registers) -> Result<u64, SetupError> {
    let offered = (0..2).fold(0, |all, half| {
        registers.write32(Window::Common, common::DEVICE_FEATURE_SELECT, half);
        let bits = registers.read32(Window::Common, common::DEVICE_FEATURE);
        all | u64::from(bits) << (32 * half)
    });
    if offered & feature::VERSION_1 == 0 {
        return Err(SetupError::Legacy);
    }
    let wanted = offered & feature::KNOWN;
    for half in 0..2 {
        registers.write32(Window::Common, common::DRIVER_FEATURE_SELECT, half);
        registers.write32(
            Window::Common,
            common::DRIVER_FEATURE,
            (wanted >> (32 * half)) as u32,
        );
    }
    set_status(registers, status::FEATURES_OK);
    let now = registers.read8(Window::Common, common::DEVICE_STATUS);
    if now & status::FEATURES_OK == 0 {
        Err(SetupError::Features)
    } else {
        Ok(wanted)
    }
}

fn set_up_queue<R: Registers>(
    registers: &R,
    memory: &impl Memory,
    extra: usize,
) -> Result<(u16, usize), SetupError> {
    let common = Window::Common;
    registers.write16(common, common::CONFIG_VECTOR, NO_VECTOR);
    registers.write16(common, common::QUEUE_SELECT, 0);
    let size = registers.read16(common, common::QUEUE_SIZE).min(MAX_QUEUE);
    if size < CHAIN || !size.is_power_of_two() {
        return Err(SetupError::Queue);
    }
    let places = Places::of(size);
    if places.end + usize::from(size / CHAIN) * extra > memory.length() {
        return Err(SetupError::Memory);
    }
    (0..places.end)
        .step_by(8)
        .for_each(|at| memory.write64(at, 0));
    registers.write16(common, common::QUEUE_SIZE, size);
    set_up_vector(registers)?;
    for (register, place) in [
        (common::QUEUE_DESC, places.descriptors),
        (common::QUEUE_DRIVER, places.available),
        (common::QUEUE_DEVICE, places.used),
    ] {
        let physical = memory.physical(place);
        registers.write32(common, register, physical as u32);
        registers.write32(common, register + 4, (physical >> 32) as u32);
    }
    let offset = registers.read16(common, common::QUEUE_NOTIFY_OFF);
    registers.write16(common, common::QUEUE_ENABLE, 1);
    Ok((size, usize::from(offset) * registers.doorbell_stride()))
}

fn set_up_vector(registers: &impl Registers) -> Result<(), SetupError> {
    let vector = match registers.signals() {
        Signals::ByMessage => VECTOR,
        Signals::ByWire => NO_VECTOR,
    };
    registers.write16(Window::Common, common::QUEUE_VECTOR, vector);
    if registers.read16(Window::Common, common::QUEUE_VECTOR) != vector {
        return Err(SetupError::Vector);
    }
    Ok(())
}

/// Lowers the wire, if the device has it up: reading the reason does.
pub(crate) fn lower_wire(registers: &impl Registers) {
    if registers.signals() == Signals::ByWire {
        let _ = registers.read8(Window::Interrupt, 0);
    }
}

fn limits(registers: &impl Registers, features: u64) -> Limits {
    let field = |bit, offset, otherwise| match features & bit {
        0 => otherwise,
        _ => registers.read32(Window::Device, offset).max(1),
    };
    let read_only = features & feature::READ_ONLY != 0;
    let flush = features & feature::FLUSH != 0;
    Limits {
        sectors: capacity(registers),
        access: if read_only {
            Access::ReadOnly
        } else {
            Access::ReadWrite
        },
        segment_bytes: field(feature::SIZE_MAX, block::SIZE_MAX, u32::MAX),
        segments: field(feature::SEG_MAX, block::SEG_MAX, 1).min(u32::from(CHAIN) - 2),
        cache: if flush {
            Cache::WriteBack
        } else {
            Cache::WriteThrough
        },
    }
}

/// Reads the capacity, both halves of one generation (virtio 1.2 §2.5.3).
fn capacity(registers: &impl Registers) -> u64 {
    loop {
        let before = registers.read8(Window::Common, common::CONFIG_GENERATION);
        let low = registers.read32(Window::Device, block::CAPACITY);
        let high = registers.read32(Window::Device, block::CAPACITY + 4);
        if registers.read8(Window::Common, common::CONFIG_GENERATION) == before {
            return u64::from(high) << 32 | u64::from(low);
        }
    }
}
