//! A machine of several cores.

use std::boxed::Box;
use std::collections::BTreeSet;
use std::vec::Vec;

use weft_abi::boot::{BootInfo, sched_control};
use weft_abi::cap::MemoryClass;
use weft_abi::layout::STARTUP_PAGE;
use weft_abi::syscall::ARGUMENTS;
use weft_abi::{Kind, Refusal, Syscall};
use weft_hal::fake::{Fake, Others};
use weft_hal::{Access, Context, CoreId, Next, PhysAddr, Trap, VirtAddr};
use weft_store::Arena;
use zerocopy::FromBytes;

use super::super::{Answer, IMAGE, INIT, MEMORY, REGIONS, SHARED, image, word};
use crate::boot::Machine;
use crate::object::{SlotRef, ThreadRef};
use crate::{Core, Shared};

/// Where root keeps what a test makes.
pub(super) const FREE: u64 = 400;
/// Receives at the endpoint in slot 3, with the reply object in slot 4.
pub(super) const RECEIVE: [u64; 9] = [3, 0, 0, 0, 0, 0, 0, 0, 4];

pub(super) struct Cluster {
    pub(super) cores: Vec<Box<Core<Fake>>>,
    pub(super) root: ThreadRef<Fake>,
    /// The cores that were told of mail and have not looked.
    pub(super) told: BTreeSet<CoreId>,
    next: u64,
    _arena: Arena,
}

impl Cluster {
    /// A machine whose root runs on core 0, and whose other cores idle.
    pub(super) fn new(count: u8) -> Self {
        Self::made(count, None)
    }

    /// As `new`; its cores reach the TLBs of all.
    pub(super) fn reaching(count: u8) -> Self {
        Self::made(count, Some(Others::default()))
    }

    /// One of each.
    pub(super) fn both(count: u8) -> [Self; 2] {
        [Self::new(count), Self::reaching(count)]
    }

    fn made(count: u8, others: Option<Others>) -> Self {
        let arena = Arena::new(MEMORY as usize);
        let memory = arena.memory();
        memory.write(IMAGE, &image());
        let shared = memory.place(SHARED, Shared::new());
        let mut cores: Vec<Box<Core<Fake>>> = (0..count)
            .map(|id| {
                let mut fake = Fake::new();
                fake.core = CoreId(id);
                fake.others = others.clone();
                fake.walker = Some(Box::new(move |at| word(memory, at)));
                let mut core = Box::new(Core::new(Fake::new(), memory, shared, &Core::HANDLERS));
                core.install(fake);
                core
            })
            .collect();
        let machine = Machine {
            regions: &REGIONS,
            image: (IMAGE, image().len() as u64),
            init: INIT,
            firmware_table: 0,
            cores: count,
        };
        crate::boot::start(&mut cores[0], &machine).expect("a sound image boots");
        assert!(matches!(cores[0].first(), Next::User(_)));
        for core in &mut cores[1..] {
            assert!(matches!(core.first(), Next::Idle));
        }
        let root = cores[0].sched.current.expect("root runs");
        Self {
            cores,
            root,
            told: BTreeSet::new(),
            next: FREE,
            _arena: arena,
        }
    }

    pub(super) fn core(&self, id: u8) -> &Core<Fake> {
        &self.cores[usize::from(id)]
    }

    /// Notes who was told of mail.
    pub(super) fn listen(&mut self) {
        for core in &mut self.cores {
            self.told.append(&mut core.arch.notified);
        }
    }

    /// One core that was told of mail looks; false if there is none.
    pub(super) fn look(&mut self, choose: impl FnOnce(usize) -> usize) -> bool {
        self.listen();
        if self.told.is_empty() {
            return false;
        }
        let at = choose(self.told.len());
        let id = *self.told.iter().nth(at).expect("one of them");
        self.told.remove(&id);
        let core = &mut self.cores[usize::from(id.0)];
        core.trap_generally(Trap::Mail);
        true
    }

