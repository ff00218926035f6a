//! The driver against a pretended block, which counts when it is told that time passes.

use libipc::Caller;
use proto::watchdog::{Error, Server};

use crate::{Register, Registers, Watchdog};

/// What the machine does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Went {
    On,
    Reset,
    Halted,
}

/// The block.
struct Block {
    control: u32,
    status: u32,
    count: u32,
    went: Went,
}

impl Block {
    /// As it is after power-on.
    fn new() -> Self {
        Self {
            control: 0x102,
            status: 0x1000,
            count: 0,
            went: Went::On,
        }
    }

    fn pass(&mut self, ticks: u32) {
        if self.control & 0x30 != 0x20 || self.went != Went::On {
            return;
        }
        match self.count.checked_sub(ticks) {
            Some(left) => self.count = left,
            None if self.status & 0x555 == 0x555 => self.went = Went::Halted,
            None => self.went = Went::Reset,
        }
    }
}

impl Registers for Block {
    fn read(&mut self, register: Register) -> u32 {
        match register {
            Register::Control => self.control,
            Register::Status => self.status,
            // The upper bits are somebody else's.
            Register::Count => self.count | 0x0070_0000,
        }
    }

    fn write(&mut self, register: Register, value: u32) {
        assert_eq!(value >> 24, 0x5a, "nothing is written without the password");
        let value = value & 0x00ff_ffff;
        match register {
            Register::Control => self.control = value,
            Register::Status => self.status = value,
            Register::Count => {
                assert!(value < 1 << 20, "it has 20 bits");
                self.count = value;
            }
        }
    }
}

const SOMEBODY: Caller = Caller::new(1, 0);
const SECOND: u32 = 1 << 16;

fn watchdog() -> Watchdog<Block> {
    Watchdog::new(Block::new())
}

fn after(dog: &mut Watchdog<Block>, ticks: u32) -> Went {
    dog.registers().pass(ticks);
    dog.registers().went
}

#[test]
fn the_machine_starts_again_if_nobody_feeds_it_in_time() {
    let mut dog = watchdog();
    assert_eq!(dog.set(SOMEBODY, 10_000), Ok(()));
    assert_eq!(after(&mut dog, 10 * SECOND), Went::On);
    assert_eq!(after(&mut dog, 1), Went::Reset);
}

#[test]
fn one_that_is_fed_counts_from_anew() {
    let mut dog = watchdog();
    assert_eq!(dog.set(SOMEBODY, 2_000), Ok(()));
    for _ in 0..10 {
        assert_eq!(after(&mut dog, SECOND), Went::On);
        assert_eq!(dog.left(SOMEBODY), Ok((1000, 2000)));
        assert_eq!(dog.feed(SOMEBODY), Ok(()));
    }
    assert_eq!(after(&mut dog, 2 * SECOND + 1), Went::Reset);
}

#[test]
fn one_that_does_not_count_is_neither_fed_nor_ends() {
    let mut dog = watchdog();
    assert_eq!(dog.feed(SOMEBODY), Err(Error::Disabled));
    assert_eq!(dog.left(SOMEBODY), Err(Error::Disabled));
    assert_eq!(dog.set(SOMEBODY, 1), Ok(()));
    dog.disable(SOMEBODY);
    assert_eq!(after(&mut dog, 100 * SECOND), Went::On);
    assert_eq!(dog.feed(SOMEBODY), Err(Error::Disabled));
    assert_eq!(dog.registers().control, 0x102, "as when it was switched on");
}

#[test]
fn times_that_it_cannot_count_are_refused_and_change_nothing() {
    let mut dog = watchdog();
    for timeout in [0, 16_000, u32::MAX] {
        assert_eq!(dog.set(SOMEBODY, timeout), Err(Error::Range));
    }
    assert_eq!(after(&mut dog, 100 * SECOND), Went::On);
    assert_eq!(dog.set(SOMEBODY, 15_999), Ok(()));
    assert_eq!(dog.left(SOMEBODY).map(|(_, all)| all), Ok(15_998));
}

#[test]
fn a_reset_boots_as_usual_and_a_halt_boots_nothing() {
    for status in [0x1000, 0x1555, 0x1004] {
        let mut dog = watchdog();
        dog.registers().status = status;
        dog.reset(SOMEBODY);
        assert_eq!(dog.registers().status, 0x1000, "from the first partition");
        assert_eq!(after(&mut dog, SECOND), Went::Reset);
        let mut dog = watchdog();
        dog.registers().status = status;
        dog.halt(SOMEBODY);
        assert_eq!(after(&mut dog, 1), Went::On, "there is time for the answer");
        assert_eq!(after(&mut dog, SECOND), Went::Halted);
    }
}

#[test]
fn a_watchdog_that_is_set_after_a_halt_was_wanted_boots_as_usual() {
    let mut dog = watchdog();
    dog.registers().status |= 0x555;
    assert_eq!(dog.set(SOMEBODY, 1000), Ok(()));
    assert_eq!(after(&mut dog, 2 * SECOND), Went::Reset);
}

#[test]
fn one_that_counted_before_the_driver_started_is_told_of_but_cannot_be_fed() {
    let mut block = Block::new();
    (block.control, block.count) = (0x122, SECOND);
    let mut dog = Watchdog::new(block);
    assert_eq!(dog.left(SOMEBODY), Ok((1000, 0)));
    assert_eq!(dog.feed(SOMEBODY), Err(Error::Disabled));
}
