//! Globally unique identifiers, which GPT uses for types (UEFI 2.10 appendix A).

use core::fmt;

/// A GUID as it lies on disk: the first three fields little-endian.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Guid(pub [u8; 16]);

impl Guid {
    /// The type of an entry that is not used.
    pub const UNUSED: Self = Self([0; 16]);

    /// Returns a GUID from its five written groups.
    #[must_use]
    pub const fn new(a: u32, b: u16, c: u16, d: u16, e: u64) -> Self {
        let (a, b, c) = (a.to_le_bytes(), b.to_le_bytes(), c.to_le_bytes());
        let (d, e) = (d.to_be_bytes(), e.to_be_bytes());
        Self([
            a[0], a[1], a[2], a[3], b[0], b[1], c[0], c[1], d[0], d[1], e[2], e[3], e[4], e[5],
            e[6], e[7],
        ])
    }
}

impl fmt::Display for Guid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const ORDER: [usize; 16] = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];
        for (place, at) in ORDER.into_iter().enumerate() {
            if matches!(place, 4 | 6 | 8 | 10) {
                f.write_str("-")?;
            }
            write!(f, "{:02X}", self.0[at])?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Guid;

    #[test]
    fn guid_is_written_in_its_five_groups() {
        let guid = Guid::new(0x0FC6_3DAF, 0x8483, 0x4772, 0x8E79, 0x3D69_D847_7DE4);
        assert_eq!(guid.to_string(), "0FC63DAF-8483-4772-8E79-3D69D8477DE4");
        assert_eq!(guid.0[..4], [0xAF, 0x3D, 0xC6, 0x0F]);
    }
}
