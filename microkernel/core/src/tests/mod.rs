//! The core over the fake architecture: a machine is booted, and its root thread makes system calls.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    reason = "a test that overflows or misses an index has failed"
)]

mod boot;
mod budgets;
mod calls;
mod cores;
mod counters;
mod cspace;
mod deadlines;
mod fast;
mod gone;
mod invariants;
mod ipc;
mod messages;
mod sched;
mod space;
mod vectors;

use std::boxed::Box;
use std::vec::Vec;

use weft_abi::boot::{BootInfo, MAX_UNTYPEDS, UNTYPEDS};
use weft_abi::cap::MemoryClass;
use weft_abi::image::{self, ImageHeader, MAX_SEGMENTS, NAME_BYTES, Program, Segment};
use weft_abi::layout::{PROGRAM_BASE, STARTUP_PAGE};
use weft_abi::syscall::ARGUMENTS;
use weft_abi::{ABI_HASH, Kind, Refusal, Rights, Syscall};
use weft_hal::fake::{Fake, FakeContext, Preemption};
use weft_hal::{Access, Answered, Context, Next, PhysAddr, Trap, Turn, VirtAddr};
use weft_store::{Arena, Memory};
use zerocopy::{FromBytes, FromZeros, IntoBytes};

use crate::boot::{BootError, Machine, Region};
use crate::object::{SlotRef, ThreadRef};
use crate::{Core, Shared};

/// Bytes of the fake machine's memory.
const MEMORY: u64 = 16 << 20;
/// Where device registers are.
const DEVICES: Region = Region {
    base: PhysAddr(0xf000_0000),
    len: 0x1_0000,
    class: MemoryClass::Device,
};
/// Plain memory and device registers.
const REGIONS: [Region; 2] = [
    Region {
        base: Arena::BASE,
        len: RAM,
        class: MemoryClass::Ram,
    },
    DEVICES,
];
/// Where the boot image is.
const IMAGE: PhysAddr = PhysAddr(Arena::BASE.0 + 0xf0_0000);

/// What runs only at boot is behind everything else, and full of something.
const INIT: Region = Region {
    base: PhysAddr(Arena::BASE.0 + MEMORY - 0x3000),
    len: 0x3000,
    class: MemoryClass::Ram,
};

/// Where what the cores share is: behind the memory that root gets.
const SHARED: PhysAddr = PhysAddr(Arena::BASE.0 + RAM);
/// Bytes of plain memory.
const RAM: u64 = MEMORY - 0x8_0000;

/// What a system call gave: all argument registers, or a refusal.
type Answer = Result<[u64; ARGUMENTS], Refusal>;

/// A booted machine.
struct Fixture {
    core: Box<Core<Fake>>,
    root: ThreadRef<Fake>,
    _arena: Arena,
}

impl Core<Fake> {
    /// Handles a trap by the fast path, if that takes it; else nothing has changed.
    fn trap_directly(&mut self, trap: Trap) -> Option<()> {
        match trap {
            Trap::Interrupt(line) => self.interrupt_directly(line).map(|_| ()),
            Trap::Fault {
                kind,
                address,
                code,
            } => self.fault_directly((kind, address, code)),
            _ => None,
        }
    }
}

impl Core<Fake> {
    /// The running thread's system call by the general path, as an architecture's stubs make it.
    fn enter(&mut self) {
        let caller = self.sched.current;
        let done = matches!(self.syscall(&Self::HANDLERS), Next::Caller);
        if let Some(thread) = caller.filter(|_| done) {
            assert!(
                self.stays(caller),
                "a call changed who runs and did not say so"
            );
            thread.context.set_status(0);
        }
    }
}

impl Fixture {
    /// A machine whose root runs.
    fn new() -> Self {
        let arena = Arena::new(MEMORY as usize);
        Self::start(arena, &image()).expect("a sound image boots")
    }

    /// Starts a machine with an image.
    fn start(arena: Arena, image: &[u8]) -> Result<Self, BootError> {
        let memory = arena.memory();
        memory.write(IMAGE, image);
        let machine = Machine {
            regions: &REGIONS,
            image: (IMAGE, image.len() as u64),
            init: INIT,
            firmware_table: 0xe_0000,
            cores: 1,
        };
        let shared = memory.place(SHARED, Shared::new());
        let mut core = Box::new(Core::new(Fake::new(), memory, shared, &Core::HANDLERS));
        core.arch.walker = Some(Box::new(move |at| word(memory, at)));
        crate::boot::start(&mut core, &machine)?;
        assert!(matches!(core.first(), Next::User(_)), "root does not run");
        let root = core.sched.current.expect("root runs");
        Ok(Self {
            core,
            root,
            _arena: arena,
        })
    }

