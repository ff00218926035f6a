//! The driver's program.
//!
//! Its arguments name the controllers' registers, `=` and the firmware's number of the clock behind, if there is a
//! firmware to ask; they share the interrupt `sd`. Without arguments it takes a controller from the bus (`pci`) and maps
//! its registers into its own address space. The first that has a card is used.
//! With memory for descriptors (`table`) data is moved by the controller, if it can: a board gives it only where
//! devices see memory as processors do. Without a card it serves one that is gone, until one is put in.
//!
//! The argument `inject=card` (or `no-card`, `locked-card`, `protected-card`) is for tests: somebody stands between driver
//! and controller then, and lets fail what is asked by the interface `card_faults`.

#![no_std]
#![no_main]

mod faulty;
mod function;
mod memory;
mod slots;

use device_wait::{Attentive, Interrupt};
use libipc::objects::Frame;
use libipc::ring::{RingEnds, RingService};
use libipc::{Never, Startup, serve};
use proto::block::Dispatcher;
use sdhci::{Driver, PoolMemory, Pools};

use memory::Memory;
use slots::{Bare, Slots};

type CardDriver = Driver<'static, Slots<Memory>>;

#[libipc::main]
fn main(env: Startup) -> Never {
    let Some(mut ends) = RingEnds::served(&env).next() else {
        panic!("the manifest must give the client of `block` a ring");
    };
    let pools = Pools {
        fills: ends.pools.out.take(),
        takes: ends.pools.inward,
        fills_at: place(&env, ends.pools.out_frame),
        takes_at: place(&env, ends.pools.inward_frame),
    };
    match faulty::plan(&env) {
        None => run(env, pools, ends),
        Some(plan) => faulty::run(env, pools, ends, &plan),
    }
}

fn run(env: Startup, pools: Pools<'static>, ends: RingEnds) -> Never {
    let driver = CardDriver::new(Slots::open(env, &Bare), pools);
    let mut service = RingService::new(Dispatcher(driver)).with(ends);
    let mut service = Attentive::new(&mut service, |driver: &mut Dispatcher<CardDriver>| {
        driver.0.pace().map_or(0, Interrupt::take_missed)
    });
    service.start();
    serve(env.endpoint("block"), service)
}

/// Where the controller finds a pool, if it may know.
fn place(env: &Startup, frame: Option<Frame>) -> Option<PoolMemory> {
    let physical = frame?.describe().ok()?.physical;
    (physical != 0).then(|| PoolMemory {
        physical: physical + weft_mmio::bus_offset(env),
    })
}
