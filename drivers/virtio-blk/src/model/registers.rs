//! The registers of the model: the order of set-up is checked step by step (virtio 1.2 §3.1.1).

use super::{FLUSH, Machine, ModelRegisters, PHYSICAL};
use crate::registers::{NO_VECTOR, common, status};
use crate::{Registers, Signals, Window};

/// What the driver has set so far.
#[derive(Default)]
pub(crate) struct Setup {
    status: u8,
    device_half: u32,
    driver_half: u32,
    features: u64,
    config_vector: u16,
    queue_vector: u16,
    queue_size: Option<u16>,
    /// Descriptors, available ring, used ring.
    addresses: [u64; 3],
    enabled: u16,
    resets: u32,
}

const ADDRESSES: [usize; 3] = [
    common::QUEUE_DESC,
    common::QUEUE_DRIVER,
    common::QUEUE_DEVICE,
];
const ALIGNMENTS: [u64; 3] = [16, 2, 4];
const NOTIFY_OFF: u16 = 3;
const STRIDE: usize = 4;

impl Setup {
    fn offset(&self, part: usize) -> Option<usize> {
        (self.enabled != 0).then(|| (self.addresses[part] - PHYSICAL) as usize)
    }

    pub(super) fn offset_of_used(&self) -> Option<usize> {
        self.offset(2)
    }

    pub(super) fn offsets_of_driver(&self) -> Option<(usize, usize)> {
        Some((self.offset(0)?, self.offset(1)?))
    }

    pub(super) fn address(&self, part: usize) -> u64 {
        self.addresses[part]
    }

    pub(super) fn flush_agreed(&self) -> bool {
        self.features & FLUSH != 0
    }

    fn in_set_up(&self) -> bool {
        self.status & status::FEATURES_OK != 0 && self.status & status::DRIVER_OK == 0
    }

    fn set_status(&mut self, value: u8, offered: u64) {
        if value == 0 {
            *self = Self {
                resets: self.resets + 1,
                ..Self::default()
            };
            return;
        }
        assert!(self.resets > 0, "a device is reset before it is set up");
        assert_eq!(
            value & self.status,
            self.status,
            "status bits are never taken back"
        );
        let needs = |bit: u8, before: u8| value & bit == 0 || self.status & before == before;
        assert!(needs(status::DRIVER, status::ACKNOWLEDGE));
        assert!(needs(status::FEATURES_OK, status::DRIVER));
        assert!(needs(status::DRIVER_OK, status::FEATURES_OK));
        assert!(
            value & status::DRIVER_OK == 0 || self.enabled == 1,
            "the queue is ready first"
        );
        self.status = value;
        if self.features & !offered != 0 {
            self.status &= !status::FEATURES_OK;
        }
    }

    fn set_address(&mut self, offset: usize, value: u32) {
        assert!(
            self.in_set_up() && self.enabled == 0,
            "addresses are set before the queue is on"
        );
        let part = ADDRESSES
            .iter()
            .position(|base| offset & !7 == *base)
            .expect("a register");
        let address = &mut self.addresses[part];
        *address = match offset & 4 {
            0 => *address & !0xffff_ffff | u64::from(value),
            _ => *address & 0xffff_ffff | u64::from(value) << 32,
        };
    }

    fn enable(&mut self, signals: Signals) {
        assert!(
            self.in_set_up(),
            "queues are enabled between FEATURES_OK and DRIVER_OK"
        );
        assert!(self.queue_size.is_some() && self.config_vector == NO_VECTOR);
        let vector = match signals {
            Signals::ByMessage => 0,
            Signals::ByWire => NO_VECTOR,
        };
        assert_eq!(self.queue_vector, vector);
        for (address, alignment) in self.addresses.iter().zip(ALIGNMENTS) {
            assert!(*address != 0 && address.is_multiple_of(alignment));
        }
        self.enabled = 1;
    }
}

impl Machine {
    /// Makes the device ask to be reset.
    pub(crate) fn break_down(&self) {
        self.setup.borrow_mut().status |= status::NEEDS_RESET;
    }

