//! The instructions that were translated, each once however often its code is translated again.

use std::collections::HashMap;

use crate::class::Decoded;
use crate::decode::Architecture;

/// The number of an instruction in the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Index(pub usize);

/// An instruction at its place.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Instruction {
    /// Its virtual address.
    pub address: u64,
    /// A number that stands for its physical address: equal for two only if that is equal, and with the same
    /// place in its page.
    pub memory: u64,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// The length of the lines that are counted.
pub const LINE: u64 = 64;

impl Instruction {
    /// The lines that it is in.
    pub fn lines(&self) -> impl Iterator<Item = u64> {
        let length = u64::try_from(self.bytes.len()).unwrap_or(u64::MAX);
        lines(self.memory, length)
    }

    /// Whose code it is.
    pub fn side(&self) -> Side {
        Side::of(self.address)
    }
}

/// Whose code an instruction is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Side {
    /// A process.
    User,
    /// The kernel.
    Kernel,
}

impl Side {
    /// Whose an address is. Both architectures give the kernel the upper half.
    pub fn of(address: u64) -> Self {
        match address >> 63 {
            0 => Self::User,
            _ => Self::Kernel,
        }
    }
}

/// The lines of a range of at least one byte.
pub fn lines(start: u64, bytes: u64) -> impl Iterator<Item = u64> {
    start / LINE..=start.wrapping_add(bytes.max(1) - 1) / LINE
}

/// The table.
#[derive(Debug, Default)]
pub struct Table {
    all: Vec<(Instruction, Decoded)>,
    known: HashMap<Instruction, Index>,
}

impl Table {
    /// The number of an instruction, which is new or known, and what it is.
    pub fn add(
        &mut self,
        architecture: Architecture,
        instruction: Instruction,
    ) -> (Index, Decoded) {
        if let Some(index) = self.known.get(&instruction) {
            return (*index, self.all[index.0].1);
        }
        let index = Index(self.all.len());
        let decoded = architecture.decode(&instruction.bytes);
        self.all.push((instruction.clone(), decoded));
        self.known.insert(instruction, index);
        (index, decoded)
    }

    /// An instruction by its number.
    pub fn get(&self, index: Index) -> (&Instruction, Decoded) {
        let (instruction, decoded) = &self.all[index.0];
        (instruction, *decoded)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nop(address: u64) -> Instruction {
        Instruction {
            address,
            memory: address,
            bytes: vec![0x90],
        }
    }

    #[test]
    fn a_translation_made_again_is_the_same_instruction() {
        let mut table = Table::default();
        let (first, _) = table.add(Architecture::X86_64, nop(1));
        let (second, _) = table.add(Architecture::X86_64, nop(2));
        assert_ne!(first, second);
        assert_eq!(table.add(Architecture::X86_64, nop(1)).0, first);
        assert_eq!(table.get(second).0.address, 2);
    }

    #[test]
    fn ranges_touch_the_lines_of_all_their_bytes() {
        assert_eq!(lines(0, 64).collect::<Vec<_>>(), [0]);
        assert_eq!(lines(60, 8).collect::<Vec<_>>(), [0, 1]);
        assert_eq!(lines(64, 1).collect::<Vec<_>>(), [1]);
    }

    #[test]
    fn the_upper_half_is_the_kernels() {
        assert_eq!(nop(0xffff_ffff_8000_0000).side(), Side::Kernel);
        assert_eq!(nop(0x7fff_ffff_f000).side(), Side::User);
    }
}
