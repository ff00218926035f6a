//! The machine, its population, and what happens in it.

use std::collections::{BTreeMap, VecDeque};

use weft_abi::boot;
use weft_abi::cap::MemoryClass;
use weft_abi::message::{CAPS_IN, CAPS_OUT, CapItem};
use weft_abi::{CPtr, FaultKind, Kind, MessageInfo, Rights, Syscall};
use weft_hal::fake::Fake;
use weft_hal::{Access, Clock, IrqLine, Nanoseconds, Trap};

use super::super::{ARGUMENTS, Fixture};
use super::choice::{self, Argument, Random};
use super::population::{ALARM, COPIES, CROWD, MAX, MEMORY, SCHEDS, SPACES, THREADS, WAKE};
use crate::cspace::power;
use crate::object::ThreadRef;

/// A call that was made: by whom, number, arguments.
type Made = (u64, u64, [u64; ARGUMENTS]);

/// A machine in use.
pub(super) struct World {
    pub(super) machine: Fixture,
    pub(super) random: Random,
    pub(super) seed: u64,
    pub(super) repeats: BTreeMap<u64, u32>,
    pub(super) recent: VecDeque<Made>,
    pub(super) path: Path,
    /// How many of twelve calls are of messages.
    pub(super) messages: u64,
    /// Calls, faults and interrupts that took the fast path.
    pub(super) quick: u64,
}

/// The calls of messages: those that have a fast path, and Recv.
const QUICK: [Syscall; 12] = [
    Syscall::Call,
    Syscall::Call,
    Syscall::Call,
    Syscall::ReplyRecv,
    Syscall::ReplyRecv,
    Syscall::ReplyRecv,
    Syscall::Recv,
    Syscall::Recv,
    Syscall::Signal,
    Syscall::Wait,
    Syscall::SignalWait,
    Syscall::Yield,
];

/// How system calls enter the kernel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Path {
    /// By the general path.
    General,
    /// By the fast path if that takes them.
    Fast,
}

impl Drop for World {
    fn drop(&mut self) {
        if std::thread::panicking() {
            std::println!("seed {}; the last calls:", self.seed);
            for (who, number, arguments) in &self.recent {
                let name = Syscall::from_number(*number).map_or("?", Syscall::name);
                std::println!("  {who:#x} {name} {arguments:x?}");
            }
        }
    }
}

impl World {
    /// A machine whose root sleeps.
    pub(super) fn new() -> Self {
        let mut machine = Fixture::new();
        let memory = machine.untyped(MemoryClass::Ram);
        machine.make(memory, Kind::Untyped, 20, MEMORY, 1).unwrap();
        machine
            .make(memory, Kind::Notification, 0, ALARM, 1)
            .unwrap();
        let irq = boot::IRQ_CONTROL.0.into();
        machine
            .call(Syscall::IrqCreate, &[irq, WAKE.0.into(), 0, 1, ALARM + 2])
            .unwrap();
        machine
            .call(Syscall::CNodeMint, &[1, ALARM + 1, 1, ALARM, 31, 1])
            .unwrap();
        machine
            .call(Syscall::IrqBind, &[ALARM + 2, ALARM + 1])
            .unwrap();
        let mut world = Self {
            machine,
            random: Random::new(0),
            seed: 0,
            repeats: BTreeMap::new(),
            recent: VecDeque::new(),
            path: Path::General,
            messages: 4,
            quick: 0,
        };
        world.sleep();
        world
    }

    pub(super) fn sleep(&mut self) {
        let root = self.machine.root;
        let wait = Syscall::Wait as u64;
        root.context.request(wait, &[ALARM, MAX]);
        self.machine.core.enter();
    }

    pub(super) fn wake_root(&mut self) {
        self.machine.core.trap(Trap::Interrupt(WAKE));
        assert_eq!(self.machine.core.sched.current, Some(self.machine.root));
    }

    /// Root revokes all memory of the population.
    pub(super) fn tear_down(&mut self) {
        self.wake_root();
        self.root(Syscall::CNodeRevoke, &[1, MEMORY]);
        self.check_nothing_left();
        self.sleep();
    }

