//! The driver's program.
//!
//! Its arguments name the controllers' registers, `=` and the firmware's number of the clock behind, if there is a
//! firmware to ask; they share the interrupt `sd`. Without arguments it takes a controller from the bus (`pci`) and maps
//! its registers into its own address space. The first that has a card is used.
//! With memory for descriptors (`table`) data is moved by the controller, if it can: a board gives it only where
//! devices see memory as processors do. Without a card it serves one that is gone, until one is put in.

#![no_std]
#![no_main]

use device_wait::{Attentive, Interrupt};
use libipc::ring::RingService;
use libipc::{Never, Startup, serve};
use proto::block::Dispatcher;
use sdhci::Driver;
use sdhci::program::{Bare, Memory, Slots, ends};

type CardDriver = Driver<'static, Slots<Memory>>;

#[libipc::main]
fn main(env: Startup) -> Never {
    let (ends, pools) = ends(&env);
    let driver = CardDriver::new(Slots::open(env, env.args(), &Bare), pools);
    let mut service = RingService::new(Dispatcher(driver)).with(ends);
    let mut service = Attentive::new(&mut service, |driver: &mut Dispatcher<CardDriver>| {
        driver.0.pace().map_or(0, Interrupt::take_missed)
    });
    service.start();
    serve(env.endpoint("block"), service)
}
