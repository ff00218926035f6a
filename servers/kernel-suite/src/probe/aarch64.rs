//! Probes of aarch64. Numbers of registers are those of the kernel's dump.

use core::arch::global_asm;

use super::probes;

global_asm!(include_str!("aarch64.S"));

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
    /// Reads a register of the kernel.
    SYSTEM_REGISTER probe_system_register;
}

/// The kernel's text, which is where the linker script puts it.
pub(crate) const KERNEL_TEXT: u64 = 0xffff_ffff_8004_0000;

/// Registers that [`FILLED_LOOP`] fills, and with what.
pub(crate) const FILLED: [(usize, u64); 7] = [
    (1, 1),
    (9, 9),
    (10, 10),
    (18, 18),
    (19, 19),
    (29, 29),
    (30, 30),
];

/// Registers that hold nothing after a system call.
pub(crate) const CLEARED: [usize; 5] = [3, 18, 19, 29, 30];

/// The dump does not show the thread block.
pub(crate) const THREAD_BLOCK_REGISTER: Option<usize> = None;
