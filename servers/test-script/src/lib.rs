//! Scripts of system calls: how the test suite tells a thread what to do.
//!
//! A thread whose every step is decided beforehand can be stopped, killed and looked at in exactly the state
//! that a test is about, without a protocol of its own that would use what is being tested. A script is a page
//! of [`Step`]s that the suite writes and the thread follows; it fills all registers before each
//! system call and stores all of them afterwards. Assembly reads the layout by `offset_of!`.

#![no_std]
#![forbid(unsafe_code)]

pub mod random;

/// One system call of a script, or something else to do ([`Step::STOP`] and the others).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C, align(256))]
pub struct Step {
    /// The number of the system call.
    pub number: u64,
    /// Its arguments `a0 … a8`.
    pub arguments: [u64; 9],
    /// The status that came back.
    pub status: u64,
    /// What the argument registers held afterwards.
    pub results: [u64; 9],
    /// What the registers held afterwards that carry nothing.
    pub scratch: [u64; 3],
    /// The processor's flags afterwards.
    pub flags: u64,
    /// How often the step has ended.
    pub times: u64,
}

/// How many steps fit into a script.
pub const STEPS: usize = 4096 / size_of::<Step>();

/// What a script's thread puts into registers that carry no argument, so that it is seen where they end up.
pub const FILL: u64 = 0x5ec2_e75e_c2e7_5ec3;

impl Step {
    /// Bit 63 of the number: go to a [`Probe`], which is in the low bits; `a1` is its argument.
    pub const PROBE: u64 = 1 << 63;
    /// Bit 62 of the number: go on with the step in the low bits.
    pub const GO_TO: u64 = 1 << 62;
    /// Ends the script with an undefined instruction.
    pub const STOP: Self = Self::probe(Probe::Undefined, 0);

    /// A system call with some of its arguments; the others are [`FILL`].
    pub fn call(number: u64, arguments: &[u64]) -> Self {
        let mut all = [FILL; 9];
        all.iter_mut()
            .zip(arguments)
            .for_each(|(place, argument)| *place = *argument);
        Self {
            number,
            arguments: all,
            ..Self::EMPTY
        }
    }

    /// A probe with its argument.
    pub const fn probe(probe: Probe, argument: u64) -> Self {
        let mut step = Self::EMPTY;
        step.number = Self::PROBE | probe as u64;
        step.arguments[1] = argument;
        step
    }

    /// Goes on with step `index` of the script.
    pub const fn go_to(index: usize) -> Self {
        let mut step = Self::EMPTY;
        step.number = Self::GO_TO | index as u64;
        step
    }

    const EMPTY: Self = Self {
        number: 0,
        arguments: [FILL; 9],
        status: u64::MAX,
        results: [0; 9],
        scratch: [0; 3],
        flags: 0,
        times: 0,
    };
}

/// What a program of random system calls reads and writes, so that it is known however the program ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct Progress {
    /// How many calls it makes at most.
    pub wanted: u64,
    /// How many it has made.
    pub made: u64,
    /// How many of them were accepted.
    pub accepted: u64,
    /// A bit for each number that was accepted.
    pub numbers: u64,
}

/// Instructions that no well-behaved program runs. The order is that of the table in the assembly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u64)]
pub enum Probe {
    /// An instruction that does not exist.
    Undefined = 0,
    /// Loads from the argument.
    Read = 1,
    /// Stores to the argument.
    Write = 2,
    /// Jumps to the argument.
    Jump = 3,
    /// Jumps to its own stack.
    ExecuteStack = 4,
    /// Stores into its own instructions.
    WriteText = 5,
    /// Divides by zero.
    Divide = 6,
    /// Calls itself until the stack is full.
    Overflow = 7,
    /// Halts the processor.
    Halt = 8,
    /// Masks interrupts.
    Mask = 9,
    /// Reads a port.
    In = 10,
    /// Writes a port.
    Out = 11,
    /// An instruction of vector registers.
    Vector = 12,
    /// An instruction of the floating-point unit.
    Float = 13,
    /// A breakpoint.
    Breakpoint = 14,
    /// A software interrupt of another system.
    Interrupt = 15,
    /// Loads the page table register.
    PageTables = 16,
    /// Reads a model-specific register.
    ModelRegister = 17,
    /// Sets the trap flag.
    Step = 18,
    /// Sets DF, AC and NT, makes a system call, and stores the flags at the argument.
    OddFlags = 19,
    /// Counts down from the argument with all registers filled.
    Count = 20,
    /// For ever.
    Loop = 21,
    /// Makes a system call with a stack pointer that is not canonical.
    OddStack = 22,
    /// Counts at the argument for ever.
    Tally = 23,
    /// Sets the stack pointer to the argument and pushes.
    Push = 24,
    /// The register of the interrupt table.
    StoreTable = 25,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_holds_whole_steps() {
        assert_eq!((size_of::<Step>(), STEPS), (256, 16));
    }

    #[test]
    fn arguments_that_are_not_given_are_filled() {
        let step = Step::call(7, &[1, 2]);
        assert_eq!(
            (step.number, step.arguments[1], step.arguments[2]),
            (7, 2, FILL)
        );
        assert_eq!(Step::STOP.number, Step::PROBE);
        assert_eq!(Step::go_to(3).number, Step::GO_TO | 3);
    }
}
