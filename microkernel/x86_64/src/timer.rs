//! The clock (time-stamp counter) and the one-shot timer (local APIC), both calibrated at boot.
//!
//! The reference is the ACPI timer, or the old interval timer where there is none. It is watched for half a
//! millisecond, or longer where reading it is slow compared with the counter, so that the error stays below
//! one in two thousand; the edges of its ticks are waited for.

use weft_hal::{Clock, Nanoseconds, Trap};

use crate::acpi::PowerPorts;
use crate::cpu;
use crate::irq::LocalApic;
use crate::machine::X86_64;
use crate::port;

/// Rates of what is measured, in Hz.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rates {
    pub(crate) counter: u64,
    pub(crate) timer: u64,
}

/// Turns counter readings into time.
pub(crate) struct Time {
    start: u64,
    /// Nanoseconds a count, times 2³².
    scale: u64,
    timer_hz: u64,
    deadline: Nanoseconds,
}

const NANOSECONDS: u64 = 1_000_000_000;

impl Time {
    /// Time that does not pass.
    pub(crate) const STOPPED: Self = Self {
        start: 0,
        scale: 0,
        timer_hz: 0,
        deadline: Nanoseconds::NEVER,
    };

    /// `start` is the counter at the kernel's first instruction.
    pub(crate) fn new(start: u64, rates: Rates) -> Self {
        let scale = (u128::from(NANOSECONDS) << 32) / u128::from(rates.counter.max(1));
        Self {
            start,
            scale: scale as u64,
            timer_hz: rates.timer,
            deadline: Nanoseconds::NEVER,
        }
    }

    fn now(&self) -> Nanoseconds {
        let counts = cpu::time_stamp().wrapping_sub(self.start);
        Nanoseconds(((u128::from(counts) * u128::from(self.scale)) >> 32) as u64)
    }

    /// Timer ticks until the deadline: at least one, at most what the timer can count.
    fn ticks(&self) -> u32 {
        let wait = self.deadline.since(self.now());
        let ticks = u128::from(wait.0) * u128::from(self.timer_hz) / u128::from(NANOSECONDS) + 1;
        u32::try_from(ticks).unwrap_or(u32::MAX)
    }
}

impl X86_64 {
    /// The timer fired: it may have been set early for a deadline that it cannot count to.
    pub(crate) fn timer_fired(&mut self) -> Trap {
        self.local_apic.end_of_interrupt();
        if self.time.deadline == Nanoseconds::NEVER {
            return Trap::Spurious;
        }
        if self.time.now() < self.time.deadline {
            self.local_apic.fire_after(self.time.ticks());
            return Trap::Spurious;
        }
        self.time.deadline = Nanoseconds::NEVER;
        Trap::Timer
    }
}

impl Clock for X86_64 {
    fn now(&self) -> Nanoseconds {
        self.time.now()
    }

    fn set_timer(&mut self, deadline: Nanoseconds) {
        self.time.deadline = deadline;
        let ticks = if deadline == Nanoseconds::NEVER {
            0
        } else {
            self.time.ticks()
        };
        self.local_apic.fire_after(ticks);
    }
}

/// A timer of known rate.
#[derive(Clone, Copy)]
enum Reference {
    /// ACPI 6.5 §4.8.3.3; 24 bits are sure to exist.
    Acpi(u16),
    /// Channel 2 of the 8254, whose gate needs no interrupt.
    Interval,
}

const INTERVAL_COUNT: u16 = 0x42;
const INTERVAL_COMMAND: u16 = 0x43;
const GATE: u16 = 0x61;
/// Reads after which a reference counts as broken.
const PATIENCE: u32 = 1_000_000;

impl Reference {
    fn choose(power: &PowerPorts) -> Self {
        if power.timer != 0 {
            return Self::Acpi(power.timer);
        }
        const ONE_SHOT_BINARY: u8 = 0b1011_0000;
        port::write_byte(GATE, port::read_byte(GATE) & !2 | 1);
        port::write_byte(INTERVAL_COMMAND, ONE_SHOT_BINARY);
        port::write_byte(INTERVAL_COUNT, 0xff);
        port::write_byte(INTERVAL_COUNT, 0xff);
        Self::Interval
    }

    const fn hz(self) -> u64 {
        match self {
            Self::Acpi(_) => 3_579_545,
            Self::Interval => 1_193_182,
        }
    }

    /// The count, growing, and how many bits of it there are.
    fn read(self) -> u32 {
        const LATCH: u8 = 0b1000_0000;
        match self {
            Self::Acpi(port) => port::read(port, weft_hal::Width::Long) & 0xff_ffff,
            Self::Interval => {
                port::write_byte(INTERVAL_COMMAND, LATCH);
                let low = port::read_byte(INTERVAL_COUNT);
                !u32::from(u16::from_le_bytes([low, port::read_byte(INTERVAL_COUNT)])) & 0xffff
            }
        }
    }

    const fn mask(self) -> u32 {
        match self {
            Self::Acpi(_) => 0xff_ffff,
            Self::Interval => 0xffff,
        }
    }

    /// Waits until the count is at least `ticks` behind `start`: the count and the counter then.
    fn wait(self, start: u32, ticks: u32) -> Option<(u32, u64)> {
        let elapsed = |count: u32| count.wrapping_sub(start) & self.mask();
        (0..PATIENCE)
            .map(|_| (self.read(), cpu::time_stamp()))
            .find(|(count, _)| elapsed(*count) >= ticks)
    }
}

/// Measures counter and timer; `None` if no reference ticks.
pub(crate) fn calibrate(power: &PowerPorts, apic: &LocalApic) -> Option<Rates> {
    const TIMES_THE_COST: u64 = 4_000;
    let reference = Reference::choose(power);
    let hz = reference.hz();
    let cost = cost_of_a_read(reference);
    let (first, before) = reference.wait(reference.read(), 1)?;
    apic.count_from(u32::MAX);
    let mut ticks = hz / 2_000;
    loop {
        let (last, after) = reference.wait(first, ticks as u32)?;
        let timer = u64::from(u32::MAX - apic.remaining());
        let elapsed = u64::from(last.wrapping_sub(first) & reference.mask());
        let counts = after.wrapping_sub(before);
        let longest = hz / 64;
        if counts >= cost * TIMES_THE_COST || ticks >= longest {
            apic.fire_after(0);
            return Some(Rates {
                counter: counts * hz / elapsed,
                timer: timer * hz / elapsed,
            });
        }
        ticks = (ticks * 2).min(longest);
    }
}

fn cost_of_a_read(reference: Reference) -> u64 {
    let before = cpu::time_stamp();
    let _ = reference.read();
    cpu::time_stamp().wrapping_sub(before)
}
