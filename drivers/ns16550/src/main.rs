//! The driver's program: `com` are its ports and its interrupt.

#![no_std]
#![no_main]

use libipc::objects::PortWidth;
use libipc::{Never, PortRange, Startup};
use ns16550::{Register, Registers, Uart};
use proto::serial;
use serial_line::{Driver, Line};

/// The registers at I/O ports.
struct Ports(PortRange);

impl Registers for Ports {
    fn read(&mut self, register: Register) -> u8 {
        let value = self
            .0
            .ports
            .read(self.0.first + register as u16, PortWidth::One);
        value.map_or(u8::MAX, |value| value as u8)
    }

    fn write(&mut self, register: Register, value: u8) {
        // Refused only if the ports are not ours; then nothing answers reads either.
        let _ = self
            .0
            .ports
            .write(self.0.first + register as u16, PortWidth::One, value.into());
    }
}

#[libipc::main]
fn main(env: Startup) -> Never {
    let name = env.args().next().unwrap_or("com1");
    let interrupt = env.irq(name);
    let Ok(uart) = Uart::new(Ports(env.ports(name))) else {
        panic!("no 16550 answers at the ports of {name}");
    };
    let mut driver = Driver::new(Line::new(uart), interrupt.handler, interrupt.bits);
    driver.start();
    serial::serve(env.endpoint("serial"), driver)
}
