//! The driver's program: `rtc` are its registers.

#![no_std]
#![no_main]

use libipc::{Never, Startup};
use pl031::{Clock, Register, Registers};
use proto::clock;

/// The registers in memory.
struct Memory(weft_mmio::Registers);

impl Registers for Memory {
    fn read(&mut self, register: Register) -> u32 {
        self.0.read32(register as usize)
    }
}

#[libipc::main]
fn main(env: Startup) -> Never {
    let Some(registers) = weft_mmio::Registers::open(&env, "rtc") else {
        panic!("no registers rtc are mapped");
    };
    clock::serve(env.endpoint("clock"), Clock::new(Memory(registers)))
}
