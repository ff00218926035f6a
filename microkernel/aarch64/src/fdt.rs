//! Reads a flattened device tree (Devicetree Specification 0.4 §5).
//!
//! A small reader instead of a crate: the published ones have licences that this project does not take.
//! The tree is firmware's word: every offset is checked, and a tree that is cut off simply ends.

/// The structure block's tokens.
const BEGIN_NODE: u32 = 1;
const END_NODE: u32 = 2;
const PROPERTY: u32 = 3;
const NOP: u32 = 4;
const MAGIC: u32 = 0xd00d_feed;

/// Bytes of the header; what is at most needed to know the tree's length.
pub const HEADER: usize = 40;

/// A device tree.
#[derive(Clone, Copy, Debug)]
pub struct Fdt<'a> {
    bytes: &'a [u8],
    structure: usize,
    strings: usize,
}

/// What stands in the structure block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Item<'a> {
    /// A node begins.
    Begin(&'a [u8]),
    /// A property of the node that began last.
    Property(Property<'a>),
    /// The innermost node ends.
    End,
}

/// A property.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Property<'a> {
    /// Its name.
    pub name: &'a [u8],
    /// Its value.
    pub value: &'a [u8],
}

impl Property<'_> {
    /// The big-endian cell at `index`.
    pub fn cell(&self, index: usize) -> Option<u32> {
        word(self.value, index.checked_mul(4)?)
    }

    /// A number of one or two cells at cell `index`.
    #[inline(never)]
    pub fn number(&self, index: usize, cells: usize) -> Option<u64> {
        match cells {
            1 => self.cell(index).map(u64::from),
            2 => Some(u64::from(self.cell(index)?) << 32 | u64::from(self.cell(index + 1)?)),
            _ => None,
        }
    }

    /// Whether one of its NUL-terminated strings is `text`.
    #[inline(never)]
    pub fn has_string(&self, text: &[u8]) -> bool {
        self.value
            .split(|byte| *byte == 0)
            .any(|string| string == text)
    }
}

/// The length that a header at the beginning of `bytes` gives, if it is one.
pub fn length(bytes: &[u8]) -> Option<usize> {
    (word(bytes, 0)? == MAGIC).then_some(word(bytes, 4)? as usize)
}

impl<'a> Fdt<'a> {
    /// Reads the header; `None` if it is none.
    pub fn new(bytes: &'a [u8]) -> Option<Self> {
        let bytes = bytes.get(..length(bytes)?)?;
        let structure = word(bytes, 8)? as usize;
        let strings = word(bytes, 12)? as usize;
        Some(Self {
            bytes,
            structure,
            strings,
        })
    }

    /// The addresses and lengths that firmware wants left alone.
    pub fn reservations(&self) -> impl Iterator<Item = (u64, u64)> + 'a {
        let bytes = self.bytes;
        let start = word(bytes, 16).unwrap_or(0) as usize;
        let long =
            move |at| Some(u64::from(word(bytes, at)?) << 32 | u64::from(word(bytes, at + 4)?));
        (0..64)
            .map_while(move |index| {
                Some((long(start + index * 16)?, long(start + index * 16 + 8)?))
            })
            .take_while(|(_, length)| *length != 0)
    }

    /// Everything in the structure block, in order.
    pub fn items(&self) -> Items<'a> {
        Items {
            tree: *self,
            at: self.structure,
        }
    }
}

/// Goes through the structure block.
#[derive(Clone, Copy, Debug)]
pub struct Items<'a> {
    tree: Fdt<'a>,
    at: usize,
}

impl<'a> Iterator for Items<'a> {
    type Item = Item<'a>;

    fn next(&mut self) -> Option<Item<'a>> {
        let bytes = self.tree.bytes;
        loop {
            let token = word(bytes, self.at)?;
            self.at += 4;
            match token {
                NOP => {}
                BEGIN_NODE => {
                    let name = string(bytes, self.at)?;
                    self.skip(name.len() + 1)?;
                    return Some(Item::Begin(name));
                }
                END_NODE => return Some(Item::End),
                PROPERTY => return self.property(),
                _ => return None,
            }
        }
    }
}

