//! What stands in one place of the screen.

/// One of sixteen colours, by its number in ECMA-48's order; those from 8 up are bright.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Colour(u8);

/// Levels of red, green and blue, a byte each from the third of the word down.
const PALETTE: [u32; 16] = [
    0x00_0000, 0xaa_0000, 0x00_aa00, 0xaa_5500, 0x00_00aa, 0xaa_00aa, 0x00_aaaa, 0xaa_aaaa,
    0x55_5555, 0xff_5555, 0x55_ff55, 0xff_ff55, 0x55_55ff, 0xff_55ff, 0x55_ffff, 0xff_ffff,
];

const BRIGHT: u8 = 8;

impl Colour {
    /// Of paper.
    pub const BLACK: Self = Self(0);
    /// Of ink.
    pub const WHITE: Self = Self(7);

    /// The colour with a number; the highest four bits of it do not count.
    #[must_use]
    pub const fn new(number: u8) -> Self {
        Self(number & 0xf)
    }

    /// The same, but bright.
    #[must_use]
    pub const fn bright(self) -> Self {
        Self(self.0 | BRIGHT)
    }

    /// Returns its levels of red, green and blue, a byte each from the third of the word down.
    #[must_use]
    pub fn levels(self) -> u32 {
        PALETTE
            .get(usize::from(self.0))
            .copied()
            .unwrap_or_default()
    }
}

/// How a character looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// Colour of the character.
    pub ink: Colour,
    /// Colour behind it.
    pub paper: Colour,
}

impl Look {
    /// How text looks unless it says otherwise.
    pub const USUAL: Self = Self {
        ink: Colour::WHITE,
        paper: Colour::BLACK,
    };

    /// The same with ink and paper exchanged.
    #[must_use]
    pub const fn reversed(self) -> Self {
        Self {
            ink: self.paper,
            paper: self.ink,
        }
    }
}

/// A character and how it looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cell {
    /// The character.
    pub character: char,
    /// How it looks.
    pub look: Look,
}

impl Cell {
    /// Nothing.
    pub const BLANK: Self = Self {
        character: ' ',
        look: Look::USUAL,
    };
}
