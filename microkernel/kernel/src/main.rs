//! The kernel: its state, and the fast path into the core.
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

use core::mem::MaybeUninit;
use core::ptr;

use weft_abi::FaultKind;
use weft_core::{Core, Shared};
use weft_early::{DIRECT_MAP, Handover, System};
use weft_general::{Machine, arch};
use weft_hal::{Answered, Arch, Direct, IrqLine, Next, Trap, Turn};
use weft_store::{Memory, Ref};

arch::entry!(main);

/// The core of this machine's architecture.
struct Kernel(Core<Machine>);

/// The state of a core before its architecture is known.
#[expect(
    clippy::declare_interior_mutable_const,
    reason = "to be copied: each core has a state of its own"
)]
const KERNEL: Kernel = Kernel(Core::new(
    Machine::ABSENT,
    MEMORY,
    Ref::to_static(&SHARED),
    &weft_general::HANDLERS,
));

static BOOT_CORE: arch::Place<Kernel> = arch::Place::new(KERNEL);

static SHARED: Shared<Machine> = Shared::new();

// SAFETY:
// 1. the architecture maps all memory that it hands over at this offset, for ever.
// 2. what it hands over is used by nothing else.
// 3. the offset is in the upper half, and memory in the lower.
const MEMORY: Memory = unsafe { Memory::new(DIRECT_MAP as usize) };

fn main(handover: Handover<Machine>) -> ! {
    let Some(kernel) = BOOT_CORE.take() else {
        panic!("started twice");
    };
    let init = handover.init;
    let cores = arch::start_cores(&handover, make);
    weft_general::start(&mut kernel.0, handover, cores);
    arch::run(kernel, init)
}

/// The state of a further core, to be copied.
struct Further(Kernel);

// SAFETY:
// 1. nothing of it is ever used but its bytes, which nobody changes.
unsafe impl Sync for Further {}

/// A static, because that has a name, by which it is put where it is gone after boot.
static FURTHER: Further = Further(KERNEL);

/// Makes the state of a further core in its place: it is too large for a stack, so it is copied.
fn make(place: &mut MaybeUninit<Kernel>, machine: Machine) -> &mut Kernel {
    // SAFETY:
    // 1. the place is a kernel's, and not `FURTHER`.
    // 2. nothing in a kernel's first state stands for itself: the constant it was made from may be copied as often as one likes.
    unsafe { ptr::copy_nonoverlapping(&raw const FURTHER.0, place.as_mut_ptr(), 1) };
    // SAFETY:
    // 1. just written.
    let kernel = unsafe { place.assume_init_mut() };
    kernel.0.install(machine);
    kernel
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
        self.0.syscall(&weft_general::HANDLERS)
    }

    fn trap(&mut self, trap: Trap) -> Next<'_, Registers> {
        weft_general::trap(&mut self.0, trap)
    }

    #[inline(always)]
    fn fault(&mut self, fault: (FaultKind, u64, u64)) -> Next<'_, Registers> {
        let (kind, address, code) = fault;
        if self.0.faulted_directly(fault) {
            return self.0.resume();
        }
        let trap = Trap::Fault {
            kind,
            address,
            code,
        };
        weft_general::trap(&mut self.0, trap)
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
