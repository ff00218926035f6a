//! A direction's ring in the model.

use crate::registers::dma;

#[derive(Debug)]
pub(super) struct Direction {
    /// What the controller is through with.
    pub(super) index: u16,
    /// Frames that there was no room for.
    pub(super) lost: u16,
    driver: u16,
    /// The controller's descriptor.
    slot: usize,
    size: u32,
    end: u32,
    queues: u32,
    control: u32,
    pub(super) descriptors: [[u32; 3]; 256],
}

impl Direction {
    /// Indices stand wherever somebody has left them.
    pub(super) fn new(index: u16) -> Self {
        Self {
            index,
            lost: 7,
            driver: 0x5555,
            slot: 99,
            size: 0,
            end: 0,
            queues: 0,
            // Somebody has left it on.
            control: dma::ON | dma::QUEUE_ON,
            descriptors: [[0xdead_0000; 3]; 256],
        }
    }

    pub(super) fn reset(&mut self) {
        (self.size, self.end, self.queues) = (0, 0, 0);
    }

    pub(super) fn is_on(&self) -> bool {
        let on = dma::ON | dma::QUEUE_ON;
        self.control & on == on && self.queues & 1 << dma::QUEUE != 0 && self.size != 0
    }

    fn depth(&self) -> u16 {
        (self.size >> 16) as u16
    }

    /// The controller's next descriptor, if it has one.
    pub(super) fn next_for_controller(&self, driver_is_ahead: bool) -> Option<usize> {
        let has = match driver_is_ahead {
            true => self.driver != self.index,
            false => self.index.wrapping_sub(self.driver) < self.depth(),
        };
        has.then_some(self.slot)
    }

    pub(super) fn address(&self, slot: usize) -> u64 {
        let [_, low, high] = self.descriptors[slot];
        u64::from(high) << 32 | u64::from(low)
    }

    pub(super) fn done(&mut self) {
        self.index = self.index.wrapping_add(1);
        self.slot = (self.slot + 1) % usize::from(self.depth());
    }

    pub(super) fn read(&mut self, offset: u32, restless: bool) -> u32 {
        match offset {
            0..0xc00 => self.descriptors[(offset / 12) as usize][(offset % 12 / 4) as usize],
            dma::CONTROLLER_INDEX => u32::from(self.lost) << 16 | u32::from(self.index),
            dma::CONTROL => self.control,
            dma::STATUS => u32::from(self.control & dma::ON == 0 && !restless),
            other => panic!("{other:#x} of a ring is not read by this driver"),
        }
    }

    pub(super) fn write(&mut self, offset: u32, value: u32, is_send: bool) {
        let is_on = self.control & dma::ON != 0;
        match offset {
            0..0xc00 => self.describe(
                (offset / 12) as usize,
                (offset % 12 / 4) as usize,
                value,
                is_send,
            ),
            dma::DRIVER_INDEX => self.hand_over(value as u16, is_send),
            // Only what was lost can be set back.
            dma::CONTROLLER_INDEX => {
                assert!(!is_send && value == 0);
                self.lost = 0;
            }
            dma::CONTROL => {
                if !is_on && value & dma::ON != 0 {
                    assert_eq!(self.end, u32::from(self.depth()) * 3 - 1);
                    assert_eq!(
                        self.driver, self.index,
                        "both begin where the controller is"
                    );
                }
                self.control = value;
            }
            _ => {
                assert!(!is_on, "{offset:#x} is changed while DMA is on");
                self.set_up(offset, value);
            }
        }
    }

    fn set_up(&mut self, offset: u32, value: u32) {
        const AT_HIGH: u32 = dma::CONTROLLER_AT + 4;
        const DRIVER_AT_HIGH: u32 = dma::DRIVER_AT + 4;
        const START_HIGH: u32 = dma::START + 4;
        const END_HIGH: u32 = dma::END + 4;
        match offset {
            dma::SIZE => {
                assert_eq!(value & 0xffff, 2048);
                self.size = value;
            }
            dma::CONTROLLER_AT => self.slot = (value / 3) as usize,
            dma::START | dma::DRIVER_AT | START_HIGH | END_HIGH | AT_HIGH | DRIVER_AT_HIGH => {
                assert_eq!(value, 0);
            }
            dma::END => self.end = value,
            dma::QUEUES => self.queues = value,
            dma::DONE_EVERY => assert_eq!(value, 1),
            dma::FLOW | dma::BURST => {}
            other => panic!("{other:#x} of a ring is not written by this driver"),
        }
    }

    /// A descriptor is the driver's to write when it is not the controller's.
    fn describe(&mut self, slot: usize, word: usize, value: u32, is_send: bool) {
        if self.is_on() {
            assert!(is_send, "the controller may write into any of them");
            let under_way = self.driver.wrapping_sub(self.index);
            let behind = (usize::from(self.depth()) + slot - self.slot) % usize::from(self.depth());
            assert!(behind >= usize::from(under_way), "it is the controller's");
        }
        self.descriptors[slot][word] = value;
    }

    fn hand_over(&mut self, driver: u16, is_send: bool) {
        if self.is_on() {
            assert_eq!(driver, self.driver.wrapping_add(1), "one at a time");
            let valid = match is_send {
                true => driver.wrapping_sub(self.index) <= self.depth(),
                false => self.index.wrapping_sub(self.driver) > 0,
            };
            assert!(valid, "it was not the driver's");
        }
        self.driver = driver;
    }
}