impl<'a> Items<'a> {
    fn property(&mut self) -> Option<Item<'a>> {
        let bytes = self.tree.bytes;
        let length = word(bytes, self.at)? as usize;
        let name_at = self
            .tree
            .strings
            .checked_add(word(bytes, self.at + 4)? as usize)?;
        self.at += 8;
        let value = bytes.get(self.at..self.at.checked_add(length)?)?;
        self.skip(length)?;
        Some(Item::Property(Property {
            name: string(bytes, name_at)?,
            value,
        }))
    }

    fn skip(&mut self, bytes: usize) -> Option<()> {
        self.at = self.at.checked_add(bytes)?.checked_next_multiple_of(4)?;
        Some(())
    }
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    let word = bytes.get(at..at.checked_add(4)?)?;
    Some(u32::from_be_bytes(word.try_into().ok()?))
}

fn string(bytes: &[u8], at: usize) -> Option<&[u8]> {
    let rest = bytes.get(at..)?;
    rest.get(..rest.iter().position(|byte| *byte == 0)?)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use std::vec::Vec;

    /// Writes trees for tests.
    #[derive(Default)]
    pub(crate) struct Writer {
        structure: Vec<u8>,
        strings: Vec<u8>,
    }

    impl Writer {
        pub(crate) fn begin(mut self, name: &str) -> Self {
            self.word(BEGIN_NODE);
            self.structure.extend(name.bytes());
            self.structure.push(0);
            self.pad();
            self
        }

        pub(crate) fn end(mut self) -> Self {
            self.word(END_NODE);
            self
        }

        pub(crate) fn bytes(mut self, name: &str, value: &[u8]) -> Self {
            let name_at = self.strings.len() as u32;
            self.strings.extend(name.bytes());
            self.strings.push(0);
            self.word(PROPERTY);
            self.word(value.len() as u32);
            self.word(name_at);
            self.structure.extend(value);
            self.pad();
            self
        }

        pub(crate) fn cells(self, name: &str, cells: &[u32]) -> Self {
            let value: Vec<u8> = cells.iter().flat_map(|cell| cell.to_be_bytes()).collect();
            self.bytes(name, &value)
        }

        pub(crate) fn finish(mut self) -> Vec<u8> {
            self.word(9);
            let structure = HEADER as u32 + 32;
            let strings = structure + self.structure.len() as u32;
            let total = strings + self.strings.len() as u32;
            let header = [
                MAGIC,
                total,
                structure,
                strings,
                HEADER as u32,
                17,
                16,
                0,
                0,
                0,
            ];
            let mut bytes: Vec<u8> = header.iter().flat_map(|word| word.to_be_bytes()).collect();
            bytes.extend(0x4800_0000u64.to_be_bytes());
            bytes.extend(0x1000u64.to_be_bytes());
            bytes.extend([0; 16]);
            bytes.extend(self.structure);
            bytes.extend(self.strings);
            bytes
        }

        fn word(&mut self, word: u32) {
            self.structure.extend(word.to_be_bytes());
        }

        fn pad(&mut self) {
            self.structure
                .resize(self.structure.len().next_multiple_of(4), 0);
        }
    }

    fn small() -> Vec<u8> {
        Writer::default()
            .begin("")
            .cells("#size-cells", &[2])
            .begin("cpus")
            .bytes("compatible", b"arm,pl011\0arm,primecell\0")
            .end()
            .end()
            .finish()
    }

    #[test]
    fn nodes_and_properties_come_in_order() {
        let bytes = small();
        let items: Vec<_> = Fdt::new(&bytes).unwrap().items().collect();
        assert_eq!(items.len(), 6);
        assert_eq!(items[0], Item::Begin(b""));
        assert_eq!(items[2], Item::Begin(b"cpus"));
        let Item::Property(property) = items[3] else {
            panic!("no property")
        };
        assert_eq!(property.name, b"compatible");
        assert!(property.has_string(b"arm,primecell"));
        assert!(!property.has_string(b"arm"));
    }

    #[test]
    fn reservations_end_at_the_empty_one() {
        let bytes = small();
        let reservations: Vec<_> = Fdt::new(&bytes).unwrap().reservations().collect();
        assert_eq!(reservations, [(0x4800_0000, 0x1000)]);
    }

    #[test]
    fn a_tree_cut_off_anywhere_ends_without_harm() {
        let bytes = small();
        for length in 0..bytes.len() {
            assert!(Fdt::new(&bytes[..length]).is_none());
            let mut damaged = bytes.clone();
            damaged[length] ^= 0xff;
            if let Some(tree) = Fdt::new(&damaged) {
                assert!(tree.items().take(1000).count() < 1000);
            }
        }
    }
}
