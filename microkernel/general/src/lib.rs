//! What the kernel does seldom: boot, and the general path.
//!
//! The core is generic, so its code is compiled where the machine's type is known. What is called here is compiled for
//! size; the fast path is compiled in the kernel's binary, for speed.

#![no_std]

#[cfg(target_arch = "aarch64")]
pub use weft_aarch64::{self as arch, Aarch64 as Machine};
use weft_abi::cap::MemoryClass;
use weft_core::boot::{self, Region};
use weft_core::{Core, Handlers};
use weft_early::region::CAPACITY;
use weft_early::{Handover, Range, stage};
use weft_hal::{Arch, CoreId, Next, PhysAddr, Text, Trap};
#[cfg(target_arch = "x86_64")]
pub use weft_x86_64::{self as arch, X86_64 as Machine};

/// Greatest number of memory regions: two sets, the boot image, and PCI configuration space.
const REGIONS: usize = 2 * CAPACITY + 2;

/// Checks the boot image and makes root, of what the architecture hands over.
///
/// # Panics
/// If there is no root.
#[inline(never)]
pub fn start(core: &mut Core<Machine>, handover: Handover<Machine>, running: u32) {
    let regions = Regions::new(&handover);
    let image = (PhysAddr(handover.image.start), handover.image.length());
    let init = region(MemoryClass::Ram, handover.init);
    let firmware_table = handover.firmware_table;
    core.install(handover.machine);
    let features = *core.arch.features();
    let (version, cores) = (Text(env!("CARGO_PKG_VERSION")), handover.cores);
    core.print(format_args!(
        "weft {version}, {running} of {cores} cores\n{features}\n"
    ));
    let machine = boot::Machine {
        regions: regions.as_slice(),
        image,
        init,
        firmware_table,
        cores: running.min(CoreId::MAX as u32) as u8,
    };
    if let Err(error) = boot::start(core, &machine) {
        panic!("there is no root: {error}");
    }
    arch::stage(stage::ROOT);
    stage::END.into_iter().for_each(arch::stage);
}

/// The functions of the system calls.
pub static HANDLERS: Handlers<Machine> = Core::HANDLERS;

/// Handles a trap that the fast path did not; says what runs next.
#[inline(never)]
pub fn trap(core: &mut Core<Machine>, trap: Trap) -> Next<'_, <Machine as Arch>::Context> {
    core.trap(trap)
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
        for (place, range) in free.zip(ranges) {
            *place = region(class, range);
            self.used += 1;
        }
    }

    fn as_slice(&self) -> &[Region] {
        self.regions.get(..self.used).unwrap_or(&[])
    }
}

fn region(class: MemoryClass, range: Range) -> Region {
    Region {
        base: PhysAddr(range.start),
        len: range.length(),
        class,
    }
}
