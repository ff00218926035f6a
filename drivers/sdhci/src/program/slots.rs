//! The slots of the program, and looking for a card in them.

use super::function::{self, Attached};
use super::memory::{Descriptors, Memory};
use crate::{Access, Disk, Failure, Find, Registers, Setup, await_card};
use device_wait::Interrupt;
use libipc::{Irq, Startup, log_line};
use proto::firmware;

/// The most controllers.
const MAX_SLOTS: usize = 2;

/// The name of the only controller where the bus has it.
const ON_BUS: &str = "pci";

/// How controllers' registers are reached.
pub trait Reach {
    /// The registers.
    type Registers: Registers + Clone;

    /// Reaches those that are mapped.
    fn reach(&self, registers: Memory) -> Self::Registers;
}

/// As they are.
#[derive(Debug)]
pub struct Bare;

impl Reach for Bare {
    type Registers = Memory;

    fn reach(&self, registers: Memory) -> Memory {
        registers
    }
}

/// The slot of a controller.
#[derive(Debug)]
struct Slot<R> {
    name: &'static str,
    registers: R,
    irq: Irq,
    setup: Setup,
}

/// All slots, of which the first that has a card is used.
#[derive(Debug)]
pub struct Slots<R> {
    env: Startup,
    slots: [Option<Slot<R>>; MAX_SLOTS],
    /// Whether it was told of empty ones.
    are_told: bool,
}

impl<R: Registers + Clone> Slots<R> {
    /// The controllers that `names` has, each with `=` and the firmware's number of its clock, or the one on the bus.
    pub fn open(
        env: Startup,
        mut names: impl Iterator<Item = &'static str>,
        how: &impl Reach<Registers = R>,
    ) -> Self {
        let mut slots = [(); MAX_SLOTS].map(|()| Slot::named(&env, names.next()?, how));
        if let Some(first) = slots.first_mut() {
            *first = first.take().or_else(|| Slot::on_bus(&env, how));
        }
        Self {
            env,
            slots,
            are_told: false,
        }
    }

    fn look(&self) -> Option<Disk<R, Interrupt, Descriptors>> {
        let slots = self.slots.iter().flatten();
        slots
            .filter_map(|slot| slot.card(&self.env, self.are_told))
            .next()
    }
}

impl<R: Registers + Clone> Find for Slots<R> {
    type Registers = R;
    type Pace = Interrupt;
    type Table = Descriptors;

    fn find(&mut self) -> Option<Disk<R, Interrupt, Descriptors>> {
        let mut found = self.look();
        self.are_told = true;
        if found.is_none() {
            let slots = self.slots.iter().flatten();
            // All of them are to tell from now on, also if one has a card already.
            let come = slots.filter(|slot| slot.await_card(&self.env)).count();
            if come != 0 {
                found = self.look();
            }
        }
        found
    }

    fn tells(&self, bits: u64) -> bool {
        let mut slots = self.slots.iter().flatten();
        slots.any(|slot| slot.irq.bits & bits != 0)
    }
}

impl<R: Registers + Clone> Slot<R> {
    /// The controller of an argument.
    fn named(
        env: &Startup,
        argument: &'static str,
        how: &impl Reach<Registers = R>,
    ) -> Option<Self> {
        let (name, clock) = argument.split_once('=').unwrap_or((argument, ""));
        let base_hz = clock.parse().ok().and_then(|clock| base_hz(env, clock));
        Some(Self {
            name,
            registers: how.reach(Memory(weft_mmio::Registers::open(env, name)?)),
            irq: env.irq("sd"),
            setup: Setup { base_hz },
        })
    }

    /// The controller on the bus, if there is a bus.
    fn on_bus(env: &Startup, how: &impl Reach<Registers = R>) -> Option<Self> {
        let bus = env.try_connect("pci")?;
        match function::attach(env, &bus) {
            Ok(Attached { registers, irq }) => Some(Self {
                name: ON_BUS,
                registers: how.reach(Memory(registers)),
                irq,
                setup: Setup::default(),
            }),
            Err(problem) => {
                log_line(format_args!("{ON_BUS}: {problem}"));
                None
            }
        }
    }

    /// The card in it, if there is one.
    fn card(&self, env: &Startup, is_told: bool) -> Option<Disk<R, Interrupt, Descriptors>> {
        let (name, pace) = (self.name, Interrupt::of(self.irq, env.notification()));
        let registers = self.registers.clone();
        match Disk::open(registers, pace, self.setup, Descriptors::open(env)) {
            Ok(disk) => {
                let blocks = disk.card().blocks;
                let mover = match disk.uses_processor() {
                    true => "processor",
                    false => "controller",
                };
                log_line(format_args!(
                    "{name}: a card of {blocks} blocks, at {} Hz, moved by the {mover}",
                    disk.clock_hz(),
                ));
                match disk.card().access {
                    Access::ReadWrite => {}
                    Access::Locked => log_line(format_args!(
                        "{name}: the card is read-only: its switch is on \"lock\""
                    )),
                    Access::Protected => log_line(format_args!(
                        "{name}: the card is read-only: it says so itself"
                    )),
                }
                return Some(disk);
            }
            Err(Failure::NoAnswer) if is_told => {}
            Err(Failure::NoAnswer) => log_line(format_args!("{name}: no card")),
            Err(failure) => log_line(format_args!("{name}: {failure}")),
        }
        None
    }

    /// Lets the slot tell of a card; returns whether there is one by now.
    fn await_card(&self, env: &Startup) -> bool {
        let has_card = await_card(&self.registers);
        Interrupt::of(self.irq, env.notification()).arm();
        has_card
    }
}

/// How fast the clock behind a controller is, if there is a firmware that knows. Else the controller may know.
fn base_hz(env: &Startup, clock: u8) -> Option<u32> {
    let firmware: firmware::Client = env.try_connect("firmware")?;
    match firmware.clock_rate(firmware::Clock::from_number(clock)?) {
        Ok(hz) => Some(hz),
        Err(error) => {
            log_line(format_args!(
                "the firmware does not tell of clock {clock}: {error}"
            ));
            None
        }
    }
}
