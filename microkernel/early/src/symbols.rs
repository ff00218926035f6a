//! Finds a function's name in the boot image's symbol table.
//!
//! The table is sorted by address and followed by the names ([`weft_abi::image::Symbol`]). It lies in
//! memory that root may have mapped writable, so it is read byte by byte and nothing in it is trusted.

/// Bytes of a table entry.
const ENTRY: usize = size_of::<weft_abi::image::Symbol>();

/// The bytes of a symbol section.
pub trait Bytes {
    /// The byte at `offset`; `None` behind the end.
    fn byte(&self, offset: usize) -> Option<u8>;
}

impl Bytes for [u8] {
    fn byte(&self, offset: usize) -> Option<u8> {
        self.get(offset).copied()
    }
}

/// A function that holds an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    /// How far behind the function's start the address is.
    pub offset: u64,
    name_at: usize,
    name_bytes: usize,
}

impl Found {
    /// The name's bytes, those that are no printable ASCII replaced by `?`.
    pub fn name<'a>(&self, table: &'a (impl Bytes + ?Sized)) -> impl Iterator<Item = char> + 'a {
        let bytes = self.name_at..self.name_at.saturating_add(self.name_bytes.min(256));
        bytes.map_while(|at| table.byte(at)).map(|byte| match byte {
            b' '..=b'~' => char::from(byte),
            _ => '?',
        })
    }
}

/// The last function that begins at or below `address`.
pub fn find(table: &(impl Bytes + ?Sized), address: u64) -> Option<Found> {
    let (mut low, mut high) = (0, count(table)?);
    while low < high {
        let middle = low + (high - low) / 2;
        if number(table, middle * ENTRY, 8)? <= address {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    let at = low.checked_sub(1)? * ENTRY;
    Some(Found {
        offset: address.checked_sub(number(table, at, 8)?)?,
        name_at: number(table, at + 8, 4)? as usize,
        name_bytes: number(table, at + 12, 4)? as usize,
    })
}

/// The number of entries: the names begin where the table ends, and the first entry has the first name.
fn count(table: &(impl Bytes + ?Sized)) -> Option<usize> {
    Some(number(table, 8, 4)? as usize / ENTRY)
}

fn number(table: &(impl Bytes + ?Sized), at: usize, bytes: usize) -> Option<u64> {
    (at..at.checked_add(bytes)?)
        .rev()
        .try_fold(0u64, |value, at| {
            Some((value << 8) | u64::from(table.byte(at)?))
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::String;
    use std::vec::Vec;

    fn table(symbols: &[(u64, &str)]) -> Vec<u8> {
        let mut names_at = symbols.len() * ENTRY;
        let mut bytes = Vec::new();
        for (address, name) in symbols {
            bytes.extend(address.to_le_bytes());
            bytes.extend((names_at as u32).to_le_bytes());
            bytes.extend((name.len() as u32).to_le_bytes());
            names_at += name.len();
        }
        symbols
            .iter()
            .for_each(|(_, name)| bytes.extend(name.bytes()));
        bytes
    }

    fn name(table: &[u8], address: u64) -> Option<(String, u64)> {
        find(table, address).map(|found| (found.name(table).collect(), found.offset))
    }

    #[test]
    fn an_address_belongs_to_the_last_function_that_begins_before_it() {
        let table = table(&[(100, "alpha"), (200, "beta"), (300, "gamma")]);
        assert_eq!(name(&table, 99), None);
        assert_eq!(name(&table, 100), Some(("alpha".into(), 0)));
        assert_eq!(name(&table, 299), Some(("beta".into(), 99)));
        assert_eq!(name(&table, 5000), Some(("gamma".into(), 4700)));
    }

    #[test]
    fn an_empty_or_cut_table_gives_nothing() {
        assert_eq!(name(&[], 100), None);
        let table = table(&[(100, "alpha"), (200, "beta")]);
        assert_eq!(name(&table[..20], 250), None);
    }

    #[test]
    fn names_outside_of_the_table_are_empty() {
        let mut table = table(&[(100, "alpha")]);
        table[12..16].copy_from_slice(&u32::MAX.to_le_bytes());
        assert_eq!(name(&table, 100), Some(("alpha".into(), 0)));
        table[8..12].copy_from_slice(&1600u32.to_le_bytes());
        assert_eq!(name(&table, 5), None);
    }
}
