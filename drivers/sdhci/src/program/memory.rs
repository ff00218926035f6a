//! The registers and the descriptors' memory, as mapped.

use libipc::Startup;
use libipc::abi::startup::EntryKind;
use weft_mmio::Dma;

use crate::{Register, Registers, Table};

/// The registers in memory.
#[derive(Clone, Copy, Debug)]
pub struct Memory(pub(super) weft_mmio::Registers);

impl Registers for Memory {
    fn read(&self, register: Register) -> u32 {
        self.0.read32(register as usize)
    }

    fn write(&self, register: Register, value: u32) {
        self.0.write32(register as usize, value);
    }
}

/// The memory named `table`, if there is any.
#[derive(Debug)]
pub struct Descriptors(Option<Dma>);

impl Descriptors {
    pub(super) fn open(env: &Startup) -> Self {
        let is_given = env.find(EntryKind::Dma, "table").is_some();
        Self(
            is_given
                .then(|| Dma::open(env, "table").ok())
                .flatten()
                .flatten(),
        )
    }
}

impl Table for Descriptors {
    fn length(&self) -> usize {
        self.0
            .map_or(0, |memory| memory.length() / size_of::<u64>())
    }

    fn physical(&self) -> Option<u32> {
        self.0
            .and_then(|memory| u32::try_from(memory.physical(0)).ok())
    }

    fn write(&self, index: usize, descriptor: u64) {
        if let Some(memory) = self.0 {
            memory.write64(index * size_of::<u64>(), descriptor);
        }
    }

    fn barrier(&self) {
        weft_mmio::barrier();
    }
}
