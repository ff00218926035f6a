//! A thread's saved registers.
//!
//! Two formats (tag [`Format`]): a system call saves and restores only what its convention keeps, an
//! interrupt or exception saves all. Entry and exit stubs (`trap.S`) read and write the fields by their
//! offsets, so the layout is C's and fields are cells. What each message touches comes first: one cache line.

use core::cell::{Cell, UnsafeCell};
use core::mem::MaybeUninit;
use core::ptr;

use weft_hal::Context;

/// How the registers were saved, hence how the thread is resumed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u64)]
pub enum Format {
    /// All registers; resumed by IRETQ.
    Full = 0,
    /// Arguments, results, instruction and stack pointer, flags; resumed by SYSRET.
    Syscall = 1,
}

/// Flags that user mode starts with: interrupts on, and bit 1, which is always set.
pub const USER_FLAGS: u64 = 0x202;

/// Bytes of the SYSCALL instruction.
const SYSCALL_BYTES: u64 = 2;

/// The number of registers in a dump.
pub const DUMP: usize = 19;

/// Saved user registers.
#[derive(Debug)]
#[repr(C)]
pub struct Registers {
    pub(crate) rip: Cell<u64>,
    pub(crate) rsp: Cell<u64>,
    pub(crate) rflags: Cell<u64>,
    pub(crate) fs_base: Cell<u64>,
    /// `a0 … a7`: rdi, rsi, r12, r13, r14, r15, r8, r9. `a8` is the upper half of rdi.
    pub(crate) arguments: [Cell<u64>; 8],
    pub(crate) rax: Cell<u64>,
    pub(crate) format: Cell<u64>,
    pub(crate) rbx: Cell<u64>,
    pub(crate) rcx: Cell<u64>,
    pub(crate) rdx: Cell<u64>,
    pub(crate) rbp: Cell<u64>,
    pub(crate) r11: Cell<u64>,
    pub(crate) r10: Cell<u64>,
    /// Where vector registers are kept; null: the thread may not use any.
    pub(crate) vectors: Cell<*const Vectors>,
    /// Whether they are there now, and not in the processor.
    pub(crate) saved: Cell<u64>,
}

/// Bytes of all vector registers with AVX-512, as XSAVE lays them out (SDM 1 §13.4).
const VECTOR_BYTES: usize = 2688;

/// Memory for the vector registers of a thread.
#[derive(Debug)]
#[repr(C, align(64))]
pub struct Vectors(UnsafeCell<MaybeUninit<[u8; VECTOR_BYTES]>>);

impl Vectors {
    /// How many bytes there are.
    pub const BYTES: usize = VECTOR_BYTES;

    /// XRSTOR wants zeros in the header where XSAVE writes nothing.
    fn clear_header(&self) {
        const HEADER: core::ops::Range<usize> = 512..576;
        let header = self.0.get().cast::<u8>().wrapping_add(HEADER.start);
        // SAFETY:
        // 1. the header is inside; nobody else uses it, because the thread that it belongs to does not run.
        unsafe { header.write_bytes(0, HEADER.len()) };
    }
}

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
            arguments: Default::default(),
            rax: Cell::new(0),
            rbx: Cell::new(0),
            rcx: Cell::new(0),
            rdx: Cell::new(0),
            rbp: Cell::new(0),
            r11: Cell::new(0),
            r10: Cell::new(0),
            rip: Cell::new(0),
            rsp: Cell::new(0),
            rflags: Cell::new(USER_FLAGS),
            fs_base: Cell::new(0),
            format: Cell::new(Format::Full as u64),
            vectors: Cell::new(ptr::null()),
            saved: Cell::new(0),
        }
    }
}

impl Registers {
    fn is_minimal(&self) -> bool {
        self.format.get() == Format::Syscall as u64
    }

    /// Replaces an instruction pointer that is not canonical by 0: IRETQ to one would fault in the kernel.
    pub(crate) fn sanitise_ip(&self) {
        if !is_canonical(self.rip.get()) {
            self.rip.set(0);
        }
    }
}

