//! The PVH start information: what the firmware says of memory, the boot image and ACPI.
//!
//! Layout from Xen's `public/arch-x86/hvm/start_info.h`, version 1. Everything is read through
//! [`Physical`], so that a wrong address gives an error and tests need no machine.

use weft_early::region::Range;

/// Reads physical memory before it is reused.
pub trait Physical {
    /// The little-endian 32-bit value at `address`; `None` if it cannot be reached.
    fn u32(&self, address: u64) -> Option<u32>;

    /// The byte at `address`; `None` if it cannot be reached.
    fn u8(&self, address: u64) -> Option<u8>;

    /// The little-endian 64-bit value at `address`.
    // One copy, for size.
    #[inline(never)]
    fn u64(&self, address: u64) -> Option<u64> {
        let low = self.u32(address)?;
        let high = self.u32(address.checked_add(4)?)?;
        Some(u64::from(low) | (u64::from(high) << 32))
    }
}

/// `hvm_start_info.magic`.
const MAGIC: u32 = 0x336e_c578;
/// `hvm_memmap_table_entry.type` of usable memory.
const RAM: u32 = 1;
/// Greatest number of memory-map entries that are read.
const MAX_ENTRIES: u64 = 128;

/// Why the start information cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StartError {
    /// The magic number is wrong or the structure out of reach.
    NotStartInfo,
    /// Version 0 has no memory map.
    NoMemoryMap,
    /// No module was loaded (QEMU: `-initrd`).
    NoImage,
    /// A list points outside of memory.
    OutOfReach,
}

impl StartError {
    /// One sentence for people.
    pub const fn text(self) -> &'static str {
        match self {
            Self::NotStartInfo => "the loader gave no PVH start information",
            Self::NoMemoryMap => "the loader gave no memory map",
            Self::NoImage => "the loader gave no boot image (QEMU: -initrd FILE)",
            Self::OutOfReach => "a list in the PVH start information is out of reach",
        }
    }
}

/// One entry of the memory map.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MemoryEntry {
    /// Its addresses.
    pub range: Range,
    /// Whether it is usable memory.
    pub usable: bool,
}

/// The start information, checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StartInfo {
    /// The boot image.
    pub image: Range,
    /// Physical address of the ACPI root pointer; 0 if there is none.
    pub rsdp: u64,
    map: u64,
    entries: u64,
}

impl StartInfo {
    /// Reads the structure at `address`.
    pub fn read(memory: &impl Physical, address: u64) -> Result<Self, StartError> {
        if memory.u32(address) != Some(MAGIC) {
            return Err(StartError::NotStartInfo);
        }
        let word = |offset| memory.u32(address + offset).ok_or(StartError::OutOfReach);
        let long = |offset| memory.u64(address + offset).ok_or(StartError::OutOfReach);
        if word(4)? == 0 {
            return Err(StartError::NoMemoryMap);
        }
        let (modules, list) = (word(12)?, long(16)?);
        let (rsdp, map, entries) = (long(32)?, long(40)?, u64::from(word(48)?));
        if modules == 0 {
            return Err(StartError::NoImage);
        }
        let start = memory.u64(list).ok_or(StartError::OutOfReach)?;
        let length = memory.u64(list + 8).ok_or(StartError::OutOfReach)?;
        if entries == 0 || map == 0 {
            return Err(StartError::NoMemoryMap);
        }
        let image = Range::sized(start, length);
        Ok(Self {
            image,
            rsdp,
            map,
            entries: entries.min(MAX_ENTRIES),
        })
    }

    /// The memory map's entries, as far as they can be reached.
    pub fn memory<'a>(
        &self,
        memory: &'a impl Physical,
    ) -> impl Iterator<Item = MemoryEntry> + Clone + 'a {
        let map = self.map;
        (0..self.entries).map_while(move |index| {
            let at = map.checked_add(index * 24)?;
            let range = Range::sized(memory.u64(at)?, memory.u64(at + 8)?);
            Some(MemoryEntry {
                range,
                usable: memory.u32(at + 16)? == RAM,
            })
        })
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use std::vec::Vec;

    /// Bytes that lie at a physical address.
    pub(crate) struct Bytes {
        pub(crate) base: u64,
        pub(crate) bytes: Vec<u8>,
    }

    impl Physical for Bytes {
        fn u32(&self, address: u64) -> Option<u32> {
            let at = usize::try_from(address.checked_sub(self.base)?).ok()?;
            let bytes = self.bytes.get(at..at.checked_add(4)?)?;
            Some(u32::from_le_bytes(bytes.try_into().ok()?))
        }

        fn u8(&self, address: u64) -> Option<u8> {
            let at = usize::try_from(address.checked_sub(self.base)?).ok()?;
            self.bytes.get(at).copied()
        }
    }

    fn machine() -> Bytes {
        let mut bytes = Vec::new();
        let mut words = |values: &[u32]| {
            bytes.extend(values.iter().flat_map(|value| value.to_le_bytes()));
        };
        words(&[MAGIC, 1, 0, 1]);
        words(&[
            0x1000 + 64,
            0,
            0,
            0,
            0xf_5000,
            0,
            0x1000 + 96,
            0,
            2,
            0,
            0,
            0,
        ]);
        words(&[0x20_0000, 0, 0x1234, 0, 0, 0, 0, 0]);
        words(&[0, 0, 0x9_fc00, 0, 1, 0]);
        words(&[0xb000_0000, 0, 0x1000_0000, 0, 2, 0]);
        Bytes {
            base: 0x1000,
            bytes,
        }
    }

    #[test]
    fn image_root_pointer_and_memory_map_are_found() {
        let machine = machine();
        let info = StartInfo::read(&machine, 0x1000).unwrap();
        assert_eq!(
            info.image,
            Range {
                start: 0x20_0000,
                end: 0x20_1234
            }
        );
        assert_eq!(info.rsdp, 0xf_5000);
        let entries: Vec<_> = info.memory(&machine).collect();
        assert_eq!(
            entries,
            [
                MemoryEntry {
                    range: Range {
                        start: 0,
                        end: 0x9_fc00
                    },
                    usable: true
                },
                MemoryEntry {
                    range: Range {
                        start: 0xb000_0000,
                        end: 0xc000_0000
                    },
                    usable: false
                },
            ]
        );
    }

    #[test]
    fn a_wrong_magic_number_is_refused() {
        let mut machine = machine();
        machine.bytes[0] ^= 1;
        assert_eq!(
            StartInfo::read(&machine, 0x1000),
            Err(StartError::NotStartInfo)
        );
    }

    #[test]
    fn a_missing_image_is_named() {
        let mut machine = machine();
        machine.bytes[12] = 0;
        assert_eq!(StartInfo::read(&machine, 0x1000), Err(StartError::NoImage));
    }

    #[test]
    fn version_0_has_no_memory_map() {
        let mut machine = machine();
        machine.bytes[4] = 0;
        assert_eq!(
            StartInfo::read(&machine, 0x1000),
            Err(StartError::NoMemoryMap)
        );
    }

    #[test]
    fn a_map_that_ends_early_gives_what_is_there() {
        let mut machine = machine();
        let length = machine.bytes.len();
        machine.bytes.truncate(length - 8);
        let info = StartInfo::read(&machine, 0x1000).unwrap();
        assert_eq!(info.memory(&machine).count(), 1);
    }
}
