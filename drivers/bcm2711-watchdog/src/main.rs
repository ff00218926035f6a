//! The driver's program: registers are called `power`.

#![no_std]
#![no_main]

use bcm2711_watchdog::{Register, Registers, Watchdog};
use libipc::{Never, Startup};
use proto::watchdog;

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
    let Some(registers) = weft_mmio::Registers::open(&env, "power") else {
        panic!("no registers power are mapped");
    };
    watchdog::serve(env.endpoint("watchdog"), Watchdog::new(Memory(registers)))
}
