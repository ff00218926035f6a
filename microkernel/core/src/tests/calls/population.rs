//! Who lives in the machine: CNodes, threads, and objects of every kind.

use weft_abi::{Kind, Syscall, boot};
use weft_hal::IrqLine;
use weft_hal::fake::Preemption;

use super::choice::Random;
use super::world::World;

/// Slots of root's CNode: all memory of the population, its first CNode, and root's alarm clock.
pub(super) const MEMORY: u64 = 300;
pub(super) const FIRST: u64 = 301;
pub(super) const ALARM: u64 = 302;
/// Copies of the threads' and contexts' capabilities, for root.
pub(super) const COPIES: u64 = 310;
/// The interrupt line that wakes root.
pub(super) const WAKE: IrqLine = IrqLine(20);
pub(super) const MAX: u64 = u64::MAX;

/// In the first CNode.
const OWN: u64 = 1;
const SECOND: u64 = 2;
pub(super) const SPACES: u64 = 3;
const ENDPOINTS: u64 = 5;
const NOTIFICATIONS: u64 = 10;
const REPLIES: u64 = 15;
pub(super) const THREADS: u64 = 20;
pub(super) const SCHEDS: u64 = 26;
const CONTROLS: u64 = 40;
const TABLES: u64 = 52;
/// Threads; the last two have no scheduling context.
pub(super) const CROWD: u64 = 6;

impl World {
    pub(super) fn root(&mut self, call: Syscall, arguments: &[u64]) {
        self.machine
            .call(call, arguments)
            .unwrap_or_else(|refusal| panic!("{call:?} {arguments:?}: {refusal:?}"));
    }

    fn make(&mut self, kind: Kind, size: u64, at: u64, count: u64) {
        let arguments = [MEMORY, kind as u64, size, FIRST, at, count];
        self.root(Syscall::UntypedRetype, &arguments);
    }

    /// Fills the CNodes and starts the threads.
    pub(super) fn populate(&mut self, seed: u64) {
        self.seed = seed;
        self.random = Random::new(seed);
        self.recent.clear();
        self.repeats.clear();
        self.wake_root();
        self.machine.core.arch.preemption = Preemption::Never;
        self.machine
            .make(MEMORY, Kind::CNode, 6, FIRST + 100, 1)
            .unwrap();
        self.root(Syscall::CNodeCopy, &[1, FIRST, 1, FIRST + 100, 31]);
        self.root(Syscall::CNodeMove, &[FIRST, OWN, 1, FIRST + 100]);
        self.make(Kind::CNode, 6, SECOND, 1);
        self.make(Kind::AddressSpace, 0, SPACES, 2);
        self.open_counters(SPACES + 1);
        self.make(Kind::Endpoint, 0, ENDPOINTS, 3);
        self.make(Kind::Notification, 0, NOTIFICATIONS, 3);
        self.make(Kind::Reply, 0, REPLIES, 4);
        self.make(Kind::Thread, 0, THREADS, CROWD);
        self.make(Kind::SchedContext, 0, SCHEDS, CROWD - 1);
        self.make(Kind::Frame, 12, 32, 3);
        self.make(Kind::PageTable, 0, TABLES, 8);
        self.make(Kind::Untyped, 16, 39, 1);
        self.hang_tables();
        self.give_controls();
        self.mint(ENDPOINTS + 3, ENDPOINTS, 7);
        self.mint(ENDPOINTS + 4, ENDPOINTS + 1, 8);
        self.mint(NOTIFICATIONS + 3, NOTIFICATIONS, 1);
        self.mint(NOTIFICATIONS + 4, NOTIFICATIONS + 1, 2);
        self.share();
        (0..CROWD).for_each(|index| self.start(index));
        let every = self.random.of(&[0, 0, 3, 7]);
        if every != 0 {
            self.machine.interrupt_every(every);
        }
        self.sleep();
    }

