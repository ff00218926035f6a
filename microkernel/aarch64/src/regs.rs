//! A thread's saved registers.
//!
//! Two formats (tag [`Format`]): a system call saves and restores only what its convention keeps, an
//! interrupt or exception saves all. Entry and exit stubs (`trap.S`) read and write the fields by their
//! offsets, so the layout is C's and fields are cells.

use core::cell::{Cell, UnsafeCell};
use core::mem::MaybeUninit;
use core::ptr;

use weft_hal::Context;

/// How the registers were saved, hence how the thread is resumed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u64)]
pub enum Format {
    /// x0, x1, x8, x20 to x25, instruction and stack pointer, flags.
    Syscall = 0,
    /// All registers.
    Full = 1,
}

/// Bytes of the SVC instruction.
const SVC_BYTES: u64 = 4;
/// The register of the system call's number and status.
const NUMBER: usize = 8;
/// What of SPSR user mode may choose: the condition flags. The rest is 0: EL0, AArch64, nothing masked.
const FLAGS: u64 = 0xf << 28;
/// The number of registers in a dump.
pub const DUMP: usize = 34;

/// Saved user registers.
#[derive(Debug)]
#[repr(C)]
pub struct Registers {
    pub(crate) x: [Cell<u64>; 31],
    /// Whether vector registers are in memory now, and not in the processor.
    pub(crate) saved: Cell<u64>,
    /// From here on what every system call touches: one cache line.
    pub(crate) format: Cell<u64>,
    pub(crate) sp: Cell<u64>,
    pub(crate) thread_block: Cell<u64>,
    pub(crate) elr: Cell<u64>,
    pub(crate) spsr: Cell<u64>,
    /// Where vector registers are kept; null: the thread may not use any.
    pub(crate) vectors: Cell<*const Vectors>,
}

/// Bytes of q0 to q31, FPCR and FPSR.
const VECTOR_BYTES: usize = 32 * 16 + 2 * 8;

/// Memory for the vector registers of a thread.
#[derive(Debug)]
#[repr(C, align(16))]
pub struct Vectors(UnsafeCell<MaybeUninit<[u8; VECTOR_BYTES]>>);

impl Default for Vectors {
    #[inline(always)]
    fn default() -> Self {
        Self(UnsafeCell::new(MaybeUninit::uninit()))
    }
}

impl Default for Registers {
    #[inline(always)]
    fn default() -> Self {
        Self {
            x: Default::default(),
            sp: Cell::new(0),
            elr: Cell::new(0),
            spsr: Cell::new(0),
            thread_block: Cell::new(0),
            format: Cell::new(Format::Full as u64),
            vectors: Cell::new(ptr::null()),
            saved: Cell::new(0),
        }
    }
}

impl Registers {
    /// The register of an argument: x0, x1, x20 to x25. The ninth is the upper half of x0.
    fn register(&self, index: usize) -> Option<&Cell<u64>> {
        match index {
            0..=1 => self.x.get(index),
            2..=7 => self.x.get(18 + index),
            _ => None,
        }
    }

    fn is_minimal(&self) -> bool {
        self.format.get() == Format::Syscall as u64
    }
}

/// `address` if user mode may own it, else 0.
const fn user_address(address: u64) -> u64 {
    if address < weft_abi::layout::USER_END {
        address
    } else {
        0
    }
}

impl Context for Registers {
    type Vectors = Vectors;

    fn set_vectors(&self, kept: Option<&Vectors>) {
        self.vectors.set(kept.map_or(ptr::null(), ptr::from_ref));
        self.saved.set(0);
    }

    fn number(&self) -> u64 {
        self.x[NUMBER].get()
    }

    #[inline(always)]
    fn argument(&self, index: usize) -> u64 {
        const POINTER: u64 = 0xffff_ffff;
        match index {
            0 => self.x[0].get() & POINTER,
            8 => self.x[0].get() >> 32,
            _ => self.register(index).map_or(0, Cell::get),
        }
    }

    #[inline(always)]
    fn set_argument(&self, index: usize, value: u64) {
        if let Some(register) = self.register(index) {
            register.set(value);
        }
    }

    fn set_status(&self, status: u64) {
        self.x[NUMBER].set(status);
    }

    /// What a system call does not save is cleared by the way back, and not shown by `dump`.
    #[inline(always)]
    fn clear_scratch(&self) {}

    fn repeat_syscall(&self) {
        self.elr.set(self.elr.get().wrapping_sub(SVC_BYTES));
    }

    fn start(&self, ip: u64, sp: u64, arguments: [u64; 2], thread_block: u64) {
        self.elr.set(user_address(ip));
        self.sp.set(user_address(sp));
        self.set_argument(0, arguments[0]);
        self.set_argument(1, arguments[1]);
        self.thread_block.set(user_address(thread_block));
        self.spsr.set(0);
    }

    fn ip(&self) -> u64 {
        self.elr.get()
    }

    fn sp(&self) -> u64 {
        self.sp.get()
    }

    fn flags(&self) -> u64 {
        self.spsr.get() & FLAGS
    }

    /// In the order x0 … x30 sp pc flags. What a system call did not save reads as 0.
    fn dump(&self, index: usize) -> Option<u64> {
        let unsaved = self.is_minimal() && matches!(index, 2..=7 | 9..=19 | 26..=30);
        match index {
            _ if unsaved => Some(0),
            31 => Some(self.sp()),
            32 => Some(self.ip()),
            33 => Some(self.flags()),
            _ => self.x.get(index).map(Cell::get),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_thread_has_nothing_in_its_registers() {
        let registers = Registers::default();
        assert_eq!(
            (0..DUMP)
                .filter_map(|index| registers.dump(index))
                .sum::<u64>(),
            0
        );
        assert_eq!(registers.dump(DUMP), None);
    }

    #[test]
    fn the_ninth_argument_is_the_upper_half_of_x0_and_the_status_x8() {
        let registers = Registers::default();
        registers.set_argument(0, 9 << 32 | 5);
        registers.set_argument(8, 7);
        registers.set_status(3);
        assert_eq!((registers.argument(0), registers.argument(8)), (5, 9));
        assert_eq!((registers.argument(9), registers.number()), (0, 3));
    }

    #[test]
    fn a_thread_starts_at_user_addresses_with_clean_flags() {
        let registers = Registers::default();
        registers.spsr.set(!0);
        registers.start(0xffff_8000_0000_0000, u64::MAX, [1, 2], 1 << 63);
        assert_eq!(
            (registers.ip(), registers.sp(), registers.thread_block.get()),
            (0, 0, 0)
        );
        assert_eq!(registers.spsr.get(), 0);
        registers.start(0x20_0000, 0x1000, [1, 2], 0x3000);
        assert_eq!(
            (registers.ip(), registers.sp(), registers.argument(1)),
            (0x20_0000, 0x1000, 2)
        );
    }

    #[test]
    fn a_repeated_system_call_goes_back_to_its_instruction() {
        let registers = Registers::default();
        registers.elr.set(0x1004);
        registers.repeat_syscall();
        assert_eq!(registers.ip(), 0x1000);
    }

    #[test]
    fn what_a_system_call_did_not_save_is_not_shown() {
        let registers = Registers::default();
        registers.x[19].set(5);
        assert_eq!(registers.dump(19), Some(5));
        registers.format.set(Format::Syscall as u64);
        assert_eq!(registers.dump(19), Some(0));
    }
}
