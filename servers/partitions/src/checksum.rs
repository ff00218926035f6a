//! The CRC-32 of GPT (UEFI 2.10 §5.3.2): the one of Ethernet, reflected, polynomial 0x04C11DB7.
//!
//! Bit by bit: a table of 16 KiB is read once a disk, which is not worth a table of 1 KiB.

/// A checksum in the making.
pub(crate) struct Crc32(u32);

impl Crc32 {
    /// Returns the checksum of nothing.
    pub(crate) fn new() -> Self {
        Self(u32::MAX)
    }

    /// Takes in more bytes.
    pub(crate) fn add(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 ^= u32::from(*byte);
            for _ in 0..8 {
                let carry = if self.0 & 1 == 0 { 0 } else { 0xEDB8_8320 };
                self.0 = self.0 >> 1 ^ carry;
            }
        }
    }

    /// Returns the checksum of all bytes so far.
    pub(crate) fn value(&self) -> u32 {
        !self.0
    }
}

#[cfg(test)]
mod tests {
    use super::Crc32;

    #[test]
    fn check_value_of_the_standard_is_met() {
        let mut crc = Crc32::new();
        crc.add(b"12345");
        crc.add(b"6789");
        assert_eq!(crc.value(), 0xCBF4_3926);
    }
}
