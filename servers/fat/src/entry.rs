//! What stands in a place of a directory (Microsoft FAT specification §6 and §7).

use crate::time::Stamp;

/// Bytes of a place.
pub(crate) const SLOT: usize = 32;

/// The bytes of a place.
pub(crate) type Slot = [u8; SLOT];

/// Attributes.
pub(crate) const READ_ONLY: u8 = 0x01;
pub(crate) const LABEL: u8 = 0x08;
pub(crate) const DIRECTORY: u8 = 0x10;
pub(crate) const ARCHIVE: u8 = 0x20;
/// The attributes of a part of a long name, and the bits that are compared.
pub(crate) const LONG: u8 = 0x0f;
pub(crate) const LONG_MASK: u8 = 0x3f;

/// The first byte of a place that was freed, and of one behind which nothing was ever used.
pub(crate) const FREED: u8 = 0xe5;
pub(crate) const UNUSED: u8 = 0;
/// What stands for `FREED` as the first letter of a name.
pub(crate) const KANJI: u8 = 0x05;

/// The entries of every directory but the root for itself and the one above.
pub(crate) const DOT: [u8; 11] = *b".          ";
pub(crate) const DOT_DOT: [u8; 11] = *b"..         ";

/// An entry with its short name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Short(pub(crate) Slot);

impl Short {
    /// An entry of something new.
    pub(crate) fn new(name: [u8; 11], attributes: u8, now: Stamp) -> Self {
        let mut slot = [0; SLOT];
        slot[..11].copy_from_slice(&name);
        if slot[0] == FREED {
            slot[0] = KANJI;
        }
        slot[11] = attributes;
        let mut short = Self(slot);
        short.set_word(14, now.time);
        short.set_word(16, now.date);
        short.touch(now);
        short
    }

    pub(crate) fn name(&self) -> [u8; 11] {
        let mut name = [0; 11];
        name.copy_from_slice(&self.0[..11]);
        name
    }

    pub(crate) fn attributes(&self) -> u8 {
        self.0[11]
    }

    pub(crate) fn is_directory(&self) -> bool {
        self.attributes() & DIRECTORY != 0
    }

    /// Which of base and extension are shown in small letters.
    pub(crate) fn small(&self) -> (bool, bool) {
        (self.0[12] & 0x08 != 0, self.0[12] & 0x10 != 0)
    }

    pub(crate) fn first(&self) -> u32 {
        u32::from(self.word(20)) << 16 | u32::from(self.word(26))
    }

    pub(crate) fn set_first(&mut self, first: u32) {
        self.set_word(20, (first >> 16) as u16);
        self.set_word(26, first as u16);
    }

    pub(crate) fn size(&self) -> u32 {
        u32::from(self.word(28)) | u32::from(self.word(30)) << 16
    }

    pub(crate) fn set_size(&mut self, size: u32) {
        self.0[28..].copy_from_slice(&size.to_le_bytes());
    }

    pub(crate) fn modified(&self) -> Stamp {
        Stamp {
            time: self.word(22),
            date: self.word(24),
        }
    }

    pub(crate) fn accessed(&self) -> Stamp {
        Stamp {
            time: 0,
            date: self.word(18),
        }
    }

    /// Notes a change of the content.
    pub(crate) fn touch(&mut self, now: Stamp) {
        self.set_word(22, now.time);
        self.set_word(24, now.date);
        self.set_word(18, now.date);
    }

    /// The same under another name.
    pub(crate) fn named(mut self, name: [u8; 11]) -> Self {
        self.0[..11].copy_from_slice(&Self::new(name, 0, Stamp::default()).name());
        // How the old name was shown.
        self.0[12] &= !0x18;
        self
    }

    /// The same under the name that another entry has.
    pub(crate) fn named_as(mut self, other: &Self) -> Self {
        self.0[..11].copy_from_slice(&other.name());
        self.0[12] = other.0[12];
        self
    }

    /// The byte by which the parts of a long name know that they belong here.
    pub(crate) fn checksum(&self) -> u8 {
        checksum(&self.name())
    }

    fn word(&self, at: usize) -> u16 {
        u16::from(self.0[at]) | u16::from(self.0[at + 1]) << 8
    }

    fn set_word(&mut self, at: usize, value: u16) {
        self.0[at..at + 2].copy_from_slice(&value.to_le_bytes());
    }
}

pub(crate) fn checksum(name: &[u8; 11]) -> u8 {
    name.iter()
        .fold(0u8, |sum, byte| sum.rotate_right(1).wrapping_add(*byte))
}

/// Letters in a part of a long name.
pub(crate) const UNITS: usize = 13;

/// Where the letters of a part are.
const UNITS_AT: [usize; UNITS] = [1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30];

/// The letters of a part of a long name.
pub(crate) fn units(slot: &Slot) -> [u16; UNITS] {
    UNITS_AT.map(|at| u16::from(slot[at]) | u16::from(slot[at + 1]) << 8)
}

/// A part of a long name.
pub(crate) fn long(order: u8, sum: u8, units: [u16; UNITS]) -> Slot {
    let mut slot = [0; SLOT];
    (slot[0], slot[11], slot[13]) = (order, LONG, sum);
    for (unit, at) in units.into_iter().zip(UNITS_AT) {
        slot[at..at + 2].copy_from_slice(&unit.to_le_bytes());
    }
    slot
}
