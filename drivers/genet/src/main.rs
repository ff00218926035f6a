//! The driver's program: registers and interrupt are called `genet`, the frames' memory `frames`. Its argument, if any, is the
//! address; without it the one that firmware has written into the controller counts. Where no controller answers it serves one
//! that is gone. Where the bus refuses the very question, as in QEMU, the program is ended, and its clients are told so.

#![no_std]
#![no_main]

use device_wait::{Attentive, Interrupt};
use genet::{Address, Ethernet, Failure, Genet, Memory, Missing, PLACE, Registers};
use libipc::lend::Borrower;
use libipc::ring::{RingEnds, RingService};
use libipc::{Never, Startup, log_line, serve};
use proto::ethernet::Dispatcher;
use weft_mmio::Dma;

const WORD: usize = size_of::<u32>();

/// The registers in memory.
struct Block(weft_mmio::Registers);

impl Registers for Block {
    fn read(&self, offset: u32) -> u32 {
        self.0.read32(offset as usize)
    }

    fn write(&self, offset: u32, value: u32) {
        self.0.write32(offset as usize, value);
    }
}

/// The frames' memory.
struct Frames(Dma);

impl Memory for Frames {
    fn length(&self) -> usize {
        self.0.length()
    }

    fn physical(&self, offset: usize) -> u64 {
        self.0.physical(offset)
    }

    fn read(&self, offset: usize, to: &mut [u8]) {
        for (at, part) in (offset..).step_by(WORD).zip(to.chunks_mut(WORD)) {
            let word = self.0.read32(at).to_le_bytes();
            part.iter_mut().zip(word).for_each(|(to, from)| *to = from);
        }
    }

    fn write(&self, offset: usize, bytes: &[u8]) {
        for (at, part) in (offset..).step_by(WORD).zip(bytes.chunks(WORD)) {
            let mut word = [0; WORD];
            word.iter_mut().zip(part).for_each(|(to, from)| *to = *from);
            self.0.write32(at, u32::from_le_bytes(word));
        }
    }

    fn barrier(&self) {
        weft_mmio::barrier();
    }
}

type Driver = Ethernet<Block, Frames, Interrupt>;

#[libipc::main]
fn main(env: Startup) -> Never {
    let endpoint = env.endpoint("ethernet");
    let ends = RingEnds::served(&env);
    match open(&env) {
        Ok(genet) => {
            let [a, b, c, d, e, f] = genet.address().0;
            log_line(format_args!(
                "GENET v5, address {a:02x}:{b:02x}:{c:02x}:{d:02x}:{e:02x}:{f:02x}"
            ));
            let irq = env.irq("genet");
            let interrupt = (irq.handler, irq.bits);
            let driver = Ethernet::new(genet, Borrower::open(&env), interrupt);
            let service = RingService::new(Dispatcher(driver));
            let mut service = ends.fold(service, RingService::with);
            service.service_mut().0.attend();
            let mut service = Attentive::new(&mut service, |driver: &mut Dispatcher<Driver>| {
                driver.0.genet().pace().take_missed()
            });
            service.start();
            serve(endpoint, service)
        }
        Err(failure) => {
            log_line(format_args!("{failure}"));
            let service = RingService::new(Dispatcher(Missing));
            ends.fold(service, RingService::with).serve(endpoint)
        }
    }
}

fn open(env: &Startup) -> Result<Genet<Block, Frames, Interrupt>, Failure> {
    let Some(registers) = weft_mmio::Registers::open(env, "genet") else {
        panic!("no registers named `genet` are mapped");
    };
    let given = env.args().next().map(|argument| {
        let Some(address) = Address::parse(argument) else {
            panic!("\"{argument}\" is not the Ethernet address of a station");
        };
        address
    });
    // Where nothing is at all, a processor may end the program that looks.
    log_line(format_args!("looking for a GENET at {PLACE:#x}"));
    let memory = Dma::open(env, "frames").ok().flatten();
    let memory = memory.ok_or(Failure::Memory)?;
    let pace = Interrupt::new(env, "genet");
    Genet::open(Block(registers), Frames(memory), pace, given)
}