    /// Something happens.
    pub(super) fn step(&mut self) {
        let Some(thread) = self.machine.core.sched.current else {
            return self.pass_time();
        };
        match self.random.below(100) {
            0..4 => self.pass_time(),
            4..7 => self.interrupt(),
            7..10 => self.fault(thread),
            10..14 => self.touch(),
            14..20 => self.use_time(),
            _ => self.call(thread),
        }
    }

    /// The running thread uses some time, and no timer fires.
    fn use_time(&mut self) {
        let by = self.random.of(&[1, 700, 5_000]);
        self.machine.core.arch.advance(Nanoseconds(by));
    }

    fn pass_time(&mut self) {
        let by = self.random.of(&[1, 10_000, 100_000, 1_000_000]);
        let core = &mut self.machine.core;
        core.arch.advance(Nanoseconds(by));
        core.trap(Trap::Timer);
        if core.sched.current.is_none() {
            self.revive();
        }
    }

    /// Nobody runs: root stirs some thread or context, whatever became of it.
    fn revive(&mut self) {
        self.wake_root();
        let copy = |at: u64| COPIES + 1 + at - SPACES;
        let thread = copy(THREADS + self.random.below(CROWD));
        let sched = copy(SCHEDS + self.random.below(CROWD - 1));
        let control = boot::SCHED_CONTROL.0.into();
        let time = [
            control,
            sched,
            self.random.of(&[5, 10, 20]),
            100_000,
            400_000,
        ];
        let calls: [(Syscall, &[u64]); 6] = [
            (Syscall::ThreadSuspend, &[thread]),
            (Syscall::ThreadResume, &[thread]),
            (Syscall::ThreadResume, &[thread]),
            (Syscall::SchedBind, &[sched, thread]),
            (Syscall::SchedConfigure, &time),
            (Syscall::SchedUnbind, &[sched]),
        ];
        let count = 1 + self.random.below(6) as usize;
        for (call, arguments) in &calls[..count] {
            // Much of it may be gone.
            let _ = self.machine.call(*call, arguments);
        }
        self.sleep();
    }

    fn interrupt(&mut self) {
        let line = self.random.of(&[0, 1, 2, 3, 5, 24, 25, 26, 31, 255]);
        self.trap(Trap::Interrupt(IrqLine(line)));
    }

    /// What is no system call, by the path that the world takes.
    fn trap(&mut self, trap: Trap) {
        let core = &mut self.machine.core;
        if self.path == Path::General {
            return core.trap_generally(trap);
        }
        if core.trap_directly(trap).is_some() {
            self.quick += 1;
            core.catch_up();
        } else {
            core.trap_generally(trap);
        }
    }

    fn fault(&mut self, thread: ThreadRef<Fake>) {
        thread.context.status.set(None);
        self.trap(Trap::Fault {
            kind: FaultKind::Read,
            address: 0x1000,
            code: 14,
        });
    }

    /// Touches a page, so that the TLB keeps it; what it kept must be what the tables say.
    fn touch(&mut self) {
        let address = choice::page(&mut self.random);
        let access = self.random.of(&[Access::Read, Access::Write]);
        let kept = self.machine.touch(address, access);
        let active = self.machine.core.arch.active;
        let mut fresh = Fake::new();
        fresh.active = active;
        std::mem::swap(&mut fresh, &mut self.machine.core.arch);
        let walked = self.machine.touch(address, access);
        std::mem::swap(&mut fresh, &mut self.machine.core.arch);
        assert_eq!(kept, walked, "the TLB keeps what the tables do not hold");
    }

