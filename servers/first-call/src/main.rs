//! The program: asks, tells the kernel log what came of it, and ends the machine.

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
    let system: system::Client = env.connect("system");
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
    let refused = system.power_off(status);
    panic!("the machine stays on: {refused:?}");
}
