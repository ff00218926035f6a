//! The driver's program: registers and interrupt are called `system-timer`.

#![no_std]
#![no_main]

use bcm2711_timer::{Register, Registers, SystemTimer};
use device_wait::Interrupt;
use libipc::{Never, Startup};
use proto::system_timer;

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

const NAME: &str = "system-timer";

#[libipc::main]
fn main(env: Startup) -> Never {
    let Some(registers) = weft_mmio::Registers::open(&env, NAME) else {
        panic!("no registers {NAME} are mapped");
    };
    let timer = SystemTimer::new(Memory(registers), Interrupt::new(&env, NAME));
    system_timer::serve(env.endpoint("system_timer"), timer)
}
