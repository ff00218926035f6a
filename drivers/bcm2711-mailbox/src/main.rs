//! The driver's program: registers are called `armc`, the interrupt `mailbox`, the memory for the letter `letter`.

#![no_std]
#![no_main]

use bcm2711_mailbox::{Firmware, Letter, Mailbox, Register, Registers};
use device_wait::Interrupt;
use libipc::{Never, Startup, log_line};
use proto::firmware;
use weft_mmio::Dma;

/// The first register's place in its page.
const OFFSET: usize = 0x880;

/// The registers in memory.
struct Memory(weft_mmio::Registers);

impl Registers for Memory {
    fn read(&self, register: Register) -> u32 {
        self.0.read32(OFFSET + register as usize)
    }

    fn write(&self, register: Register, value: u32) {
        self.0.write32(OFFSET + register as usize, value);
    }
}

/// The letter in memory.
struct Paper(Dma);

impl Letter for Paper {
    fn place(&self) -> u64 {
        self.0.physical(0)
    }

    fn read(&self, word: usize) -> u32 {
        self.0.read32(word * size_of::<u32>())
    }

    fn write(&self, word: usize, value: u32) {
        self.0.write32(word * size_of::<u32>(), value);
    }

    fn barrier(&self) {
        weft_mmio::barrier();
    }
}

#[libipc::main]
fn main(env: Startup) -> Never {
    let registers = weft_mmio::Registers::open(&env, "armc");
    let letter = Dma::open(&env, "letter").ok().flatten();
    let (Some(registers), Some(letter)) = (registers, letter) else {
        panic!("registers `armc` and memory `letter` are not both mapped");
    };
    let pace = Interrupt::new(&env, "mailbox");
    let mailbox = Mailbox::new(Memory(registers), Paper(letter), pace);
    let mailbox = mailbox.map_err(|failure| log_line(format_args!("{failure}")));
    firmware::serve(env.endpoint("firmware"), Firmware::new(mailbox.ok()))
}