/// Whether bits 47 to 63 are equal.
pub const fn is_canonical(address: u64) -> bool {
    matches!((address as i64) >> 47, 0 | -1)
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
        kept.inspect(|vectors| vectors.clear_header());
        self.vectors.set(kept.map_or(ptr::null(), ptr::from_ref));
        self.saved.set(0);
    }

    fn number(&self) -> u64 {
        self.rax.get()
    }

    #[inline(always)]
    fn argument(&self, index: usize) -> u64 {
        const POINTER: u64 = 0xffff_ffff;
        match index {
            0 => self.arguments[0].get() & POINTER,
            8 => self.arguments[0].get() >> 32,
            _ => self.arguments.get(index).map_or(0, Cell::get),
        }
    }

    #[inline(always)]
    fn set_argument(&self, index: usize, value: u64) {
        if let Some(register) = self.arguments.get(index) {
            register.set(value);
        }
    }

    fn set_status(&self, status: u64) {
        self.rax.set(status);
    }

    /// What a system call does not save is cleared by the way back, and not shown by `dump`.
    #[inline(always)]
    fn clear_scratch(&self) {}

    fn repeat_syscall(&self) {
        self.rip.set(self.rip.get().wrapping_sub(SYSCALL_BYTES));
        self.sanitise_ip();
    }

    fn start(&self, ip: u64, sp: u64, arguments: [u64; 2], thread_block: u64) {
        self.rip.set(user_address(ip));
        self.rsp.set(user_address(sp));
        self.set_argument(0, arguments[0]);
        self.set_argument(1, arguments[1]);
        self.fs_base.set(user_address(thread_block));
        self.rflags.set(USER_FLAGS);
    }

    fn ip(&self) -> u64 {
        self.rip.get()
    }

    fn sp(&self) -> u64 {
        self.rsp.get()
    }

    fn flags(&self) -> u64 {
        self.rflags.get()
    }

    /// In the order rax rbx rcx rdx rsi rdi rbp rsp r8 … r15 rip rflags fs_base. What a system call did not
    /// save reads as 0.
    fn dump(&self, index: usize) -> Option<u64> {
        let [rdi, rsi, r12, r13, r14, r15, r8, r9] = &self.arguments;
        let order: [&Cell<u64>; DUMP] = [
            &self.rax,
            &self.rbx,
            &self.rcx,
            &self.rdx,
            rsi,
            rdi,
            &self.rbp,
            &self.rsp,
            r8,
            r9,
            &self.r10,
            &self.r11,
            r12,
            r13,
            r14,
            r15,
            &self.rip,
            &self.rflags,
            &self.fs_base,
        ];
        let unsaved = self.is_minimal() && matches!(index, 1..=3 | 6 | 10 | 11);
        order
            .get(index)
            .map(|register| if unsaved { 0 } else { register.get() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_thread_has_only_interrupts_enabled() {
        let registers = Registers::default();
        let dump: std::vec::Vec<_> = (0..DUMP)
            .filter_map(|index| registers.dump(index))
            .collect();
        assert_eq!(dump.len(), DUMP);
        assert!(
            dump.iter()
                .enumerate()
                .all(|(index, value)| index == 17 || *value == 0)
        );
        assert_eq!(registers.flags(), USER_FLAGS);
        assert_eq!(registers.dump(DUMP), None);
    }

    #[test]
    fn a_thread_starts_at_user_addresses_with_clean_flags() {
        let registers = Registers::default();
        registers.rflags.set(!0);
        for address in [
            0x7fff_ffff_f000,
            0x8000_0000_0000,
            0xffff_8000_0000_0000,
            u64::MAX,
        ] {
            registers.start(address, address, [1, 2], address);
            assert_eq!(
                (registers.ip(), registers.sp(), registers.dump(18)),
                (0, 0, Some(0))
            );
        }
        registers.start(0x20_0000, 0x7fff_ffff_e000, [1, 2], 0x1000);
        assert_eq!(
            (registers.ip(), registers.sp()),
            (0x20_0000, 0x7fff_ffff_e000)
        );
        assert_eq!((registers.argument(0), registers.argument(1)), (1, 2));
        assert_eq!(registers.flags(), USER_FLAGS);
    }

    #[test]
    fn a_repeated_system_call_goes_back_to_its_instruction() {
        let registers = Registers::default();
        registers.rip.set(0x1002);
        registers.repeat_syscall();
        assert_eq!(registers.ip(), 0x1000);
    }

    #[test]
    fn an_instruction_pointer_that_is_not_canonical_becomes_0() {
        let registers = Registers::default();
        for bad in [0x8000_0000_0000, 0xffff_7fff_ffff_ffff, 1 << 63] {
            registers.rip.set(bad);
            registers.sanitise_ip();
            assert_eq!(registers.ip(), 0);
        }
        for good in [0x7fff_ffff_ffff, 0xffff_8000_0000_0000] {
            registers.rip.set(good);
            registers.sanitise_ip();
            assert_eq!(registers.ip(), good);
        }
    }

    #[test]
    fn what_a_system_call_did_not_save_is_not_shown() {
        let registers = Registers::default();
        registers.rbx.set(5);
        assert_eq!(registers.dump(1), Some(5));
        registers.format.set(Format::Syscall as u64);
        assert_eq!(registers.dump(1), Some(0));
    }

    #[test]
    fn the_ninth_argument_is_the_upper_half_of_the_first_register() {
        let registers = Registers::default();
        registers.set_argument(0, 9 << 32 | 5);
        registers.set_argument(8, 7);
        registers.set_argument(9, 7);
        assert_eq!((registers.argument(0), registers.argument(8)), (5, 9));
        assert_eq!(
            (registers.argument(9), registers.dump(5)),
            (0, Some(9 << 32 | 5))
        );
    }
}
