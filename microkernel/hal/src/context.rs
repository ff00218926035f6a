//! A thread's saved registers, and why it entered the kernel.

use weft_abi::FaultKind;

/// Saved user registers. They live inside the thread object; entry and exit stubs read and write them, so
/// the methods take `&self` and implementations use cells. The default value is that of a thread that never ran: all zero,
/// flags as user mode starts.
///
/// Argument registers `a0 … a8` are those of [`weft_abi::syscall`].
pub trait Context: Default + 'static {
    /// Memory in which the vector registers of a thread that may use them are kept while another runs. It has no
    /// contents of its own: a new one costs nothing.
    type Vectors: Default + 'static;

    /// Lets the thread use vector registers, which begin as on a processor that was reset, and are kept in this memory,
    /// which stays where it is as long as the context does; or forbids it. The thread does not run.
    fn set_vectors(&self, kept: Option<&Self::Vectors>);

    /// The system call number that the thread asked for.
    fn number(&self) -> u64;

    /// Argument register `index` (0..9); 0 beyond.
    fn argument(&self, index: usize) -> u64;

    /// Sets argument register `index` (0..9); ignored beyond. Makes the context resumable in any way.
    fn set_argument(&self, index: usize, value: u64);

    /// Sets the status register: 0, or a refusal's number.
    fn set_status(&self, status: u64);

    /// Clears every general register that carries no result: all but `a0 … a8`, status, instruction and stack
    /// pointer, flags and thread-block register.
    fn clear_scratch(&self);

    /// Makes the thread repeat its system call when it next runs, with the arguments it had.
    fn repeat_syscall(&self);

    /// Sets where the thread goes on, its stack, its first two arguments and its thread-block register.
    /// Values that are not user addresses are replaced by 0, so that the thread faults when it uses them.
    fn start(&self, ip: u64, sp: u64, arguments: [u64; 2], thread_block: u64);

    /// The instruction pointer.
    fn ip(&self) -> u64;

    /// The stack pointer.
    fn sp(&self) -> u64;

    /// The flags (RFLAGS, SPSR).
    fn flags(&self) -> u64;

    /// Register number `index` of the dump that `ThreadReadRegisters` gives; `None` behind the last.
    fn dump(&self, index: usize) -> Option<u64>;
}

/// What an access that faulted wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// A load.
    Read,
    /// A store.
    Write,
    /// An instruction fetch.
    Execute,
}

/// Why the kernel was entered from user mode or from idle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trap {
    /// An exception of the running thread.
    Fault {
        /// What it is.
        kind: FaultKind,
        /// The address concerned, or 0.
        address: u64,
        /// The architecture's own code (vector and error code, ESR).
        code: u64,
    },
    /// A device interrupt.
    Interrupt(crate::IrqLine),
    /// The core's timer.
    Timer,
    /// Another core has put something into this core's mailbox.
    Mail,
    /// An interrupt that needs nothing (spurious).
    Spurious,
}
