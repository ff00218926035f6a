//! Faults: what the kernel tells a thread's fault endpoint.
//!
//! A fault is a call that the kernel makes in the thread's name: label [`FaultLabel`], words
//! `kind, ip, address, code`. Answering with label 0 resumes the thread; any other label leaves it stopped.
//! A thread without a fault endpoint stops, and the kernel log says why.

/// Text that enters the ABI hash.
pub(crate) const DESCRIPTION: &str = "fault:label0xfa17 kind,ip,address,code; kinds:read1 write2 execute3 undefined4 divide5 \
     privileged6 breakpoint7 other8 syscall9 budget10 counter11; resume0";

/// The label of every fault message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FaultLabel;

impl FaultLabel {
    /// Its number.
    pub const NUMBER: u32 = 0xfa17;
    /// The answer's label that resumes the thread.
    pub const RESUME: u32 = 0;
}

/// What went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum FaultKind {
    /// Load from an address that is not mapped readable. `address` is the address.
    Read = 1,
    /// Store to an address that is not mapped writable.
    Write = 2,
    /// Instruction fetch from an address that is not mapped executable.
    Execute = 3,
    /// An instruction that does not exist, or a vector instruction without the FPU right.
    Undefined = 4,
    /// Division by zero or its overflow.
    Divide = 5,
    /// A privileged instruction or forbidden operation.
    Privileged = 6,
    /// A breakpoint or single step.
    Breakpoint = 7,
    /// Any other exception; `code` is the architecture's number.
    Other = 8,
    /// A system call number that does not exist; `code` is the number. `ip` is behind the call.
    BadSyscall = 9,
    /// The scheduling context ran out inside a server.
    Budget = 10,
    /// A read of one of the processor's counters without the right
    /// ([`SpaceAllowCounters`](crate::Syscall::SpaceAllowCounters)).
    Counter = 11,
}

impl FaultKind {
    /// Every kind, by number.
    pub fn all() -> impl Iterator<Item = Self> {
        (1..=u64::from(u8::MAX)).map_while(Self::from_number)
    }

    /// Decodes a number.
    pub const fn from_number(number: u64) -> Option<Self> {
        Some(match number {
            1 => Self::Read,
            2 => Self::Write,
            3 => Self::Execute,
            4 => Self::Undefined,
            5 => Self::Divide,
            6 => Self::Privileged,
            7 => Self::Breakpoint,
            8 => Self::Other,
            9 => Self::BadSyscall,
            10 => Self::Budget,
            11 => Self::Counter,
            _ => return None,
        })
    }

    /// One phrase for people.
    pub const fn text(self) -> &'static str {
        match self {
            Self::Read => "read from an address it may not read",
            Self::Write => "write to an address it may not write",
            Self::Execute => "jump to an address it may not execute",
            Self::Undefined => "undefined instruction",
            Self::Divide => "division by zero",
            Self::Privileged => "privileged instruction",
            Self::Breakpoint => "breakpoint",
            Self::Other => "exception",
            Self::BadSyscall => "system call that does not exist",
            Self::Budget => "time budget exhausted",
            Self::Counter => "read of a processor counter that it was not granted",
        }
    }
}
