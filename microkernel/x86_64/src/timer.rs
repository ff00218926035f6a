//! The clock (time-stamp counter) and the one-shot timer (local APIC), both calibrated at boot.
//!
//! The reference is the ACPI timer, or the old interval timer where there is none. It is watched for half a
//! millisecond, or longer where reading it is slow compared with the counter, so that the error stays below
//! one in two thousand; the edges of its ticks are waited for. An emulator's host may take the processor away at
//! any instruction: readings that belong together count only if no time passed between them.

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
#[derive(Clone, Copy)]
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

    /// Waits until the count is at least `ticks` behind `start`: the count and the counter then, read within `limit`.
    fn wait(self, start: u32, ticks: u32, limit: u64) -> Option<(u32, u64)> {
        let elapsed = |count: u32| count.wrapping_sub(start) & self.mask();
        (0..PATIENCE)
            .map(|_| timed(|| self.read()))
            .find(|reading| elapsed(reading.value) >= ticks && reading.cost <= limit)
            .map(|reading| (reading.value, reading.at))
    }
}

/// What was read or done, when, and how long it took, in counts.
struct Timed<T> {
    value: T,
    at: u64,
    cost: u64,
}

fn timed<T>(act: impl Fn() -> T) -> Timed<T> {
    let before = cpu::time_stamp();
    let value = act();
    let at = cpu::time_stamp();
    let cost = at.wrapping_sub(before);
    Timed { value, at, cost }
}

/// The longest that something may take to count as done without interruption: twice its least.
fn limit<T>(act: impl Fn() -> T) -> u64 {
    let costs = (0..16).map(|_| timed(&act).cost);
    costs.min().unwrap_or(0).saturating_mul(2)
}

/// Does something again until it was done without interruption.
fn undisturbed<T>(act: impl Fn() -> T) -> Option<Timed<T>> {
    let limit = limit(&act);
    (0..PATIENCE)
        .map(|_| timed(&act))
        .find(|done| done.cost <= limit)
}

/// Measures counter and timer; `None` if no reference ticks.
pub(crate) fn calibrate(power: &PowerPorts, apic: &LocalApic) -> Option<Rates> {
    const TIMES_THE_COST: u64 = 2_000;
    let reference = Reference::choose(power);
    let hz = reference.hz();
    let limit = limit(|| reference.read());
    let (first, before) = reference.wait(reference.read(), 1, limit)?;
    let started = undisturbed(|| apic.count_from(u32::MAX))?.at;
    let mut ticks = hz / 2_000;
    loop {
        let (last, after) = reference.wait(first, ticks as u32, limit)?;
        let elapsed = u64::from(last.wrapping_sub(first) & reference.mask());
        let counts = after.wrapping_sub(before);
        let longest = hz / 64;
        if counts >= limit * TIMES_THE_COST || ticks >= longest {
            let left = undisturbed(|| apic.remaining())?;
            apic.fire_after(0);
            let counter = counts * hz / elapsed;
            let timer = u128::from(u32::MAX - left.value) * u128::from(counter);
            let over = left.at.wrapping_sub(started).max(1);
            return Some(Rates {
                counter,
                timer: (timer / u128::from(over)) as u64,
            });
        }
        ticks = (ticks * 2).min(longest);
    }
}