    /// Lets all mail be read that is not this core's.
    pub(super) fn rest_without(&mut self, core: u8) {
        loop {
            self.listen();
            let other = |told: &CoreId| told.0 != core;
            let Some(at) = self.told.iter().position(other) else {
                return;
            };
            self.look(|_| at);
        }
    }

    /// Lets all mail be read.
    pub(super) fn rest(&mut self) {
        let mut looks = 0;
        while self.look(|count| looks % count) {
            looks += 1;
            assert!(looks < 100_000, "mail without end");
        }
    }

    /// A system call of a thread that runs; all mail is read. Gives its answer if it has one.
    pub(super) fn try_call(
        &mut self,
        thread: ThreadRef<Fake>,
        call: Syscall,
        arguments: &[u64],
    ) -> Option<Answer> {
        thread.context.request(call as u64, arguments);
        for _ in 0..10_000 {
            let home = usize::from(thread.core.0);
            if self.cores[home].sched.current == Some(thread) {
                self.cores[home].enter();
            }
            self.rest();
            let Some(status) = thread.context.status.get() else {
                if self.cores[home].sched.current == Some(thread) {
                    continue;
                }
                return None;
            };
            return Some(match Refusal::from_status(status) {
                Some(refusal) => Err(refusal),
                None => Ok(core::array::from_fn::<_, ARGUMENTS, _>(|index| {
                    thread.context.argument(index)
                })),
            });
        }
        panic!("a call is repeated without end")
    }

    /// A system call of root, with all of the mail that it makes.
    pub(super) fn call(&mut self, call: Syscall, arguments: &[u64]) -> Answer {
        let root = self.root;
        self.try_call(root, call, arguments).expect("root goes on")
    }

    /// Wakes root, which waits for a notification, as an interrupt would.
    pub(super) fn wake_root(&mut self, notification: u64) {
        let object = self.object(notification, Kind::Notification);
        let core = &mut self.cores[0];
        core.signal(object, 1);
        core.settle(crate::state::Next::Caller);
        assert_eq!(core.sched.current, Some(self.root));
    }

    /// Hangs the page tables for an address into a space, whose core they are of.
    pub(super) fn hang_tables(&mut self, core: u8, space: u64, address: u64) {
        for _ in 0..3 {
            let table = self.make(core, Kind::PageTable, 0);
            self.call(Syscall::SpaceMapTable, &[space, table, address])
                .unwrap();
        }
    }

    /// Root's boot information.
    pub(super) fn info(&mut self) -> BootInfo {
        let core = &mut self.cores[0];
        let memory = core.memory;
        let found = core
            .arch
            .access(VirtAddr(STARTUP_PAGE), Access::Read, |at| word(memory, at));
        let at = found.expect("the page is mapped").physical;
        let words = (0..size_of::<BootInfo>() as u64 / 8)
            .flat_map(|index| word(memory, PhysAddr(at.0 + index * 8)).to_le_bytes());
        let bytes: Vec<u8> = words.collect();
        BootInfo::read_from_bytes(&bytes).expect("long enough")
    }

    /// The slot of a core's memory.
    pub(super) fn memory_of(&mut self, core: u8) -> u64 {
        let info = self.info();
        let used = info.untypeds.iter().take(info.untyped_count as usize);
        let fits = |entry: &&weft_abi::boot::UntypedEntry| {
            entry.core == core && entry.class == MemoryClass::Ram as u8
        };
        let found = used.filter(fits).max_by_key(|entry| entry.size);
        found.expect("each core has memory").slot.into()
    }

    /// The slot of a core's right to set priorities.
    pub(super) fn control_of(core: u8) -> u64 {
        sched_control(core).0.into()
    }

    /// So many free slots of root's CNode.
    pub(super) fn slots(&mut self, count: u64) -> u64 {
        self.next += count;
        self.next - count
    }

    /// What a test made before is gone, and its slots are free.
    pub(super) fn forget_slots(&mut self) {
        self.next = FREE + 64;
    }

    /// One more than the last slot that a test uses.
    pub(super) fn last_slot(&self) -> u64 {
        self.next
    }

