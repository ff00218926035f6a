//! The controller: its clock, commands, and waiting for what it does.

use device_wait::Pace;

use crate::command::{Answer, Command};
use crate::registers::{capability, clock, control, state, status};
use crate::{Failure, Register, Registers};

const MILLISECOND: u64 = 1_000_000;
/// For what the controller does by itself.
const CONTROLLER_NS: u64 = 100 * MILLISECOND;
/// For an answer: the controller gives up after 64 cycles of a clock of 100 kHz or more.
const ANSWER_NS: u64 = 100 * MILLISECOND;
/// For data, or the end of being busy: more than the controller itself waits.
pub(crate) const DATA_NS: u64 = 3_000 * MILLISECOND;
/// Between two looks at something that raises no interrupt.
const LOOK_NS: u64 = MILLISECOND / 10;

/// The greatest clock while a card has no address (SD §4.2.1).
pub(crate) const SLOW_HZ: u32 = 400_000;
/// The greatest clock that every card takes (SD §4.3.10, default speed).
pub(crate) const FAST_HZ: u32 = 25_000_000;

/// What is known of a controller besides what it says of itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Setup {
    /// The clock from which the card's is made, in Hz, if somebody knows better than the controller.
    pub base_hz: Option<u32>,
}

/// Lets a controller without a card raise its interrupt when one is put in, and returns whether there is one by now
/// (SDHC §2.2.17, §3.1). Not every slot tells.
pub fn await_card(registers: &impl Registers) -> bool {
    registers.write(Register::Status, status::INSERTED);
    registers.write(Register::StatusEnable, status::INSERTED);
    registers.write(Register::SignalEnable, status::INSERTED);
    registers.read(Register::State) & state::INSERTED != 0
}

/// When something is expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum When {
    /// It may be there already.
    Soon,
    /// It takes a card a while.
    Later,
}

/// A controller.
pub(crate) struct Host<R, P> {
    registers: R,
    pace: P,
    base_hz: u32,
    clock_hz: u32,
    control: u32,
}

impl<R: Registers, P: Pace> Host<R, P> {
    /// Resets the controller and gives the card power and its first clock.
    pub(crate) fn new(registers: R, pace: P, setup: Setup) -> Result<Self, Failure> {
        if registers.read(Register::State) == u32::MAX {
            return Err(Failure::NoController);
        }
        let capabilities = registers.read(Register::Capabilities);
        let own = capability::base_mhz(capabilities) * 1_000_000;
        let base_hz = setup.base_hz.unwrap_or(own);
        if base_hz == 0 {
            return Err(Failure::NoClock);
        }
        let mut host = Self {
            registers,
            pace,
            base_hz,
            clock_hz: 0,
            control: control::POWER,
        };
        host.start()?;
        Ok(host)
    }

    /// Resets everything, so that a card can be identified.
    pub(crate) fn start(&mut self) -> Result<(), Failure> {
        self.reset(0, clock::RESET_ALL)?;
        self.write(Register::StatusEnable, status::ALL);
        self.write(Register::SignalEnable, 0);
        self.control = control::POWER;
        self.write(Register::Control, self.control);
        self.set_clock(SLOW_HZ)?;
        // The supply rises, and the card counts 74 cycles (SD §6.4.1).
        self.sleep(MILLISECOND);
        Ok(())
    }

    pub(crate) fn read(&self, register: Register) -> u32 {
        self.registers.read(register)
    }

    pub(crate) fn write(&self, register: Register, value: u32) {
        self.registers.write(register, value);
    }

    pub(crate) fn now_ns(&self) -> u64 {
        self.pace.now_ns()
    }

    pub(crate) fn pace(&self) -> &P {
        &self.pace
    }

    pub(crate) fn clock_hz(&self) -> u32 {
        self.clock_hz
    }

    pub(crate) fn has_adma2(&self) -> bool {
        self.read(Register::Capabilities) & capability::ADMA2 != 0
    }

    pub(crate) fn is_protected(&self) -> bool {
        self.read(Register::State) & state::WRITABLE == 0
    }

    /// Transfers with four lines from now on; the card must have been told so.
    pub(crate) fn use_four_lines(&mut self) {
        self.control |= control::FOUR_LINES;
        self.write(Register::Control, self.control);
    }

    /// Lets the next transfers find memory by descriptors.
    pub(crate) fn use_descriptors(&mut self) {
        self.control |= control::ADMA2;
        self.write(Register::Control, self.control);
    }

    /// Gives the card the greatest clock that is not above `hz` (SDHC §3.2).
    pub(crate) fn set_clock(&mut self, hz: u32) -> Result<(), Failure> {
        let half = divisor(self.base_hz, hz, self.read(Register::Version) >> 16 & 0xff);
        let word = clock::PATIENCE | (half & 0xff) << 8 | (half >> 8 & 3) << 6;
        self.write(Register::Clock, word | clock::INTERNAL);
        self.until(|host| host.read(Register::Clock) & clock::STABLE != 0)?;
        self.write(Register::Clock, word | clock::INTERNAL | clock::CARD);
        self.clock_hz = self.base_hz / (2 * half).max(1);
        Ok(())
    }

