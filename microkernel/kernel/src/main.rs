//! The kernel: chooses an architecture, and starts the core with what the machine has.
//!
//! The order: the architecture has set up the processor, memory map, page tables, interrupts and clock and
//! calls [`main`]; the core checks the boot image and makes root; then threads run for ever. Nothing else is
//! decided here.

#![no_std]
#![no_main]
#![allow(
    unsafe_code,
    reason = "names the entry symbol, and says that the direct map is there"
)]

#[cfg(target_arch = "aarch64")]
use weft_aarch64::{self as arch, Aarch64 as Machine};
use weft_abi::FaultKind;
use weft_abi::cap::MemoryClass;
use weft_core::Core;
use weft_core::boot::{self, Region};
use weft_early::region::CAPACITY;
use weft_early::{DIRECT_MAP, Handover, Range, System};
use weft_hal::{Answered, Arch, Direct, IrqLine, Next, PhysAddr, Trap, Turn};
use weft_store::Memory;
#[cfg(target_arch = "x86_64")]
use weft_x86_64::{self as arch, X86_64 as Machine};

arch::entry!(main);

/// The core of this machine's architecture.
struct Kernel(Core<Machine>);

static KERNEL: arch::Place<Kernel> = arch::Place::new(Kernel(Core::new(Machine::ABSENT, MEMORY)));

// SAFETY:
// 1. the architecture maps all memory that it hands over at this offset, for ever.
// 2. what it hands over is used by nothing else.
// 3. the offset is in the upper half, and memory in the lower.
const MEMORY: Memory = unsafe { Memory::new(DIRECT_MAP as usize) };

/// Greatest number of memory regions: two sets, the boot image, and PCI configuration space.
const REGIONS: usize = 2 * CAPACITY + 2;

fn main(handover: Handover<Machine>) -> ! {
    let regions = Regions::new(&handover);
    let image = (PhysAddr(handover.image.start), handover.image.length());
    let firmware_table = handover.firmware_table;
    let Some(kernel) = KERNEL.take() else {
        panic!("started twice");
    };
    kernel.0.arch = handover.machine;
    let features = *kernel.0.arch.features();
    let (version, cores) = (env!("CARGO_PKG_VERSION"), handover.cores);
    kernel.0.print(format_args!(
        "weft {version}, 1 core of {cores}\n{features}\n"
    ));
    let machine = boot::Machine {
        regions: regions.as_slice(),
        image,
        firmware_table,
    };
    if let Err(error) = boot::start(&mut kernel.0, &machine) {
        panic!("there is no root: {error}");
    }
    arch::run(kernel)
}

type Registers = <Machine as Arch>::Context;

impl System<Machine> for Kernel {
    fn arch(&mut self) -> &mut Machine {
        &mut self.0.arch
    }

    fn first(&mut self) -> Next<'_, Registers> {
        self.0.first()
    }

    #[inline(always)]
    fn syscall(&mut self) -> Next<'_, Registers> {
        self.0.syscall()
    }

    fn trap(&mut self, trap: Trap) -> Next<'_, Registers> {
        self.0.trap(trap)
    }

    #[inline(always)]
    fn fault(&mut self, fault: (FaultKind, u64, u64)) -> Next<'_, Registers> {
        self.0.faulted(fault)
    }

    #[inline(always)]
    fn interrupt(&mut self, line: IrqLine) -> Option<&Registers> {
        self.0.interrupted_directly(line)
    }

    #[inline(always)]
    fn call(&mut self, object: u64) -> Option<Direct<'_, Registers>> {
        self.0.call_directly(object)
    }

    #[inline(always)]
    fn reply_recv(&mut self, objects: u64, info: u64) -> Option<Answered<'_, Registers>> {
        self.0.answer_directly(objects, info)
    }

    #[inline(always)]
    fn long_call(&mut self, object: u64, info: u64) -> Option<Direct<'_, Registers>> {
        self.0.call_at_length(object, info)
    }

    #[inline(always)]
    fn long_reply_recv(&mut self, objects: u64, info: u64) -> Option<Answered<'_, Registers>> {
        self.0.answer_at_length(objects, info)
    }

    #[inline(always)]
    fn signal(&mut self, object: u64) -> Option<Turn<'_, Registers>> {
        self.0.signal_directly(object)
    }

    #[inline(always)]
    fn wait(&mut self, object: u64, deadline: u64) -> Option<Turn<'_, Registers>> {
        self.0.wait_directly(object, deadline)
    }

    #[inline(always)]
    fn signal_wait(&mut self, objects: u64, deadline: u64) -> Option<Turn<'_, Registers>> {
        self.0.signal_wait_directly(objects, deadline)
    }

    #[inline(always)]
    fn yield_now(&mut self) -> Option<Turn<'_, Registers>> {
        self.0.yield_directly()
    }

    #[inline(always)]
    fn map(&mut self, arguments: [u64; 4]) -> Option<Turn<'_, Registers>> {
        self.0.map_directly(arguments)
    }

    #[inline(always)]
    fn null() {
        Core::<Machine>::null();
    }
}

/// The machine's memory as core wants it.
struct Regions {
    regions: [Region; REGIONS],
    used: usize,
}

impl Regions {
    fn new(handover: &Handover<Machine>) -> Self {
        const NONE: Region = Region {
            base: PhysAddr(0),
            len: 0,
            class: MemoryClass::Ram,
        };
        let mut regions = Self {
            regions: [NONE; REGIONS],
            used: 0,
        };
        regions.add(MemoryClass::Retained, [handover.image.grown_to_pages()]);
        regions.add(MemoryClass::Ram, handover.free.iter());
        regions.add(MemoryClass::Device, handover.configuration);
        regions.add(MemoryClass::Device, handover.devices.iter());
        regions
    }

    fn add(&mut self, class: MemoryClass, ranges: impl IntoIterator<Item = Range>) {
        let free = self.regions.iter_mut().skip(self.used);
        for (region, range) in free.zip(ranges) {
            *region = Region {
                base: PhysAddr(range.start),
                len: range.length(),
                class,
            };
            self.used += 1;
        }
    }

    fn as_slice(&self) -> &[Region] {
        self.regions.get(..self.used).unwrap_or(&[])
    }
}