    /// Panics if a core has anything left to do for others.
    pub(super) fn check_idle(&mut self, core: u8) {
        let core = &mut self.cores[usize::from(core)];
        let home = core.home();
        assert!(core.visits.is_empty(), "a visitor is left");
        let id = core.id();
        let boxes = core.boxes(id).expect("it has boxes");
        assert!(boxes.are_empty(home), "mail is left");
        assert_eq!(core.dying_step(), crate::cspace::Progress::Done);
    }

    /// Makes an object of a core's memory.
    pub(super) fn make(&mut self, core: u8, kind: Kind, size: u64) -> u64 {
        let (memory, at) = (self.memory_of(core), self.slots(1));
        let order = [memory, kind as u64, size, 1, at, 1];
        self.call(Syscall::UntypedRetype, &order).expect("made");
        at
    }

    /// A slot of root's CNode.
    pub(super) fn slot(&self, index: u64) -> SlotRef {
        let cptr = weft_abi::CPtr(index as u32);
        self.core(0)
            .slot_of(&self.root.cspace, cptr)
            .expect("root's CNode is large enough")
    }

    /// The kind of what stands in a slot of root's CNode.
    pub(super) fn kind(&self, index: u64) -> Option<Kind> {
        self.slot(index).tag.get(self.core(0).home()).kind()
    }

    /// The object in a slot of root's CNode.
    pub(super) fn object<T>(&self, index: u64, kind: Kind) -> weft_store::Ref<T> {
        let home = self.core(0).home();
        self.slot(index)
            .object_of(home, kind)
            .expect("of that kind")
    }
}

/// A program on a core: root's slots of its objects.
#[derive(Clone, Copy)]
pub(super) struct Program {
    pub(super) core: u8,
    pub(super) thread: u64,
    pub(super) cnode: u64,
    pub(super) space: u64,
    pub(super) sched: u64,
}

impl Cluster {
    /// A program that runs on a core. Slot 1 of its CNode is that CNode.
    pub(super) fn program(&mut self, core: u8, priority: u64) -> Program {
        let program = Program {
            core,
            thread: self.make(core, Kind::Thread, 0),
            cnode: self.make(core, Kind::CNode, 6),
            space: self.make(core, Kind::AddressSpace, 0),
            sched: self.make(core, Kind::SchedContext, 0),
        };
        self.give(program, program.cnode, 1);
        let configure = [program.thread, program.cnode, program.space, 0, 0, 0];
        self.call(Syscall::ThreadConfigure, &configure).unwrap();
        let time = [
            Self::control_of(core),
            program.sched,
            priority,
            10_000_000,
            10_000_000,
        ];
        self.call(Syscall::SchedConfigure, &time).unwrap();
        self.call(Syscall::SchedBind, &[program.sched, program.thread])
            .unwrap();
        self.call(Syscall::ThreadResume, &[program.thread]).unwrap();
        program
    }

    /// Root copies what it has in a slot into a program's CNode.
    pub(super) fn give(&mut self, program: Program, from: u64, to: u64) {
        let copy = [program.cnode, to, 1, from, 31];
        self.call(Syscall::CNodeCopy, &copy).expect("copied");
    }

    pub(super) fn thread_of(&self, program: Program) -> ThreadRef<Fake> {
        self.object(program.thread, Kind::Thread)
    }

    /// The address of a program's thread, if that is still there.
    pub(super) fn thread_if_any(&self, program: Program) -> Option<u64> {
        let home = self.core(0).home();
        let thread = self
            .slot(program.thread)
            .object_of::<crate::object::Thread<Fake>>(home, Kind::Thread)?;
        Some(thread.address())
    }

    /// A system call of a program, which must be running.
    pub(super) fn call_of(
        &mut self,
        program: Program,
        call: Syscall,
        arguments: &[u64],
    ) -> Option<Answer> {
        let thread = self.thread_of(program);
        let running = self.core(program.core).sched.current;
        assert_eq!(running, Some(thread), "the program does not run");
        self.try_call(thread, call, arguments)
    }
}
