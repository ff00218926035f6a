//! A virtio block device for tests, stricter than any real one: whatever the specification forbids
//! a driver panics here.

mod chain;
mod registers;

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::rc::Rc;
use std::vec;
use std::vec::Vec;

pub(crate) use chain::Pending;

use crate::{Memory, Signals};

/// Physical address of the machine's memory.
pub(crate) const PHYSICAL: u64 = 0x1_8000_0000;
/// Bytes of it that are for the queue; pools follow.
pub(crate) const QUEUE_BYTES: usize = 0x4000;
const MEMORY_BYTES: usize = 0x40000;

pub(crate) const SECTOR: usize = 512;

/// How the device is made.
#[derive(Clone, Copy)]
pub(crate) struct Kind {
    pub(crate) features: u64,
    pub(crate) queue_size: u16,
    pub(crate) size_max: u32,
    pub(crate) seg_max: u32,
    pub(crate) signals: Signals,
}

pub(crate) const VERSION_1: u64 = 1 << 32;
pub(crate) const FLUSH: u64 = 1 << 9;
pub(crate) const READ_ONLY: u64 = 1 << 5;
pub(crate) const SIZE_MAX: u64 = 1 << 1;
pub(crate) const SEG_MAX: u64 = 1 << 2;
/// A feature that the driver does not know.
pub(crate) const STRANGE: u64 = 1 << 40 | 1 << 28;

impl Default for Kind {
    fn default() -> Self {
        let features = VERSION_1 | FLUSH | SEG_MAX | STRANGE;
        Self {
            features,
            queue_size: 256,
            size_max: 0,
            seg_max: 254,
            signals: Signals::ByMessage,
        }
    }
}

/// Device and memory, shared by the driver's two views of them and the test.
pub(crate) struct Machine {
    pub(crate) kind: Kind,
    pub(crate) disk: RefCell<Vec<u8>>,
    pub(crate) doorbells: Cell<u32>,
    pub(crate) pending: RefCell<Vec<Pending>>,
    pub(crate) flushes: Cell<u32>,
    /// Whether the wire is up.
    pub(crate) wire: Cell<bool>,
    memory: RefCell<Vec<u8>>,
    setup: RefCell<registers::Setup>,
    /// Requests that the device has seen, modulo 2¹⁶.
    seen: Cell<u16>,
    /// Requests that it returned, modulo 2¹⁶.
    returned: Cell<u16>,
    /// Descriptors that belong to the device now.
    owned: RefCell<BTreeSet<u16>>,
    order: Cell<Order>,
}

/// What the driver did since its last barrier.
#[derive(Clone, Copy, Default)]
struct Order {
    writes: u32,
    used_index_reads: u32,
}

impl Machine {
    pub(crate) fn new(kind: Kind) -> Rc<Self> {
        Rc::new(Self {
            kind,
            disk: RefCell::new(vec![0; 4096 * SECTOR]),
            doorbells: Cell::new(0),
            pending: RefCell::default(),
            flushes: Cell::new(0),
            wire: Cell::new(false),
            memory: RefCell::new(vec![0xee; MEMORY_BYTES]),
            setup: RefCell::default(),
            seen: Cell::new(0),
            returned: Cell::new(0),
            owned: RefCell::default(),
            order: Cell::default(),
        })
    }

    /// Reads memory as the device does.
    pub(crate) fn bytes(&self, physical: u64, length: usize) -> Vec<u8> {
        self.memory.borrow()[self.place(physical, length)..][..length].to_vec()
    }

    /// Writes memory as the device (or the owner of a pool) does.
    pub(crate) fn put(&self, physical: u64, bytes: &[u8]) {
        let at = self.place(physical, bytes.len());
        self.memory.borrow_mut()[at..][..bytes.len()].copy_from_slice(bytes);
    }

    fn place(&self, physical: u64, length: usize) -> usize {
        let at = physical
            .checked_sub(PHYSICAL)
            .expect("an address below memory") as usize;
        assert!(at + length <= MEMORY_BYTES, "an address above memory");
        at
    }

    fn read(&self, offset: usize, length: usize) -> u64 {
        assert!(offset.is_multiple_of(length) && offset + length <= QUEUE_BYTES);
        if let Some(used) = self.setup.borrow().offset_of_used() {
            let mut order = self.order.get();
            if offset == used + 2 {
                order.used_index_reads += 1;
                self.order.set(order);
            }
            let elements = used + 4..used + 4 + 8 * usize::from(self.kind.queue_size);
            let stale = elements.contains(&offset) && order.used_index_reads > 0;
            assert!(
                !stale,
                "a barrier is due between the used index and its elements"
            );
        }
        let bytes = self.bytes(PHYSICAL + offset as u64, length);
        bytes
            .iter()
            .rev()
            .fold(0, |all, byte| all << 8 | u64::from(*byte))
    }

    fn write(&self, offset: usize, length: usize, value: u64) {
        assert!(offset.is_multiple_of(length) && offset + length <= QUEUE_BYTES);
        let mut order = self.order.get();
        if let Some((descriptors, available)) = self.setup.borrow().offsets_of_driver() {
            if offset == available + 2 {
                assert_eq!(
                    order.writes, 0,
                    "a barrier is due before the available index"
                );
            }
            let number = offset.wrapping_sub(descriptors) / 16;
            let owned = self.owned.borrow().contains(&(number as u16));
            assert!(
                number > 255 || !owned,
                "descriptor {number} belongs to the device"
            );
        }
        order.writes += 1;
        self.order.set(order);
        self.put(PHYSICAL + offset as u64, &value.to_le_bytes()[..length]);
    }
}

/// The driver's view of the DMA memory.
#[derive(Clone)]
pub(crate) struct ModelMemory(pub(crate) Rc<Machine>);

impl Memory for ModelMemory {
    fn length(&self) -> usize {
        QUEUE_BYTES
    }
    fn physical(&self, offset: usize) -> u64 {
        PHYSICAL + offset as u64
    }
    fn read8(&self, offset: usize) -> u8 {
        self.0.read(offset, 1) as u8
    }
    fn read16(&self, offset: usize) -> u16 {
        self.0.read(offset, 2) as u16
    }
    fn read32(&self, offset: usize) -> u32 {
        self.0.read(offset, 4) as u32
    }
    fn write8(&self, offset: usize, value: u8) {
        self.0.write(offset, 1, value.into());
    }
    fn write16(&self, offset: usize, value: u16) {
        self.0.write(offset, 2, value.into());
    }
    fn write32(&self, offset: usize, value: u32) {
        self.0.write(offset, 4, value.into());
    }
    fn write64(&self, offset: usize, value: u64) {
        self.0.write(offset, 8, value);
    }
    fn barrier(&self) {
        self.0.order.set(Order::default());
    }
}

/// The driver's view of the registers.
#[derive(Clone)]
pub(crate) struct ModelRegisters(pub(crate) Rc<Machine>);
