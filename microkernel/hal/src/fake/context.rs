//! Saved registers as cells.

use core::cell::Cell;

use weft_abi::syscall::ARGUMENTS;

use crate::Context;

/// The registers of a fake thread. A test writes number and arguments before it raises the system-call trap.
#[derive(Debug, Default)]
pub struct FakeContext {
    /// The number's register.
    pub number: Cell<u64>,
    /// The argument registers.
    pub arguments: [Cell<u64>; ARGUMENTS],
    /// The status register; `None` until the kernel sets it.
    pub status: Cell<Option<u64>>,
    /// How often the kernel asked for the call to be repeated.
    pub repeats: Cell<u32>,
    /// Whether scratch registers hold what the thread left there.
    pub scratch_dirty: Cell<bool>,
    /// The instruction pointer.
    pub ip: Cell<u64>,
    /// The stack pointer.
    pub sp: Cell<u64>,
    /// The thread-block register.
    pub thread_block: Cell<u64>,
    /// Whether vector registers may be used.
    pub has_vectors: Cell<bool>,
    /// How often they were set to what they begin with.
    pub fresh_vectors: Cell<u32>,
}

/// Memory for the vector registers of a fake thread, which has none.
#[derive(Debug, Default)]
pub struct FakeVectors;

impl FakeContext {
    /// Registers as they are in a system call.
    pub fn request(&self, number: u64, arguments: &[u64]) {
        self.number.set(number);
        self.status.set(None);
        self.scratch_dirty.set(true);
        for (register, value) in self.arguments.iter().zip(arguments) {
            register.set(*value);
        }
    }
}

impl Context for FakeContext {
    type Vectors = FakeVectors;

    fn set_vectors(&self, kept: Option<&FakeVectors>) {
        self.has_vectors.set(kept.is_some());
        let times = self.fresh_vectors.get().wrapping_add(1);
        self.fresh_vectors.set(times);
    }

    fn number(&self) -> u64 {
        self.number.get()
    }

    fn argument(&self, index: usize) -> u64 {
        self.arguments.get(index).map_or(0, Cell::get)
    }

    fn set_argument(&self, index: usize, value: u64) {
        if let Some(register) = self.arguments.get(index) {
            register.set(value);
        }
    }

    fn set_status(&self, status: u64) {
        self.status.set(Some(status));
    }

    fn clear_scratch(&self) {
        self.scratch_dirty.set(false);
    }

    fn repeat_syscall(&self) {
        self.repeats.set(self.repeats.get().wrapping_add(1));
    }

    fn start(&self, ip: u64, sp: u64, arguments: [u64; 2], thread_block: u64) {
        self.ip.set(ip);
        self.sp.set(sp);
        self.thread_block.set(thread_block);
        for (index, value) in arguments.into_iter().enumerate() {
            self.set_argument(index, value);
        }
    }

    fn ip(&self) -> u64 {
        self.ip.get()
    }

    fn sp(&self) -> u64 {
        self.sp.get()
    }

    fn flags(&self) -> u64 {
        0x202
    }

    fn dump(&self, index: usize) -> Option<u64> {
        match index {
            0 => Some(self.ip.get()),
            1 => Some(self.sp.get()),
            _ => self.arguments.get(index.checked_sub(2)?).map(Cell::get),
        }
    }
}
