//! The driver against a pretended timer, whose time passes with the processor's while somebody waits.

use core::cell::{Cell, RefCell};
use std::rc::Rc;
use std::vec::Vec;

use device_wait::Pace;
use libipc::Caller;
use proto::system_timer::{Error, Server};

use crate::{Register, Registers, SystemTimer};

/// The timer, the processor's clock, and how they go.
struct World {
    count: Cell<u64>,
    now_ns: Cell<u64>,
    moment: Cell<u32>,
    has_come: Cell<bool>,
    /// How many counts a millisecond of the processor's clock has.
    rate: Cell<u64>,
    /// Whether its interrupt is connected.
    interrupts: Cell<bool>,
    /// How many counts reading a register takes.
    read_takes: Cell<u64>,
    waits: RefCell<Vec<u64>>,
}

impl World {
    fn new() -> Rc<Self> {
        Rc::new(Self {
            count: Cell::new(5_000_000),
            now_ns: Cell::new(77_000),
            moment: Cell::new(0),
            has_come: Cell::new(false),
            rate: Cell::new(1000),
            interrupts: Cell::new(true),
            read_takes: Cell::new(0),
            waits: RefCell::default(),
        })
    }

    fn timer(self: &Rc<Self>) -> SystemTimer<Device, Device> {
        SystemTimer::new(Device(self.clone()), Device(self.clone()))
    }

    fn advance(&self, counts: u64) {
        for _ in 0..counts {
            self.count.set(self.count.get() + 1);
            if self.count.get() as u32 == self.moment.get() {
                self.has_come.set(true);
            }
        }
    }
}

struct Device(Rc<World>);

impl Registers for Device {
    fn read(&mut self, register: Register) -> u32 {
        self.0.advance(self.0.read_takes.get());
        match register {
            Register::Status => u32::from(self.0.has_come.get()) << 1,
            Register::Low => self.0.count.get() as u32,
            Register::High => (self.0.count.get() >> 32) as u32,
            Register::Moment => self.0.moment.get(),
        }
    }

    fn write(&mut self, register: Register, value: u32) {
        match register {
            Register::Status => self.0.has_come.set(self.0.has_come.get() && value & 2 == 0),
            Register::Moment => self.0.moment.set(value),
            Register::Low | Register::High => panic!("it can only be read"),
        }
    }
}

impl Pace for Device {
    fn now_ns(&self) -> u64 {
        self.0.now_ns.get()
    }

    fn wait(&self, until_ns: u64) {
        let world = &self.0;
        world.waits.borrow_mut().push(until_ns - world.now_ns.get());
        while world.now_ns.get() < until_ns && !(world.interrupts.get() && world.has_come.get()) {
            world.now_ns.set(world.now_ns.get() + 1_000_000);
            world.advance(world.rate.get());
        }
    }
}

fn me() -> Caller {
    Caller::new(1, 0)
}

#[test]
fn it_counts_on_over_the_end_of_its_lower_half() {
    let world = World::new();
    let mut timer = world.timer();
    assert_eq!(timer.now(me()), 5_000_000);
    world.read_takes.set(1);
    world.count.set(0xffff_fffd);
    let seen: Vec<_> = (0..4).map(|_| timer.now(me())).collect();
    assert!(seen.is_sorted(), "{seen:x?}");
    assert!(seen[3] - seen[0] < 20, "{seen:x?}");
}

#[test]
fn a_wait_ends_with_the_interrupt_and_lets_it_go() {
    let world = World::new();
    let mut timer = world.timer();
    for _ in 0..2 {
        assert_eq!(timer.wait(me(), 4000), Ok((4000, 4_000_000)));
        assert!(
            !world.has_come.get(),
            "else the next wait would end at once"
        );
    }
    assert_eq!(world.waits.borrow().len(), 2);
}

#[test]
fn a_wait_ends_where_nothing_interrupts() {
    let world = World::new();
    world.interrupts.set(false);
    assert_eq!(world.timer().wait(me(), 4000), Ok((4000, 4_000_000)));
    // A moment that has passed while it was written does not come.
    world.interrupts.set(true);
    world.read_takes.set(3);
    let (passed, _) = world.timer().wait(me(), 1).expect("it counts");
    assert!(passed < 1000, "{passed}");
}

#[test]
fn clocks_that_go_apart_show() {
    let world = World::new();
    // The processor's counts 1.1 times as fast as it says: its milliseconds are short.
    world.rate.set(910);
    let (us, ns) = world.timer().wait(me(), 100_000).expect("it counts");
    assert!((100_000..101_000).contains(&us), "{us}");
    assert!(ns >= 109_000_000, "{ns}");
}

#[test]
fn a_timer_that_stands_still_is_told_and_what_it_cannot_wait_for_refused() {
    let world = World::new();
    world.rate.set(0);
    assert_eq!(world.timer().wait(me(), 1000), Err(Error::Stopped));
    for us in [0, 1_000_001] {
        assert_eq!(world.timer().wait(me(), us), Err(Error::Range));
    }
    assert_eq!(world.now_ns.get() / 1_000_000, 3, "it waited once");
}
