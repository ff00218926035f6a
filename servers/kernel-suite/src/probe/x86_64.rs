//! Probes of x86_64. Numbers of registers are those of the kernel's dump.

use core::arch::global_asm;

use super::probes;

global_asm!(include_str!("x86_64.S"));

probes! {
    /// Writes to address 0.
    WRITE_NULL probe_write_null;
    /// Does not exist.
    UNDEFINED probe_undefined;
    /// Jumps to the stack.
    EXECUTE_STACK probe_execute_stack;
    /// Writes to its own instructions.
    WRITE_TEXT probe_write_text;
    /// Reads the kernel's memory at the argument.
    READ_ARGUMENT probe_read_argument;
    /// Writes there.
    WRITE_ARGUMENT probe_write_argument;
    /// Jumps there.
    JUMP_ARGUMENT probe_jump_argument;
    /// A breakpoint.
    BREAKPOINT probe_breakpoint;
    /// Makes system call 255.
    BAD_CALL probe_bad_call;
    /// A vector instruction.
    VECTOR probe_vector;
    /// Fills registers, counts the argument down, then does not exist.
    FILLED_LOOP probe_filled_loop;
    /// Fills the registers that a system call destroys, makes one, then does not exist.
    FILLED_CALL probe_filled_call;
    /// For ever.
    LOOP probe_loop;
    /// Answers each call with its first word plus 1; can run at any address.
    SERVER probe_server;
    /// The end of the server.
    SERVER_END probe_server_end;
    /// Divides by 0.
    DIVIDE probe_divide;
    /// Masks interrupts.
    CLI probe_cli;
    /// Halts.
    HLT probe_hlt;
    /// Reads a port.
    IN probe_in;
    /// Calls interrupt 0x80.
    INT_80 probe_int_80;
    /// An x87 instruction.
    X87 probe_x87;
    /// An MMX instruction.
    MMX probe_mmx;
    /// An AVX instruction.
    AVX probe_avx;
    /// Returns to an address that is not canonical.
    RETURN_NOT_CANONICAL probe_return_not_canonical;
    /// Steps one instruction.
    STEP probe_step;
    /// Makes a system call with DF, AC and NT set, copies the flags to rdi.
    STRANGE_FLAGS probe_strange_flags;
}

/// The kernel's text, which is where the linker script puts it.
pub(crate) const KERNEL_TEXT: u64 = 0xffff_ffff_8014_0000;

/// Registers that [`FILLED_LOOP`] fills, and with what.
pub(crate) const FILLED: [(usize, u64); 13] = [
    (0, 0x1111),
    (1, 0x2222),
    (2, 0x3333),
    (3, 4),
    (4, 5),
    (6, 7),
    (8, 8),
    (9, 9),
    (10, 10),
    (11, 11),
    (12, 12),
    (14, 14),
    (15, 15),
];

/// Registers that hold nothing after a system call.
pub(crate) const CLEARED: [usize; 3] = [1, 6, 10];

/// The register that holds the thread block in a dump.
pub(crate) const THREAD_BLOCK_REGISTER: Option<usize> = Some(18);