    /// A system call of root, repeated as long as the kernel asks for it.
    fn call(&mut self, call: Syscall, arguments: &[u64]) -> Answer {
        self.call_as(self.root, call, arguments)
    }

    /// A system call of the running thread.
    fn call_as(&mut self, thread: ThreadRef<Fake>, call: Syscall, arguments: &[u64]) -> Answer {
        thread.context.request(call as u64, arguments);
        while thread.context.status.get().is_none() {
            assert_eq!(
                self.core.sched.current,
                Some(thread),
                "the caller does not run"
            );
            self.core.enter();
        }
        match Refusal::from_status(thread.context.status.get().unwrap_or(0)) {
            Some(refusal) => Err(refusal),
            None => Ok(core::array::from_fn(|index| thread.context.argument(index))),
        }
    }

    /// Makes the running thread's system call by the fast path, as an architecture's stubs do; false if that declines.
    fn enter_quickly(&mut self, thread: ThreadRef<Fake>) -> bool {
        let context = &thread.context;
        let taken = match Syscall::from_number(context.number()) {
            Some(Syscall::Call) => self.call_quickly(context),
            Some(Syscall::ReplyRecv) => self.answer_quickly(context),
            Some(call) => self.turn_quickly(call, context),
            None => None,
        };
        if taken.is_some() {
            context.scratch_dirty.set(false);
            self.core.catch_up();
        }
        taken.is_some()
    }

    fn call_quickly(&mut self, from: &FakeContext) -> Option<()> {
        let (object, info) = (from.argument(0), from.argument(1));
        let direct = if is_short(info) {
            self.core.call_directly(object)?
        } else {
            self.core.call_at_length(object, info)?
        };
        deliver(from, direct.context, direct.badge);
        Some(())
    }

    fn answer_quickly(&mut self, from: &FakeContext) -> Option<()> {
        let (objects, info) = (packed(from)?, from.argument(1));
        let answered = if is_short(info) {
            self.core.answer_directly(objects, info)?
        } else {
            self.core.answer_at_length(objects, info)?
        };
        if let Answered::Caller(to) = answered {
            deliver(from, to, 0);
        }
        Some(())
    }

    fn turn_quickly(&mut self, call: Syscall, from: &FakeContext) -> Option<()> {
        let (object, deadline) = (from.argument(0), from.argument(1));
        let turn = match call {
            Syscall::Signal => self.core.signal_directly(object)?,
            Syscall::Wait => self.core.wait_directly(object, deadline)?,
            Syscall::SignalWait => self.core.signal_wait_directly(packed(from)?, deadline)?,
            Syscall::Yield => self.core.yield_directly()?,
            Syscall::SpaceMap => {
                let arguments = core::array::from_fn(|index| from.argument(index));
                self.core.map_directly(arguments)?
            }
            _ => return None,
        };
        if let Turn::Caller = turn {
            from.set_status(0);
        }
        Some(())
    }

    /// Every `n`-th look for an interrupt finds one.
    fn interrupt_every(&mut self, n: u32) {
        self.core.arch.preemption = Preemption::Every(n);
    }

    /// Root's boot information, read as root reads it.
    fn info(&mut self) -> BootInfo {
        let mut bytes = std::vec![0; size_of::<BootInfo>()];
        for (offset, byte) in bytes.iter_mut().enumerate() {
            *byte = self
                .load(STARTUP_PAGE + offset as u64)
                .expect("the page is mapped");
        }
        BootInfo::read_from_bytes(&bytes).expect("the page is long enough")
    }

    /// A byte of the active address space.
    fn load(&mut self, address: u64) -> Option<u8> {
        let found = self.touch(address, Access::Read)?;
        let word = PhysAddr(found.0 & !0xfff);
        let index = (address & 0xfff) as usize;
        let page = self.core.memory.page(word);
        let value = page[index / 8].load(core::sync::atomic::Ordering::Relaxed);
        Some(value.to_le_bytes()[index % 8])
    }

