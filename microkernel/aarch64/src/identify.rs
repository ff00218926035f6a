//! Tells programs which instructions they may use: reading ID_AA64ISAR0_EL1 in user mode is trapped by the processor and
//! answered here, as on Linux (Documentation/arch/arm64/cpu-feature-registers.rst), so that one image uses what each
//! processor has.
//!
//! Only what needs no vector registers is shown, since most programs have none: CRC32 and the atomic instructions.

use crate::cause;
use crate::regs::Registers;

/// `mrs x0, id_aa64isar0_el1`; the lowest five bits are the target register.
const READ: u32 = 0xd538_0600;
const TARGET: u32 = 0x1f;
/// The register that is always zero.
const ZERO: usize = 31;
/// Bytes of an instruction.
const STEP: u64 = 4;
/// The fields of the register that are shown: CRC32 and Atomic.
const SHOWN: u64 = 0xf << 16 | 0xf << 20;

/// Where the instruction at a thread's instruction pointer is found, and what the processor has.
pub trait Source {
    /// The instruction at an address of user mode.
    fn instruction(&self, address: u64) -> Option<u32>;
    /// ID_AA64ISAR0_EL1.
    fn features(&self) -> u64;
}

/// Whether an exception was such a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Question {
    /// It was, and is answered: the thread goes on behind the instruction.
    Answered,
    /// It was something else.
    Other,
}

/// Answers if the exception with this syndrome is such a read. Processors before ARMv8.4 do not say in the syndrome
/// what was read (FEAT_IDST), so the instruction is looked at.
pub fn answer(registers: &Registers, syndrome: u64, source: &impl Source) -> Question {
    let address = registers.elr.get();
    let class = cause::class(syndrome);
    let asked = (class == cause::UNKNOWN || class == cause::SYSTEM_REGISTER)
        .then(|| source.instruction(address))
        .flatten()
        .filter(|instruction| instruction & !TARGET == READ);
    let Some(instruction) = asked else {
        return Question::Other;
    };
    let target = (instruction & TARGET) as usize;
    if let Some(register) = registers.x.get(target).filter(|_| target != ZERO) {
        register.set(source.features() & SHOWN);
    }
    registers.elr.set(address.wrapping_add(STEP));
    Question::Answered
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Program(u32);

    impl Source for Program {
        fn instruction(&self, address: u64) -> Option<u32> {
            (address == 0x20_0000).then_some(self.0)
        }

        fn features(&self) -> u64 {
            !0
        }
    }

    fn asked(at: u64, instruction: u32, class: u64) -> (Question, Registers) {
        let registers = Registers::default();
        registers.elr.set(at);
        let question = answer(&registers, class << 26, &Program(instruction));
        (question, registers)
    }

    #[test]
    fn a_program_sees_what_needs_no_vector_registers_and_goes_on() {
        for class in [cause::UNKNOWN, cause::SYSTEM_REGISTER] {
            let (question, registers) = asked(0x20_0000, READ | 9, class);
            assert_eq!(question, Question::Answered);
            assert_eq!(
                (registers.x[9].get(), registers.elr.get()),
                (0xff_0000, 0x20_0004)
            );
        }
    }

    #[test]
    fn the_register_that_is_always_zero_stays_so() {
        let (question, registers) = asked(0x20_0000, READ | 31, cause::UNKNOWN);
        assert_eq!(question, Question::Answered);
        assert!(registers.x.iter().all(|register| register.get() == 0));
    }

    #[test]
    fn other_instructions_causes_and_places_are_faults_as_before() {
        let cases = [
            (0x20_0000, READ | 0x20, cause::UNKNOWN),
            (0x20_0000, READ | 1 << 8, cause::UNKNOWN),
            (0x20_0000, READ, cause::SYSTEM_CALL),
            (0x30_0000, READ, cause::UNKNOWN),
        ];
        for (at, instruction, class) in cases {
            let (question, registers) = asked(at, instruction, class);
            assert_eq!((question, registers.elr.get()), (Question::Other, at));
        }
    }
}
