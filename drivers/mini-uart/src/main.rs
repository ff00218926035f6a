//! The driver's program: registers and interrupt of one name, its argument.

#![no_std]
#![no_main]

use libipc::{Never, Startup};
use mini_uart::{Register, Registers, Uart};
use proto::serial;
use serial_line::{Driver, Line};

/// The registers in memory.
struct Memory(weft_mmio::Registers);

impl Registers for Memory {
    fn read(&mut self, register: Register) -> u32 {
        self.0.read32(register as usize)
    }

    fn write(&mut self, register: Register, value: u32) {
        self.0.write32(register as usize, value);
    }
}

#[libipc::main]
fn main(env: Startup) -> Never {
    let name = env.args().next().unwrap_or("mini-uart");
    let interrupt = env.irq(name);
    let Some(registers) = weft_mmio::Registers::open(&env, name) else {
        panic!("no registers {name} are mapped");
    };
    let Ok(uart) = Uart::new(Memory(registers)) else {
        panic!("no mini-UART answers at the registers {name}");
    };
    let mut driver = Driver::new(Line::new(uart), interrupt.handler, interrupt.bits);
    driver.start();
    serial::serve(env.endpoint("serial"), driver)
}