    /// The running thread makes a call, or repeats the one that was interrupted.
    fn call(&mut self, thread: ThreadRef<Fake>) {
        let who = thread.address();
        let asked = thread.context.repeats.get();
        if self.repeats.insert(who, asked).unwrap_or(0) == asked {
            self.request(thread);
        }
        let context = &thread.context;
        let before: [u64; ARGUMENTS] = core::array::from_fn(|index| context.arguments[index].get());
        let number = context.number.get();
        self.recent.push_back((who, number, before));
        if self.recent.len() > 60 {
            self.recent.pop_front();
        }
        if self.path == Path::General || !self.machine.enter_quickly(thread) {
            self.machine.core.enter();
        } else {
            self.quick += 1;
        }
        let interruptible = Syscall::from_number(number).is_some_and(|call| {
            use Syscall::{CNodeDelete, CNodeRevoke, UntypedRetype};
            matches!(call, CNodeDelete | CNodeRevoke | UntypedRetype)
        });
        if interruptible && self.lives(thread) && context.repeats.get() != asked {
            let after = core::array::from_fn(|index| context.arguments[index].get());
            assert_eq!((number, before), (context.number.get(), after));
            assert_eq!(context.status.get(), None, "a repeated call ended");
        }
    }

    fn request(&mut self, thread: ThreadRef<Fake>) {
        let call = self.random.of(Syscall::ALL);
        let call = match self.random.below(12) {
            chance if chance < self.messages => self.random.of(&QUICK),
            _ => call,
        };
        let call = match call {
            Syscall::MachineOff => Syscall::Yield,
            // So that rounds do not end too early.
            Syscall::CNodeRevoke | Syscall::CNodeDelete if self.random.below(3) != 0 => {
                Syscall::Reply
            }
            call => call,
        };
        let mut registers = [0; ARGUMENTS];
        for (register, argument) in registers.iter_mut().zip(choice::arguments(call)) {
            *register = self.argument(thread, argument);
        }
        if self.random.below(12) < self.messages.saturating_sub(4) {
            registers[1] = MessageInfo::new(7, self.random.below(8) as usize, 0).0;
        }
        self.fill_page(thread);
        let number = if self.random.once_in(60) {
            99
        } else {
            call as u64
        };
        thread.context.request(number, &registers);
    }

    fn argument(&mut self, thread: ThreadRef<Fake>, argument: Argument) -> u64 {
        match argument {
            Argument::Value(name) => {
                let now = self.machine.core.arch.now().0;
                choice::value(&mut self.random, name, now)
            }
            Argument::Free if self.random.once_in(10) => self.random.below(70),
            Argument::Free => self.empty_slot(thread),
            Argument::Cap(_) if self.random.once_in(15) => self.random.below(70),
            Argument::Cap(kind) => self.find(thread, kind),
        }
    }

    /// A pointer of a thread to a capability of a kind; 0 if it has none.
    fn find(&mut self, thread: ThreadRef<Fake>, kind: Kind) -> u64 {
        let core = &self.machine.core;
        let home = core.home();
        let slots = power(thread.cspace.tag.get(home).size()).min(64);
        let has = |index: &u64| {
            let slot = core.slot_of(&thread.cspace, CPtr(*index as u32));
            slot.is_some_and(|slot| slot.tag.get(home).kind() == Some(kind))
        };
        let found: std::vec::Vec<_> = (1..slots).filter(has).collect();
        if found.is_empty() {
            return 0;
        }
        self.random.of(&found)
    }

    /// An empty slot of a thread's CSpace.
    fn empty_slot(&mut self, thread: ThreadRef<Fake>) -> u64 {
        let core = &self.machine.core;
        let empty = |index: &u64| {
            let slot = core.slot_of(&thread.cspace, CPtr(*index as u32));
            slot.is_some_and(|slot| slot.is_empty(core.home()))
        };
        let found: std::vec::Vec<_> = (1..64).filter(empty).collect();
        if found.is_empty() {
            return 0;
        }
        self.random.of(&found)
    }

    /// Names capabilities to send and slots to receive into.
    fn fill_page(&mut self, thread: ThreadRef<Fake>) {
        for index in 0..4 {
            let cptr = CPtr(self.random.below(64) as u32);
            let item = match self.random.below(3) {
                0 => CapItem::moved(cptr),
                _ => CapItem::copied(cptr, Rights::all()),
            };
            let place = self.random.below(64);
            let core = &self.machine.core;
            core.set_page_word(thread, CAPS_OUT + index, item.0);
            core.set_page_word(thread, CAPS_IN + index, place);
        }
    }
}
