//! The driver's program: registers are called `gpio`, its arguments name the interrupts, one for each bank of pins.

#![no_std]
#![no_main]

use bcm2711_gpio::{Gpio, Pins, Register, Registers};
use libipc::{Irq, Never, Request, Service, Startup, clock_ns};
use proto::gpio::Dispatcher;

/// The registers in memory.
struct Memory(weft_mmio::Registers);

impl Registers for Memory {
    fn read(&mut self, register: Register) -> u32 {
        self.0.read32(register.offset())
    }

    fn write(&mut self, register: Register, value: u32) {
        self.0.write32(register.offset(), value);
    }
}

/// The most interrupts.
const BANKS: usize = 3;

/// The server, which handles interrupts besides.
struct Attentive {
    served: Dispatcher<Gpio<Memory>>,
    interrupts: [Option<Irq>; BANKS],
}

impl Attentive {
    /// Takes events and lets the interrupts of these bits through again: the pins have let their lines go.
    fn attend(&mut self, bits: u64) {
        self.served.0.interrupted(clock_ns());
        for interrupt in self.interrupts.iter().flatten() {
            if interrupt.bits & bits != 0 {
                // Refused only if the interrupt was taken away.
                let _ = interrupt.handler.acknowledge();
            }
        }
    }
}

impl Service for Attentive {
    fn request(&mut self, request: Request<'_>) {
        self.served.request(request);
    }

    fn signal(&mut self, bits: u64) {
        self.attend(bits);
    }
}

#[libipc::main]
fn main(env: Startup) -> Never {
    let Some(registers) = weft_mmio::Registers::open(&env, "gpio") else {
        panic!("no registers gpio are mapped");
    };
    let mut names = env.args();
    let interrupts = [(); BANKS].map(|()| names.next().map(|name| env.irq(name)));
    let served = Dispatcher(Gpio::new(Pins::new(Memory(registers))));
    let mut service = Attentive { served, interrupts };
    service.attend(u64::MAX);
    libipc::serve(env.endpoint("gpio"), service)
}