    /// Threads of one of the two spaces may read counters.
    fn open_counters(&mut self, space: u64) {
        let control = boot::SCHED_CONTROL.0.into();
        self.root(Syscall::CNodeMove, &[1, COPIES, FIRST, space]);
        self.root(Syscall::SpaceAllowCounters, &[control, COPIES]);
        self.root(Syscall::CNodeMove, &[FIRST, space, 1, COPIES]);
    }

    /// Both spaces get the tables for the pages that are mapped at, and two are left.
    fn hang_tables(&mut self) {
        for table in 0..6 {
            let (space, scratch) = (COPIES, COPIES + 1);
            let from = SPACES + table / 3;
            self.root(Syscall::CNodeCopy, &[1, space, FIRST, from, 31]);
            self.root(Syscall::CNodeMove, &[1, scratch, FIRST, TABLES + table]);
            self.root(Syscall::SpaceMapTable, &[space, scratch, 0x40_0000]);
            self.root(Syscall::CNodeMove, &[FIRST, TABLES + table, 1, scratch]);
            self.root(Syscall::CNodeDelete, &[1, space]);
        }
    }

    fn give_controls(&mut self) {
        let controls = [boot::IRQ_CONTROL, boot::PORTS, boot::LOG];
        for (place, control) in (CONTROLS + 1..).zip(controls) {
            let from = u64::from(control.0);
            self.root(Syscall::CNodeCopy, &[FIRST, place, 1, from, 31]);
        }
        let sched = boot::SCHED_CONTROL.0.into();
        self.root(Syscall::CNodeMint, &[FIRST, CONTROLS, 1, sched, 31, 50]);
    }

    fn mint(&mut self, to: u64, from: u64, badge: u64) {
        self.root(Syscall::CNodeMint, &[FIRST, to, FIRST, from, 31, badge]);
    }

    /// The second CNode gets copies of what can be copied, some with fewer rights, and root of some.
    fn share(&mut self) {
        self.root(Syscall::CNodeCopy, &[1, COPIES, FIRST, SECOND, 31]);
        for index in 1..50 {
            let rights = self.random.of(&[31, 31, 31, 7, 3]);
            let copy = [COPIES, index, FIRST, index, rights];
            // Empty slots and what cannot be shared are refused.
            let _ = self.machine.call(Syscall::CNodeCopy, &copy);
        }
        for (place, index) in (COPIES + 1..).zip(SPACES..SCHEDS + CROWD) {
            let _ = self
                .machine
                .call(Syscall::CNodeCopy, &[1, place, FIRST, index, 31]);
        }
    }

    fn start(&mut self, index: u64) {
        let copy = |at: u64| COPIES + 1 + at - SPACES;
        let thread = copy(THREADS + index);
        let cspace = if index.is_multiple_of(2) {
            FIRST
        } else {
            COPIES
        };
        let fault = self.random.of(&[0, copy(ENDPOINTS)]);
        let timeout = self.random.of(&[0, 0, copy(ENDPOINTS + 1)]);
        let space = copy(SPACES + index % 2);
        let uses = index / 2 % 2;
        let bindings = [thread, cspace, space, fault, timeout, uses];
        self.root(Syscall::ThreadConfigure, &bindings);
        if index < CROWD - 2 {
            let sched = copy(SCHEDS + index);
            let control = boot::SCHED_CONTROL.0.into();
            let priority = self.random.of(&[5, 10, 20]);
            let period = self.random.of(&[100_000, 400_000]);
            if self.random.once_in(4) {
                let arguments = [control, sched, 100_000, 1_000_000, 5_000];
                self.root(Syscall::SchedSetDeadline, &arguments);
            } else {
                let arguments = [control, sched, priority, 100_000, period];
                self.root(Syscall::SchedConfigure, &arguments);
            }
            self.root(Syscall::SchedBind, &[sched, thread]);
        }
        self.root(Syscall::ThreadResume, &[thread]);
    }
}
