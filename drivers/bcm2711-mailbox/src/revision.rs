//! What a board's revision says (firmware, "Raspberry Pi revision codes").

use core::fmt;

/// The code is written in fields; that of older boards is the number of a row in a list.
const IN_FIELDS: u32 = 1 << 23;

/// A revision code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Revision(pub(crate) u32);

impl Revision {
    fn field(self, high: u32, low: u32) -> u32 {
        self.0 >> low & ((1 << (high - low + 1)) - 1)
    }

    /// Bytes of memory; 0 if the code does not say.
    pub(crate) fn memory(self) -> u64 {
        match self.0 & IN_FIELDS {
            0 => 0,
            _ => (256 << 20) << self.field(22, 20),
        }
    }

    fn model(self) -> Option<&'static str> {
        Some(match self.field(11, 4) {
            0x04 => "2 Model B",
            0x08 => "3 Model B",
            0x0d => "3 Model B+",
            0x0e => "3 Model A+",
            0x11 => "4 Model B",
            0x12 => "Zero 2 W",
            0x13 => "400",
            0x14 => "Compute Module 4",
            0x15 => "Compute Module 4S",
            0x17 => "5",
            _ => return None,
        })
    }
}

impl fmt::Display for Revision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.model().filter(|_| self.0 & IN_FIELDS != 0) {
            Some(model) => write!(f, "Raspberry Pi {model} 1.{}", self.field(3, 0)),
            None => write!(f, "Raspberry Pi of revision {:#x}", self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    #[test]
    fn codes_give_name_and_memory() {
        let told = |code| (Revision(code).to_string(), Revision(code).memory() >> 20);
        assert_eq!(told(0xb03115), ("Raspberry Pi 4 Model B 1.5".into(), 2048));
        assert_eq!(told(0xd03114), ("Raspberry Pi 4 Model B 1.4".into(), 8192));
        assert_eq!(told(0xa02082), ("Raspberry Pi 3 Model B 1.2".into(), 1024));
        assert_eq!(told(0xc03130), ("Raspberry Pi 400 1.0".into(), 4096));
        assert_eq!(told(0x000e), ("Raspberry Pi of revision 0xe".into(), 0));
        assert_eq!(told(0x80_0ff0).0, "Raspberry Pi of revision 0x800ff0");
    }
}
