//! Ethernet addresses.

/// An Ethernet address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Address(pub [u8; 6]);

impl Address {
    /// The address of all.
    pub const BROADCAST: Self = Self([0xff; 6]);

    /// Reads six hexadecimal numbers with colons between them; `None` if it is no such text, or not the address of one
    /// station.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut bytes = [0; 6];
        let mut numbers = text.split(':');
        for byte in &mut bytes {
            let number = numbers.next().filter(|number| number.len() == 2)?;
            *byte = u8::from_str_radix(number, 16).ok()?;
        }
        let address = Self(bytes);
        (numbers.next().is_none() && address.is_of_a_station()).then_some(address)
    }

    /// Whether it is the address of one station: neither nobody's nor a group's.
    #[must_use]
    pub fn is_of_a_station(self) -> bool {
        self.0 != [0; 6] && self.0[0] & 1 == 0
    }

    /// The address as a number: the first byte in the highest of 48 bits.
    #[must_use]
    pub fn number(self) -> u64 {
        let [a, b, c, d, e, f] = self.0;
        u64::from_be_bytes([0, 0, a, b, c, d, e, f])
    }

    /// The address with a number.
    pub(crate) fn of_number(number: u64) -> Self {
        let [.., a, b, c, d, e, f] = number.to_be_bytes();
        Self([a, b, c, d, e, f])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_six_numbers_of_one_station() {
        let address = Address([0xdc, 0xa6, 0x32, 0x01, 0x02, 0x0f]);
        assert_eq!(Address::parse("dc:a6:32:01:02:0f"), Some(address));
        assert_eq!(address.number(), 0xdca6_3201_020f);
        assert_eq!(Address::of_number(address.number()), address);
        for wrong in [
            "dc:a6:32:01:02",
            "dc:a6:32:01:02:0f:00",
            "dc:a6:32:01:2:0f",
            "dc:a6:32:01:02:xx",
            "00:00:00:00:00:00",
            "ff:ff:ff:ff:ff:ff",
            "01:00:5e:00:00:01",
            "",
        ] {
            assert_eq!(Address::parse(wrong), None, "{wrong}");
        }
    }
}
