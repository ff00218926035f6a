//! Probes of x86_64. Numbers of registers are those of the kernel's dump.

use core::arch::global_asm;
use core::ops::Range;

use super::{MESSAGE, OWN, Probe, SECRET, probes};

global_asm!(
    include_str!("x86_64.S"),
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
    /// Reads the time-stamp counter, then does not exist.
    COUNT_TIME_STAMPS probe_count_time_stamps;
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
    /// Makes a system call with DF, AC and NT set, copies the flags to rdi.
    STRANGE_FLAGS probe_strange_flags;
}

/// Those that read a counter once and do nothing else.
pub(crate) const COUNT: [Probe; 1] = [COUNT_TIME_STAMPS];

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

/// What [`LOOK`] and [`KEEP`] write: where the general registers and flags are, segment selectors and bases, vector
/// registers as XSAVE or FXSAVE lays them out (SDM 1 §10.5.1, §13.4).
const GENERAL: Range<usize> = 0..15;
const SEGMENTS: Range<usize> = 16..20;
const BASES: Range<usize> = 20..22;
const CONTROL: usize = 64;
const LAST_INSTRUCTION: Range<usize> = 65..67;
const MXCSR: usize = 67;
const STACK_OF_X87: Range<usize> = 68..84;
const XMM: Range<usize> = 84..116;
/// That in which LOOK_USED puts ones before its system call: a thread that is interrupted between the two may find them again.
const USED: Range<usize> = 98..100;
const PRESENT: usize = 128;
const BEYOND: Range<usize> = 136..336;
const YMM: Range<usize> = 136..168;
/// Half a word of MXCSR, and what tells which of its bits exist.
const LOWER: u64 = 0xffff_ffff;
/// The log2 of e, rounded down, as [`KEEP`] tells the processor to.
const LOG2_E: u64 = 0xb8aa_3b29_5c17_f0bb;

/// A register that general registers may hold after a system call: the instruction behind it.
fn behind_call(word: u64) -> bool {
    let look = super::LOOK.address();
    (look..look + 64).contains(&word)
}

/// The first register (its place) that holds what it cannot have from its own thread, where general registers may hold
/// what is `allowed`; vector registers are as a reset leaves them.
pub(crate) fn stranger(dump: &[u64], allowed: fn(u64) -> bool) -> Option<usize> {
    // Flags of the own program, in r11 after a system call: interrupts, and results of its comparisons.
    let flags = |word: u64| word & !0x8d5 == 0x202;
    let general = GENERAL.filter(|at| {
        let word = dump[*at];
        let own = word == 0 || behind_call(word) || flags(word) && *at == 10;
        !own && !allowed(word)
    });
    let zero = [SEGMENTS, BASES, LAST_INSTRUCTION, STACK_OF_X87, XMM, BEYOND];
    let own = |at: &usize| USED.contains(at) && dump[*at] == u64::MAX;
    let zero = zero.into_iter().flatten();
    let zero = zero.filter(|at| dump[*at] != 0 && !own(at));
    let control = [CONTROL].into_iter().filter(|at| dump[*at] != 0x37f);
    let status = [MXCSR].into_iter().filter(|at| dump[*at] & LOWER != 0x1f80);
    general.chain(zero).chain(control).chain(status).next()
}

/// The first register (its place) that does not hold what [`KEEP`] put there.
pub(crate) fn lost(dump: &[u64]) -> Option<usize> {
    // rdi was counted down.
    let general = GENERAL.filter(|at| *at != 5 && dump[*at] != OWN);
    let x87 = STACK_OF_X87.step_by(2).filter(|at| dump[*at] != LOG2_E);
    let wide = dump[PRESENT] & 4 != 0;
    let ymm = YMM.filter(|at| wide && dump[*at] != OWN);
    let xmm = XMM.filter(|at| dump[*at] != OWN);
    let control = [CONTROL]
        .into_iter()
        .filter(|at| dump[*at] & 0xffff != 0x77f);
    let status = [MXCSR].into_iter().filter(|at| dump[*at] & LOWER != 0x3f80);
    general
        .chain(x87)
        .chain(xmm)
        .chain(ymm)
        .chain(control)
        .chain(status)
        .next()
}
