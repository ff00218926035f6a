//! The driver of SD cards with a controller that fails when somebody asks for it, for tests.
//!
//! Its arguments are those of `sdhci`, and besides `inject=card` (or `no-card`, `locked-card`, `protected-card`, `password-card`), which
//! says what is in the slot at first. Somebody stands between driver and controller, and lets fail what is asked by the
//! interface `card_faults`. A program of its own, so that no other image has any of it.

#![no_std]
#![no_main]

use device_wait::{Attentive, Interrupt};
use libipc::ring::RingService;
use libipc::{Endpoint, Events, Never, Router, Startup, serve};
use proto::{block, card_faults};
use sdhci::program::{Memory, Reach, Slots, ends};
use sdhci::{Driver, Injector, Plan};

/// What the argument begins with.
const ARGUMENT: &str = "inject";

/// Whether an argument is for this.
fn is_meant(argument: &str) -> bool {
    argument.split('=').next() == Some(ARGUMENT)
}

/// What the argument says is to fail.
///
/// # Panics
/// If it says something else, or there is none.
fn plan(env: &Startup) -> Plan {
    let Some((number, argument)) = (1..).zip(env.args()).find(|(_, it)| is_meant(it)) else {
        panic!("no argument says what is in the slot: write `inject=card`");
    };
    let slot = argument.strip_prefix(ARGUMENT).unwrap_or_default();
    match slot.strip_prefix('=').unwrap_or_default().parse() {
        Ok(plan) => plan,
        Err(problem) => panic!("argument {number}, `{argument}`, is wrong: {problem}"),
    }
}

/// Registers that fail.
struct Faulty<'p>(&'p Plan);

impl<'p> Reach for Faulty<'p> {
    type Registers = Injector<'p, Memory>;

    fn reach(&self, registers: Memory) -> Self::Registers {
        Injector::new(registers, self.0)
    }
}

/// The driver, and what is to fail.
struct Served<'p> {
    driver: Driver<'static, Slots<Injector<'p, Memory>>>,
    plan: &'p Plan,
}

impl Events for Served<'_> {
    fn signal(&mut self, bits: u64) {
        block::Server::signal(&mut self.driver, bits);
    }
}

#[libipc::main]
fn main(env: Startup) -> Never {
    let plan = &plan(&env);
    let (ends, pools) = ends(&env);
    let names = env.args().filter(|name| !is_meant(name));
    let driver = Driver::new(Slots::open(env, names, &Faulty(plan)), pools);
    let endpoint: Endpoint = env.endpoint("block");
    let router = Router::new(Served { driver, plan })
        .with(endpoint, |served, request| {
            block::dispatch(&mut served.driver, request);
        })
        .with(env.endpoint("card_faults"), |served, request| {
            card_faults::dispatch(&mut served.plan, request);
        });
    let mut service = RingService::new(router).with(ends);
    let mut service = Attentive::new(&mut service, |router: &mut Router<Served<'_>>| {
        let pace = router.server_mut().driver.pace();
        pace.map_or(0, Interrupt::take_missed)
    });
    service.start();
    serve(endpoint, service)
}