    /// Forgets what went wrong: commands first, then data (SDHC §3.10.1).
    pub(crate) fn reset_lines(&mut self) -> Result<(), Failure> {
        let word = self.read(Register::Clock);
        self.reset(word, clock::RESET_COMMAND)?;
        self.reset(word, clock::RESET_DATA)?;
        self.write(Register::Status, status::ALL);
        Ok(())
    }

    fn reset(&mut self, word: u32, what: u32) -> Result<(), Failure> {
        self.write(Register::Clock, word | what);
        self.until(|host| host.read(Register::Clock) & what == 0)
    }

    /// Sends a command, and returns the answer: 32 bits, or all 128 of a long one.
    pub(crate) fn command(&mut self, command: Command) -> Result<u128, Failure> {
        let mut inhibit = state::COMMAND_INHIBIT;
        if command.needs_data_lines() {
            inhibit |= state::DATA_INHIBIT;
        }
        self.until(|host| host.read(Register::State) & inhibit == 0)?;
        self.write(Register::Status, status::ALL);
        self.write(Register::Argument, command.argument);
        self.write(Register::Command, command.word());
        self.wait_for(status::COMMAND_COMPLETE, ANSWER_NS, When::Soon)?;
        let answer = self.answer(command.answer);
        if command.answer == Answer::Busy {
            self.wait_for(status::TRANSFER_COMPLETE, DATA_NS, When::Soon)?;
        }
        Ok(answer)
    }

    fn answer(&self, answer: Answer) -> u128 {
        let word = |register| u128::from(self.read(register));
        match answer {
            Answer::None => 0,
            Answer::Short | Answer::Busy | Answer::Conditions => word(Register::Response0),
            Answer::Long => {
                let high = word(Register::Response3) << 32 | word(Register::Response2);
                let low = word(Register::Response1) << 32 | word(Register::Response0);
                // The checksum is not kept (SDHC §2.2.7).
                (high << 64 | low) << 8
            }
        }
    }

    /// Waits until one of the `wanted` bits of the status is set, and takes it back.
    pub(crate) fn wait_for(
        &mut self,
        wanted: u32,
        within_ns: u64,
        when: When,
    ) -> Result<(), Failure> {
        let deadline = self.now_ns() + within_ns;
        if when == When::Later {
            self.wait_for_interrupt(wanted, deadline);
        }
        loop {
            let found = self.read(Register::Status);
            let errors = found & status::ERRORS;
            // Data that is complete is not late (SDHC §2.2.18, table 2-23).
            let only_late = errors == status::DATA_TIMEOUT;
            let complete = wanted & found & status::TRANSFER_COMPLETE != 0;
            if errors != 0 && !(only_late && complete) {
                return Err(Failure::of(errors));
            }
            if found & wanted != 0 {
                self.write(Register::Status, found & wanted);
                return Ok(());
            }
            if self.now_ns() >= deadline {
                return Err(Failure::Silent);
            }
            self.wait_for_interrupt(wanted, deadline);
        }
    }

    fn wait_for_interrupt(&self, wanted: u32, deadline: u64) {
        self.write(Register::SignalEnable, wanted | status::ERRORS);
        self.pace.wait(deadline);
        self.write(Register::SignalEnable, 0);
    }

    /// Looks until something is so that raises no interrupt.
    fn until(&mut self, is_so: impl Fn(&Self) -> bool) -> Result<(), Failure> {
        let deadline = self.now_ns() + CONTROLLER_NS;
        while !is_so(self) {
            if self.now_ns() >= deadline {
                return Err(Failure::Silent);
            }
            self.sleep(LOOK_NS);
        }
        Ok(())
    }

    pub(crate) fn sleep(&self, time_ns: u64) {
        self.pace.sleep(time_ns);
    }
}

/// Half of what the base clock is divided by, 0 for the base clock itself (SDHC §2.2.14): any number since version 3,
/// a power of two before.
fn divisor(base_hz: u32, hz: u32, version: u32) -> u32 {
    if base_hz <= hz {
        return 0;
    }
    let half = base_hz.div_ceil(hz.saturating_mul(2).max(1));
    if version >= 2 {
        half.min(0x3ff)
    } else {
        half.next_power_of_two().min(0x80)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_is_never_above_what_is_asked_for() {
        for base in [10_000_000, 52_000_000, 99_999_999, 200_000_000, 255_000_000] {
            for hz in [SLOW_HZ, FAST_HZ] {
                let half = divisor(base, hz, 2);
                let made = base / (2 * half).max(1);
                assert!(made <= hz, "{base} Hz by {half} is {made} Hz");
                assert!(half == 0 || base / (2 * half - 1).max(1) >= hz / 2);
            }
        }
        assert_eq!(divisor(100_000_000, FAST_HZ, 2), 2);
        assert_eq!(divisor(100_000_000, SLOW_HZ, 2), 125);
        assert_eq!(divisor(50_000_000, SLOW_HZ, 1), 64);
        assert_eq!(divisor(20_000_000, FAST_HZ, 1), 0);
    }
}
