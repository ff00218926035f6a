//! The driver's program.
//!
//! Its arguments name the controllers' registers, `=` and the firmware's number of the clock behind, if there is a
//! firmware to ask; the first that has a card is used. They share the interrupt `sd`.
//! With memory for descriptors (`table`) data is moved by the controller, if it can: a board gives it only where
//! devices see memory as processors do. Without a card it serves one that is gone.

#![no_std]
#![no_main]

use device_wait::{Attentive, Interrupt};
use libipc::abi::startup::EntryKind;
use libipc::objects::Frame;
use libipc::ring::{RingEnds, RingService};
use libipc::{Never, Startup, log_line, serve};
use proto::block::Dispatcher;
use proto::firmware;
use sdhci::{Disk, Driver, Failure, PoolMemory, Pools, Register, Registers, Setup, Table};
use weft_mmio::Dma;

/// The registers in memory.
struct Memory(weft_mmio::Registers);

impl Registers for Memory {
    fn read(&self, register: Register) -> u32 {
        self.0.read32(register as usize)
    }

    fn write(&self, register: Register, value: u32) {
        self.0.write32(register as usize, value);
    }
}

/// The memory named `table`, if there is any.
struct Descriptors(Option<Dma>);

impl Descriptors {
    fn open(env: &Startup) -> Self {
        let is_given = env.find(EntryKind::Dma, "table").is_some();
        Self(
            is_given
                .then(|| Dma::open(env, "table").ok())
                .flatten()
                .flatten(),
        )
    }
}

impl Table for Descriptors {
    fn length(&self) -> usize {
        self.0
            .map_or(0, |memory| memory.length() / size_of::<u64>())
    }

    fn physical(&self) -> Option<u32> {
        self.0
            .and_then(|memory| u32::try_from(memory.physical(0)).ok())
    }

    fn write(&self, index: usize, descriptor: u64) {
        if let Some(memory) = self.0 {
            memory.write64(index * size_of::<u64>(), descriptor);
        }
    }

    fn barrier(&self) {
        weft_mmio::barrier();
    }
}

type Card = Disk<Memory, Interrupt, Descriptors>;
type CardDriver = Driver<'static, Memory, Interrupt, Descriptors>;

#[libipc::main]
fn main(env: Startup) -> Never {
    let endpoint = env.endpoint("block");
    let Some(mut ends) = RingEnds::served(&env).next() else {
        panic!("the manifest must give the client of `block` a ring");
    };
    let pools = Pools {
        fills: ends.pools.out.take(),
        takes: ends.pools.inward,
        fills_at: place(&env, ends.pools.out_frame),
        takes_at: place(&env, ends.pools.inward_frame),
    };
    let driver = CardDriver::new(env.args().find_map(|name| card(&env, name)), pools);
    let mut service = RingService::new(Dispatcher(driver)).with(ends);
    let mut service = Attentive::new(&mut service, |driver: &mut Dispatcher<CardDriver>| {
        driver.0.pace().map_or(0, Interrupt::take_missed)
    });
    service.start();
    serve(endpoint, service)
}

/// The card behind a controller, if there is one.
fn card(env: &Startup, argument: &str) -> Option<Card> {
    let (name, clock) = argument.split_once('=').unwrap_or((argument, ""));
    let base_hz = clock.parse().ok().and_then(|clock| base_hz(env, clock));
    let registers = Memory(weft_mmio::Registers::open(env, name)?);
    let (pace, table) = (Interrupt::new(env, "sd"), Descriptors::open(env));
    match Disk::open(registers, pace, Setup { base_hz }, table) {
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
            Some(disk)
        }
        Err(Failure::NoAnswer) => {
            log_line(format_args!("{name}: no card"));
            None
        }
        Err(failure) => {
            log_line(format_args!("{name}: {failure}"));
            None
        }
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

/// Where the controller finds a pool, if it may know.
fn place(env: &Startup, frame: Option<Frame>) -> Option<PoolMemory> {
    let physical = frame?.describe().ok()?.physical;
    (physical != 0).then(|| PoolMemory {
        physical: physical + weft_mmio::bus_offset(env),
    })
}
