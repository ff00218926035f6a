//! A bus for tests: configuration space whose registers behave as the specification says.

use std::cell::RefCell;
use std::rc::Rc;
use std::vec::Vec;

use crate::config::{Address, Config};

/// Offsets of the capabilities of every function of the model.
const MSI_X: u16 = 0x40;
const EXPRESS: u16 = 0x60;

/// A function of the model: a disk with registers in BAR 4 (64 bits) and its table in BAR 1.
pub(crate) struct Card {
    pub(crate) at: Address,
    words: Vec<u32>,
    masks: [u32; 6],
    flags: [u32; 6],
    pub(crate) resets: u32,
    /// Set if registers were sized while the function answered at them.
    pub(crate) sized_while_decoding: Option<u16>,
}

/// Which bits of a disk's registers can be set, and which are fixed.
const BAR_MASKS: [u32; 6] = [0, 0xffff_f000, 0, 0xffff_ffc0, 0xffff_c000, 0xffff_ffff];
const BAR_FLAGS: [u32; 6] = [0, 0, 0, 1, 0xc, 0];

impl Card {
    pub(crate) fn disk(device: u8, base: u32) -> Self {
        let mut words = std::vec![0; 1024];
        words[0] = 0x1042_1af4;
        words[1] = 0x0010_0007;
        words[2] = 0x0100_0001;
        words[0x10 / 4 + 1] = base;
        words[0x10 / 4 + 3] = 0xc001;
        words[0x10 / 4 + 4] = (base + 0x10_0000) | 0xc;
        words[0x2c / 4] = 0x1100_1af4;
        words[0x34 / 4] = u32::from(MSI_X);
        words[0x3c / 4] = 1 << 8;
        words[usize::from(MSI_X) / 4] = 0x0001_6011;
        words[usize::from(MSI_X) / 4 + 1] = 1;
        words[usize::from(EXPRESS) / 4] = 0x0002_0010;
        words[usize::from(EXPRESS) / 4 + 1] = 1 << 28;
        let at = Address {
            device,
            function: 0,
        };
        Self {
            at,
            words,
            masks: BAR_MASKS,
            flags: BAR_FLAGS,
            resets: 0,
            sized_while_decoding: None,
        }
    }

    /// A controller of SD cards, which signals by wire: 256 bytes of registers in BAR 0.
    pub(crate) fn controller(device: u8, base: u32) -> Self {
        let mut card = Self::absent(device);
        card.words = std::vec![0; 1024];
        card.words[0] = 0x0007_1b36;
        card.words[1] = 0x0002;
        card.words[2] = 0x0805_0100;
        card.words[0x10 / 4] = base;
        card.words[0x3c / 4] = 1 << 8;
        card.masks = [0xffff_ff00, 0, 0, 0, 0, 0];
        card.flags = [0; 6];
        card
    }

    /// A disk without firmware: its registers have no places.
    pub(crate) fn unplaced(device: u8) -> Self {
        let mut card = Self::disk(device, 0);
        card.words[1] &= 0xffff_0000;
        (0..6).for_each(|bar| card.words[0x10 / 4 + bar] = BAR_FLAGS[bar]);
        card
    }

    /// A function that answers with all ones, as one does that was pulled out.
    pub(crate) fn absent(device: u8) -> Self {
        let words = std::vec![u32::MAX; 1024];
        let at = Address {
            device,
            function: 0,
        };
        Self {
            at,
            words,
            masks: BAR_MASKS,
            flags: BAR_FLAGS,
            resets: 0,
            sized_while_decoding: None,
        }
    }

    pub(crate) fn word(&self, offset: u16) -> u32 {
        self.words[usize::from(offset) / 4]
    }

    /// What a reset of the function alone clears.
    fn reset(&mut self) {
        self.resets += 1;
        self.words[1] &= 0xffff_0000;
        (0..6).for_each(|bar| self.words[0x10 / 4 + bar] = self.flags[bar]);
        self.words[usize::from(MSI_X) / 4] &= 0x3fff_ffff;
    }

    fn write(&mut self, offset: u16, value: u32) {
        match offset {
            // Status bits are cleared by ones, and none of them may be lost by accident.
            0x04 => {
                assert_eq!(value >> 16, 0, "status bits would be cleared");
                self.words[1] = self.words[1] & 0xffff_0000 | value & 0x0507;
            }
            0x10..0x28 => {
                let bar = usize::from(offset - 0x10) / 4;
                if value == u32::MAX && self.words[1] & 3 != 0 {
                    self.sized_while_decoding = Some(offset);
                }
                self.words[0x10 / 4 + bar] = value & self.masks[bar] | self.flags[bar];
            }
            MSI_X => {
                let word = &mut self.words[usize::from(MSI_X) / 4];
                *word = *word & 0x3fff_ffff | value & 0xc000_0000;
            }
            offset if offset == EXPRESS + 8 => {
                assert_eq!(value >> 16, 0, "status bits would be cleared");
                if value & 1 << 15 != 0 {
                    self.reset();
                }
            }
            other => panic!("the register at {other:#x} is not written by this server"),
        }
    }
}

/// A bus of cards.
#[derive(Clone)]
pub(crate) struct ModelBus(pub(crate) Rc<RefCell<Vec<Card>>>);

impl ModelBus {
    pub(crate) fn new(cards: Vec<Card>) -> Self {
        Self(Rc::new(RefCell::new(cards)))
    }
}

impl Config for ModelBus {
    fn read(&self, at: Address, offset: u16) -> u32 {
        let cards = self.0.borrow();
        cards
            .iter()
            .find(|card| card.at == at)
            .map_or(u32::MAX, |card| card.word(offset))
    }

    fn write(&self, at: Address, offset: u16, value: u32) {
        let mut cards = self.0.borrow_mut();
        let card = cards
            .iter_mut()
            .find(|card| card.at == at)
            .expect("a function is there");
        card.write(offset, value);
    }

    fn wait_ms(&self, _: u32) {}
}
