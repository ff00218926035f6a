//! The driver's program: `rtc` are the two ports, one that names a register and one that leads to it.

#![no_std]
#![no_main]

use cmos_rtc::{Clock, Register, Registers};
use libipc::objects::PortWidth;
use libipc::{Never, PortRange, Startup};
use proto::clock;

/// The chip behind its two ports. Bit 7 of the first is not the chip's: it would keep NMIs away, and stays 0.
struct Ports(PortRange);

impl Registers for Ports {
    fn read(&mut self, register: Register) -> u8 {
        let PortRange { ports, first, .. } = self.0;
        let value = ports
            .write(first, PortWidth::One, register as u32)
            .and_then(|()| ports.read(first + 1, PortWidth::One));
        // Refused only if the ports are not ours; then it is as if nothing was there.
        value.map_or(u8::MAX, |value| value as u8)
    }
}

#[libipc::main]
fn main(env: Startup) -> Never {
    let ports = Ports(env.ports("rtc"));
    clock::serve(env.endpoint("clock"), Clock::new(ports))
}