    /// The status register.
    pub(crate) fn status(&self) -> u8 {
        self.setup.borrow().status
    }

    fn device_field(&self, offset: usize) -> u32 {
        let sectors = (self.disk.borrow().len() / super::SECTOR) as u64;
        match offset {
            0 => sectors as u32,
            4 => (sectors >> 32) as u32,
            8 => self.kind.size_max,
            12 => self.kind.seg_max,
            _ => panic!("the driver reads what it needs only"),
        }
    }
}

impl Registers for ModelRegisters {
    fn read8(&self, window: Window, offset: usize) -> u8 {
        match (window, offset) {
            (Window::Common, common::DEVICE_STATUS) => self.0.status(),
            (Window::Common, common::CONFIG_GENERATION) => 7,
            (Window::Interrupt, 0) if self.0.kind.signals == Signals::ByWire => {
                self.0.wire.replace(false).into()
            }
            other => panic!("{other:?} is not an 8-bit register"),
        }
    }

    fn read16(&self, window: Window, offset: usize) -> u16 {
        let setup = self.0.setup.borrow();
        match (window, offset) {
            (Window::Common, common::QUEUE_SIZE) => self.0.kind.queue_size,
            (Window::Common, common::QUEUE_VECTOR) => setup.queue_vector,
            (Window::Common, common::QUEUE_NOTIFY_OFF) => NOTIFY_OFF,
            other => panic!("{other:?} is not a 16-bit register"),
        }
    }

    fn read32(&self, window: Window, offset: usize) -> u32 {
        let half = self.0.setup.borrow().device_half;
        match (window, offset) {
            (Window::Common, common::DEVICE_FEATURE) => {
                (self.0.kind.features >> (32 * half)) as u32
            }
            (Window::Device, offset) => self.0.device_field(offset),
            other => panic!("{other:?} is not a 32-bit register"),
        }
    }

    fn write8(&self, window: Window, offset: usize, value: u8) {
        assert_eq!((window, offset), (Window::Common, common::DEVICE_STATUS));
        self.0
            .setup
            .borrow_mut()
            .set_status(value, self.0.kind.features);
    }

    fn write16(&self, window: Window, offset: usize, value: u16) {
        if window == Window::Notify {
            assert_eq!(
                (offset, value),
                (usize::from(NOTIFY_OFF) * STRIDE, 0),
                "the doorbell"
            );
            assert_ne!(
                self.0.status() & status::DRIVER_OK,
                0,
                "no doorbell before DRIVER_OK"
            );
            self.0.doorbells.set(self.0.doorbells.get() + 1);
            return self.0.look();
        }
        let mut setup = self.0.setup.borrow_mut();
        match offset {
            common::CONFIG_VECTOR => setup.config_vector = value,
            common::QUEUE_SELECT => assert_eq!(value, 0, "there is one queue"),
            common::QUEUE_SIZE => {
                assert!(value <= self.0.kind.queue_size && value.is_power_of_two());
                setup.queue_size = Some(value);
            }
            common::QUEUE_VECTOR => setup.queue_vector = value,
            common::QUEUE_ENABLE => setup.enable(self.0.kind.signals),
            other => panic!("{other:#x} is not a 16-bit register"),
        }
    }

    fn write32(&self, window: Window, offset: usize, value: u32) {
        assert_eq!(window, Window::Common);
        let mut setup = self.0.setup.borrow_mut();
        match offset {
            common::DEVICE_FEATURE_SELECT => setup.device_half = value,
            common::DRIVER_FEATURE_SELECT => setup.driver_half = value,
            common::DRIVER_FEATURE => {
                assert_eq!(
                    setup.status & status::FEATURES_OK,
                    0,
                    "features are settled"
                );
                let half = setup.driver_half;
                setup.features |= u64::from(value) << (32 * half);
            }
            offset => setup.set_address(offset, value),
        }
    }

    fn signals(&self) -> Signals {
        self.0.kind.signals
    }

    fn doorbell_stride(&self) -> usize {
        STRIDE
    }
}