    /// The page that an access of user mode reaches, if it is allowed.
    fn touch(&mut self, address: u64, access: Access) -> Option<PhysAddr> {
        let memory = self.core.memory;
        let read = |at| word(memory, at);
        let found = self.core.arch.access(VirtAddr(address), access, read);
        found.ok().map(|translation| translation.physical)
    }

    /// The slot of the greatest untyped of a class.
    fn untyped(&mut self, class: MemoryClass) -> u64 {
        let info = self.info();
        let used = &info.untypeds[..(info.untyped_count as usize).min(MAX_UNTYPEDS)];
        let found = used.iter().filter(|entry| entry.class == class as u8);
        found
            .max_by_key(|entry| entry.size)
            .map_or(UNTYPEDS.0, |entry| entry.slot)
            .into()
    }

    /// A slot of root's CNode.
    fn slot(&self, index: u64) -> SlotRef {
        let cptr = weft_abi::CPtr(index as u32);
        self.core
            .slot_of(&self.root.cspace, cptr)
            .expect("root's CNode is large enough")
    }

    /// Makes objects in root's CNode.
    fn make(&mut self, untyped: u64, kind: Kind, size: u64, at: u64, count: u64) -> Answer {
        self.call(
            Syscall::UntypedRetype,
            &[untyped, kind as u64, size, 1, at, count],
        )
    }
}

/// Whether the stubs take an information word for a message that is all in registers.
fn is_short(info: u64) -> bool {
    info as u32 <= weft_abi::REGISTER_WORDS as u32
}

/// Two capability pointers in one register, if they are pointers.
fn packed(context: &FakeContext) -> Option<u64> {
    let (low, high) = (context.argument(0), context.argument(8));
    (low >> 32 == 0 && high >> 32 == 0).then_some(low | high << 32)
}

/// What the stubs do with a message in registers.
fn deliver(from: &FakeContext, to: &FakeContext, badge: u64) {
    for word in 1..8 {
        to.set_argument(word, from.argument(word));
    }
    to.set_argument(0, badge);
    to.set_argument(8, 0);
    to.set_status(0);
    to.scratch_dirty.set(false);
}

/// A word of memory.
fn word(memory: Memory, at: PhysAddr) -> u64 {
    let page = memory.page(PhysAddr(at.0 & !0xfff));
    page[(at.0 & 0xfff) as usize / 8].load(core::sync::atomic::Ordering::Relaxed)
}

/// A segment of a test program.
fn segment(address: u64, offset: u64, file: u64, memory: u64, rights: Rights) -> Segment {
    Segment {
        address,
        offset,
        file_bytes: file,
        memory_bytes: memory,
        rights: rights.bits().into(),
        reserved: 0,
    }
}

/// A boot image whose root has code and data.
fn image() -> Vec<u8> {
    let code = segment(
        PROGRAM_BASE,
        0x1000,
        0x1800,
        0x1800,
        Rights::READ | Rights::EXECUTE,
    );
    let data = segment(
        PROGRAM_BASE + 0x2000,
        0x3000,
        5,
        0x1010,
        Rights::READ | Rights::WRITE,
    );
    image_of(&[code, data])
}

/// A boot image whose root has these segments.
fn image_of(segments: &[Segment]) -> Vec<u8> {
    let mut bytes = std::vec![0; 0x4000];
    for (index, byte) in bytes.iter_mut().enumerate().skip(0x1000) {
        *byte = (index / 0x800) as u8;
    }
    let mut program = Program::new_zeroed();
    program.name[..4].copy_from_slice(b"root");
    assert!(program.name.len() == NAME_BYTES && segments.len() <= MAX_SEGMENTS);
    program.entry = PROGRAM_BASE + 0x10;
    program.segments = segments.len() as u32;
    program.segment[..segments.len()].copy_from_slice(segments);
    let program_at = size_of::<ImageHeader>();
    bytes[program_at..program_at + size_of::<Program>()].copy_from_slice(program.as_bytes());
    let mut header = ImageHeader::new_zeroed();
    header.magic = image::MAGIC;
    header.abi_hash = ABI_HASH;
    header.length = bytes.len() as u64;
    header.programs = 1;
    header.programs_at = program_at as u64;
    header.crc32 = crc32fast::hash(&bytes[program_at..]);
    bytes[..program_at].copy_from_slice(header.as_bytes());
    bytes
}
