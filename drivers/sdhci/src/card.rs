//! What a card says of itself (SD §5).

/// How a card counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Addressing {
    /// In bytes (SDSC).
    Bytes,
    /// In blocks (SDHC, SDXC).
    Blocks,
}

/// Whether a card can be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// It can.
    ReadWrite,
    /// It cannot: the switch at its side is on "lock".
    Locked,
    /// It cannot: it says so itself.
    Protected,
}

/// A card that was identified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Card {
    /// How many blocks of 512 bytes it has.
    pub blocks: u64,
    /// How it counts.
    pub addressing: Addressing,
    /// Whether it can be written.
    pub access: Access,
    /// Who made it, what it is called, its serial number.
    pub identity: u128,
    /// Its address, as arguments have it.
    pub(crate) address: u32,
}

impl Card {
    /// Returns what the maker calls it, letter by letter.
    pub fn name(&self) -> impl Iterator<Item = char> {
        let letters = field(self.identity, 103, 64).to_be_bytes();
        let letters = letters.into_iter().skip_while(|byte| *byte == 0);
        letters.map(char::from).filter(char::is_ascii_graphic)
    }

    /// Returns the argument of a command for a block.
    pub(crate) fn argument(&self, block: u64) -> Option<u32> {
        let place = match self.addressing {
            Addressing::Bytes => block.checked_mul(crate::BLOCK as u64)?,
            Addressing::Blocks => block,
        };
        u32::try_from(place).ok()
    }
}

/// What the register CSD says (SD §5.3): how many blocks, and whether they can be written. Nothing if it is of a
/// kind that this driver does not know.
pub(crate) fn csd(register: u128) -> Option<(u64, Access)> {
    let size = |high, low| field(register, high, low) as u64;
    let blocks = match size(127, 126) {
        0 => {
            let (exponent, length) = (size(49, 47) + 2, size(83, 80));
            let bytes = (size(73, 62) + 1) << (exponent + length);
            bytes / crate::BLOCK as u64
        }
        1 => (size(69, 48) + 1) << 10,
        _ => return None,
    };
    // Protected for ever, or until somebody writes the register.
    let access = match size(13, 12) {
        0 => Access::ReadWrite,
        _ => Access::Protected,
    };
    Some((blocks, access))
}

/// Whether the register SCR (SD §5.6), as it is transferred, says that the card has four data lines.
pub(crate) fn has_four_lines(scr: [u8; 8]) -> bool {
    // Bits 51 to 48; bit 2 of them is four lines.
    scr[1] & 1 << 2 != 0
}

/// Bits of a register of 128.
fn field(register: u128, high: u32, low: u32) -> u128 {
    register >> low & ((1 << (high - low + 1)) - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_kinds_of_registers_give_the_size() {
        // A card of 1 GiB: (4095 + 1) × 2^(7 + 2) blocks of 2^9 bytes.
        let small = 9 << 80 | 4095 << 62 | 7 << 47;
        assert_eq!(csd(small), Some((1 << 21, Access::ReadWrite)));
        // A card of 4 GiB counts in units of 512 KiB.
        let large = 1 << 126 | 8191 << 48;
        assert_eq!(csd(large), Some((1 << 23, Access::ReadWrite)));
        assert_eq!(csd(2 << 126), None);
    }

    #[test]
    fn every_kind_of_protection_counts() {
        let large: u128 = 1 << 126;
        for bit in [12, 13] {
            assert_eq!(csd(large | 1 << bit), Some((1 << 10, Access::Protected)));
        }
    }

    #[test]
    fn a_name_is_what_can_be_read_of_it() {
        let letters = u64::from_be_bytes(*b"\0\0\0QE\x07U!");
        let card = Card {
            blocks: 1,
            addressing: Addressing::Bytes,
            access: Access::ReadWrite,
            identity: u128::from(letters) << 64 | 0xff << 104,
            address: 0,
        };
        assert_eq!(card.name().collect::<std::string::String>(), "QEU!");
        assert_eq!(card.argument(3), Some(1536));
        assert_eq!(card.argument(1 << 23), None);
    }
}
