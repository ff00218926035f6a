//! The clock (virtual counter) and the one-shot timer that compares with it (Arm ARM D12).

use weft_hal::{Clock, Nanoseconds, Trap};

use crate::cpu;
use crate::machine::Aarch64;

const NANOSECONDS: u64 = 1_000_000_000;
const ON: u64 = 1;

/// Turns counter readings into time and back.
#[derive(Clone, Copy)]
#[repr(C)]
pub(crate) struct Time {
    start: u64,
    /// Nanoseconds a count, times 2³². Behind `start`, because both are read for every reading.
    scale: u64,
    hz: u64,
}

impl Time {
    /// Time that does not pass.
    pub(crate) const STOPPED: Self = Self {
        start: 0,
        hz: 0,
        scale: 0,
    };

    /// `start` is the counter at the kernel's first instruction.
    pub(crate) fn new(start: u64) -> Self {
        let hz = cpu::counter_hz().max(1);
        let scale = (u128::from(NANOSECONDS) << 32) / u128::from(hz);
        Self {
            start,
            hz,
            scale: scale as u64,
        }
    }

    fn now(&self) -> Nanoseconds {
        let counts = cpu::counter().wrapping_sub(self.start);
        Nanoseconds(((u128::from(counts) * u128::from(self.scale)) >> 32) as u64)
    }

    /// The first counter value at which `deadline` has passed.
    fn counter_at(&self, deadline: Nanoseconds) -> u64 {
        let counts = u128::from(deadline.0) * u128::from(self.hz) / u128::from(NANOSECONDS) + 1;
        self.start
            .saturating_add(u64::try_from(counts).unwrap_or(u64::MAX))
    }
}

impl Aarch64 {
    /// The timer fired: it keeps asking until it is switched off.
    pub(crate) fn timer_fired(&mut self) -> Trap {
        cpu::set_timer_control(0);
        Trap::Timer
    }
}

impl Clock for Aarch64 {
    fn now(&self) -> Nanoseconds {
        self.time.now()
    }

    fn set_timer(&mut self, deadline: Nanoseconds) {
        if deadline == Nanoseconds::NEVER {
            cpu::set_timer_control(0);
            return;
        }
        cpu::set_timer_compare(self.time.counter_at(deadline));
        cpu::set_timer_control(ON);
    }
}
