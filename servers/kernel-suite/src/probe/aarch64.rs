//! Probes of aarch64. Numbers of registers are those of the kernel's dump.

use core::arch::global_asm;
use core::ops::Range;

use super::{MESSAGE, OWN, Probe, SECRET, probes};

global_asm!(
    include_str!("aarch64.S"),
    SECRET = const SECRET,
    OWN = const OWN,
    MESSAGE = const MESSAGE,
);

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
    /// Reads memory at the argument, again and again.
    READ_LOOP probe_read_loop;
    /// Writes there, again and again.
    WRITE_LOOP probe_write_loop;
    /// Answers each call with its first word plus 1; can run at any address.
    SERVER probe_server;
    /// The end of the server.
    SERVER_END probe_server_end;
    /// Fills all registers with [`SECRET`] before each system call that it makes; can run at any address.
    FILL probe_fill;
    /// The end of it.
    FILL_END probe_fill_end;
    /// Makes a system call, writes all registers to its stack, then does not exist.
    LOOK probe_look;
    /// As it, after it has used a vector register.
    LOOK_USED probe_look_used;
    /// Fills all registers with [`OWN`], counts the argument down, writes all registers to its stack, then does not exist.
    KEEP probe_keep;
    /// A vector instruction, and one of vectors of any length (SVE).
    SCALABLE probe_scalable;
    /// A vector instruction, and one that begins with matrices (SME).
    STREAMING probe_streaming;
    /// Reads the counter of cycles, then does not exist.
    COUNT_CYCLES probe_count_cycles;
    /// Reads that of virtual time and its rate, then does not exist.
    COUNT_TIME probe_count_time;
    /// Reads a counter in each turn of a loop, then does not exist. The stack pointer of this and all that follow is 16 times the
    /// number of turns, and they can run at any address.
    COUNT_SPIN probe_count_spin;
    /// As it, and yields in each turn.
    COUNT_YIELD probe_count_yield;
    /// A loop, then reads a counter, then does not exist.
    SPIN_COUNT probe_spin_count;
    /// As it, and yields in each turn.
    YIELD_COUNT probe_yield_count;
    /// Reads a counter, then calls through the first capability.
    COUNT_CALL probe_count_call;
    /// Receives there, with the second as reply object, then reads a counter, then does not exist.
    CALLED_COUNT probe_called_count;
    /// Reads what is closed to all programs.
    NO_COUNT probe_no_count;
    /// The end of all these.
    COUNT_END probe_count_end;
    /// Reads a register of the kernel.
    SYSTEM_REGISTER probe_system_register;
}

/// Those that read counters once and do nothing else.
pub(crate) const COUNT: [Probe; 2] = [COUNT_CYCLES, COUNT_TIME];

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

/// What [`LOOK`] and [`KEEP`] write: where x0 to x30 are, the flags, TPIDR_EL0 and TPIDRRO_EL0, q0 to q31, FPCR and FPSR.
const GENERAL: Range<usize> = 0..31;
const FLAGS: usize = 31;
const THREAD_BLOCKS: Range<usize> = 32..34;
const VECTORS: Range<usize> = 64..128;
/// That in which LOOK_USED puts ones before its system call: a thread that is interrupted between the two may find them again.
const USED: Range<usize> = 78..80;
const CONTROL: usize = 128;
const STATUS: usize = 129;

/// The first register (its place) that holds what it cannot have from its own thread, where general registers may hold
/// what is `allowed`; vector registers are as a reset leaves them. The flags
/// are the own program's, which has counted down to 0.
pub(crate) fn stranger(dump: &[u64], allowed: fn(u64) -> bool) -> Option<usize> {
    const ZERO_WITHOUT_BORROW: u64 = 3 << 29;
    let general = GENERAL.filter(|at| dump[*at] != 0 && !allowed(dump[*at]));
    let zero = THREAD_BLOCKS.chain(VECTORS).chain(CONTROL..STATUS + 1);
    let own = |at: &usize| USED.contains(at) && dump[*at] == u64::MAX;
    let zero = zero.filter(|at| dump[*at] != 0 && !own(at));
    let flags = [FLAGS].into_iter();
    let flags = flags.filter(|at| dump[*at] != ZERO_WITHOUT_BORROW);
    general.chain(zero).chain(flags).next()
}

/// The first register (its place) that does not hold what [`KEEP`] put there.
pub(crate) fn lost(dump: &[u64]) -> Option<usize> {
    // x0 was counted down; TPIDR_EL0 is the thread block, whatever a program writes there.
    let own = (1..31).chain(VECTORS);
    let own = own.filter(|at| dump[*at] != OWN);
    let control = [(CONTROL, 0x40_0000), (STATUS, 1)].into_iter();
    let control = control.filter(|(at, value)| dump[*at] != *value);
    own.chain(control.map(|(at, _)| at)).next()
}
