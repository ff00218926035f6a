//! The runner's program: prints on the serial line, without a driver.

#![no_std]
#![no_main]

use core::fmt;

use libipc::objects::{Machine, PortWidth};
use libipc::{Never, PortRange, Startup};
use proto::test_results;
use test_runner::{Ending, Runner};

/// Offset of the line status register (16550 data sheet, table "Register addresses").
const LINE_STATUS: u16 = 5;
/// The transmitter takes a byte.
const CAN_SEND: u32 = 1 << 5;

/// A 16550 as the firmware left it.
struct Line(PortRange);

impl Line {
    fn send(&self, byte: u8) -> Result<(), libipc::Refusal> {
        let PortRange { ports, first, .. } = self.0;
        while ports.read(first + LINE_STATUS, PortWidth::One)? & CAN_SEND == 0 {}
        ports.write(first, PortWidth::One, byte.into())
    }
}

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
    let line = Line(env.ports("com1"));
    let power = Power(env.other("machine"));
    test_results::serve(env.endpoint("test_results"), Runner::new(line, power))
}
