//! The program with a controller that fails when somebody asks for it: `inject=` as argument.

use device_wait::{Attentive, Interrupt};
use libipc::ring::{RingEnds, RingService};
use libipc::{Endpoint, Events, Never, Router, Startup, serve};
use proto::{block, card_faults};
use sdhci::{Driver, Injector, Plan, Pools};

use crate::memory::Memory;
use crate::slots::{Reach, Slots};

/// What the argument begins with.
const ARGUMENT: &str = "inject";

/// Whether an argument is for this.
pub(crate) fn is_meant(argument: &str) -> bool {
    argument.split('=').next() == Some(ARGUMENT)
}

/// What an argument says is to fail, if there is one for that.
///
/// # Panics
/// If it says something else.
pub(crate) fn plan(env: &Startup) -> Option<Plan> {
    let (number, argument) = (1..).zip(env.args()).find(|(_, it)| is_meant(it))?;
    let slot = argument.strip_prefix(ARGUMENT)?;
    match slot.strip_prefix('=').unwrap_or_default().parse() {
        Ok(plan) => Some(plan),
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

/// Serves for ever.
///
/// # Panics
/// If the program does not provide the interface by which somebody asks.
pub(crate) fn run(env: Startup, pools: Pools<'static>, ends: RingEnds, plan: &Plan) -> Never {
    let asked = env.endpoint("card_faults");
    let driver = Driver::new(Slots::open(env, &Faulty(plan)), pools);
    let endpoint: Endpoint = env.endpoint("block");
    let router = Router::new(Served { driver, plan })
        .with(endpoint, |served, request| {
            block::dispatch(&mut served.driver, request);
        })
        .with(asked, |served, request| {
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
