//! The runner's program: prints on the serial line, without a driver.

#![no_std]
#![no_main]

#[cfg(target_arch = "aarch64")]
#[path = "pl011.rs"]
mod line;
#[cfg(target_arch = "x86_64")]
#[path = "ns16550.rs"]
mod line;

use core::fmt;

use libipc::objects::Machine;
use libipc::{Never, Startup};
use proto::test_results;
use test_runner::{Ending, Runner};

use line::Line;

impl fmt::Write for Line {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        text.bytes()
            .try_for_each(|byte| self.send(byte))
            .map_err(|_| fmt::Error)
    }
}

/// The power switch.
struct Power(Machine);

impl Ending for Power {
    fn end(&mut self, code: u8) {
        let refused = self.0.off(code);
        panic!("the machine stays on: {refused:?}");
    }
}

#[libipc::main]
fn main(env: Startup) -> Never {
    let line = Line::open(&env);
    let power = Power(env.other("machine"));
    test_results::serve(env.endpoint("test_results"), Runner::new(line, power))
}
