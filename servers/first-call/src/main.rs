//! The program: asks, tells the kernel log what came of it, and ends the machine where it may.

#![no_std]
#![no_main]

use first_call::{Counter, ask};
use libipc::{Never, Startup};
use proto::system;

/// The machine's exit code when a call did not bring what it should.
const WRONG: u8 = 1;

#[libipc::main]
fn main(env: Startup) -> Never {
    let counter: Counter = env.connect("counter");
    let started = libipc::clock_ns();
    let status = match ask(&counter) {
        Ok(last) => {
            let took = libipc::clock_ns().saturating_sub(started);
            libipc::log!(
                "the counter in another process counted to {last} in {} us",
                took / 1000
            );
            0
        }
        Err(wrong) => {
            libipc::log!("the first call is wrong: {wrong}");
            WRONG
        }
    };
    if let Some(system) = env.try_connect::<system::Client>("system") {
        let refused = system.power_off(status);
        panic!("the machine stays on: {refused:?}");
    }
    loop {
        // Nothing signals it: where the manifest gives no `system`, another component ends the machine.
        let _ = env.notification().wait();
    }
}
