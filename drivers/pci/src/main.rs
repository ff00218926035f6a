//! The bus server's program.
//!
//! It is given configuration space (`ecam-bus0`), the memory in which register blocks lie
//! (`pci-32`), the right to make interrupts, its own address space, and
//! where the board has them the interrupts by wire (`pci-wire0` to `pci-wire3`). Its arguments are the
//! functions that drivers may have, as `VENDOR:DEVICE`, or as `class:CLASS` for those that ask for a class.

#![no_std]
#![no_main]

mod kernel;

use heapless::Vec;
use libipc::objects::Notification;
use libipc::{Never, Router, Startup, log_line};
use pci::{Address, Bus, BusServer, Config, Pattern};
use weft_mmio::Registers;

use kernel::Kernel;

/// Configuration space in memory (PCIe §7.2.2).
struct Ecam {
    registers: Registers,
    /// Nobody signals it; it is used to sleep.
    clock: Notification,
}

impl Ecam {
    fn place(at: Address, offset: u16) -> usize {
        usize::from(at.device) << 15 | usize::from(at.function) << 12 | usize::from(offset)
    }
}

impl Config for Ecam {
    fn read(&self, at: Address, offset: u16) -> u32 {
        self.registers.read32(Self::place(at, offset))
    }

    fn write(&self, at: Address, offset: u16, value: u32) {
        self.registers.write32(Self::place(at, offset), value);
    }

    fn wait_ms(&self, milliseconds: u32) {
        let deadline = libipc::clock_ns() + u64::from(milliseconds) * 1_000_000;
        // Ends by its deadline, which the kernel reports as a refusal.
        let _ = self.clock.wait_until(deadline);
    }
}

#[libipc::main]
fn main(env: Startup) -> Never {
    let Some(registers) = Registers::open(&env, "ecam-bus0") else {
        panic!("no configuration space is mapped");
    };
    let allowed: Vec<_, { pci::MAX_FUNCTIONS }> = env.args().map(pattern).collect();
    let kernel = Kernel::new(env);
    let config = Ecam {
        registers,
        clock: env.notification(),
    };
    let bus = Bus::scan(config, kernel.window());
    log_line(format_args!(
        "{} functions on the bus",
        bus.functions().count()
    ));
    Router::new(BusServer::new(bus, kernel, allowed))
        .with(env.endpoint("pci"), proto::pci::dispatch)
        .with(env.endpoint("pci_control"), proto::pci_control::dispatch)
        .serve()
}

fn pattern(argument: &str) -> Pattern {
    match Pattern::parse(argument) {
        Some(pattern) => pattern,
        None => {
            panic!("\"{argument}\" is neither VENDOR:DEVICE nor class:CLASS in hexadecimal digits")
        }
    }
}
