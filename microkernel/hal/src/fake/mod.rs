//! A fake architecture for host tests, stricter than hardware.
//!
//! It keeps every TLB entry until it is told to forget it, refuses entries that no architecture allows, and
//! records what core asked of the timer and the interrupt controller. Time passes only when a test says so.
//! Physical memory is the test's own: [`Fake::access`] reads page tables through a function.

mod context;
mod devices;
mod paging;

use core::cell::{Cell, RefCell};
use std::boxed::Box;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;
use std::vec::Vec;

use crate::{
    Arch, Clock, Console, CoreId, CounterGate, Counters, Cpu, IrqLine, IrqMode, Nanoseconds,
    PhysAddr, Root, TlbTag, VirtAddr,
};

pub use context::{FakeContext, FakeVectors};
pub use paging::{PageFault, Translation};

/// When [`Cpu::interrupt_pending`] says that an interrupt waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Preemption {
    /// Never.
    #[default]
    Never,
    /// At every `n`-th question.
    Every(u32),
}

/// Reads a word of page tables by its physical address.
pub type Walker = Box<dyn Fn(PhysAddr) -> u64>;

/// Pages that all cores were told to forget; `None`: everything.
pub type Others = Rc<RefCell<Vec<Option<VirtAddr>>>>;

/// What ends a test whose kernel switched the machine off: the panic's payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PoweredOff(pub u8);

/// The fake processor core and its board.
#[derive(Default)]
pub struct Fake {
    /// Which core it is.
    pub core: CoreId,
    /// The cores that were told of mail since a test last looked.
    pub notified: BTreeSet<CoreId>,
    /// How many interrupts it has sent to tell of mail.
    pub notifications: u64,
    /// Where the registers are that were to be forgotten, in the order of time.
    pub forgotten: Vec<usize>,
    /// Where the registers are that were to be put away, in the order of time.
    pub put_away: Vec<usize>,
    /// The memory that was got ready before it was mapped: where, and how many bytes, in the order of time.
    pub prepared: RefCell<Vec<(PhysAddr, u64)>>,
    /// The clock; a test advances it.
    pub now: Nanoseconds,
    /// The timer's deadline; `None` if it was never set.
    pub timer: Option<Nanoseconds>,
    /// When long operations are interrupted.
    pub preemption: Preemption,
    /// All text that the kernel wrote.
    pub console: Vec<u8>,
    /// The active address space.
    pub active: Option<Root>,
    /// Whether user mode may read the counters.
    pub counters: Counters,
    /// Modes of the configured interrupt lines.
    pub modes: BTreeMap<IrqLine, IrqMode>,
    /// Lines that may fire.
    pub unmasked: BTreeSet<IrqLine>,
    /// Message-signalled lines in use.
    pub msis: BTreeSet<IrqLine>,
    /// The last value written to each I/O port; reads give it back.
    pub ports: BTreeMap<u16, u32>,
    /// How many flushes were asked for: of pages, of spaces, of everything.
    pub flushes: (usize, usize, usize),
    /// How the page-table walker reads a word. With it, every flush of a page looks whether its entry was changed
    /// as hardware wants it.
    pub walker: Option<Walker>,
    /// How much time passes whenever the kernel looks at the clock.
    pub per_look: Nanoseconds,
    /// If a core reaches the TLBs of others: what they all were told to forget, in the order of time.
    pub others: Option<Others>,
    /// How much of that it has heard.
    heard: usize,
    looks: Cell<u64>,
    tlb: HashMap<(TlbTag, u64), Translation>,
    questions: Cell<u32>,
}

impl Fake {
    /// A core that was just switched on.
    pub fn new() -> Self {
        Self::default()
    }

    /// Lets time pass. Whether the timer's deadline has passed then.
    pub fn advance(&mut self, by: Nanoseconds) -> bool {
        self.now = self.now.after(by);
        self.timer.is_some_and(|deadline| deadline <= self.now)
    }

    /// From now on each look at the clock takes so long. What looks took before has passed.
    pub fn look_takes(&mut self, time: Nanoseconds) {
        let passed = self.looks.replace(0).wrapping_mul(self.per_look.0);
        self.now = self.now.after(Nanoseconds(passed));
        self.per_look = time;
    }

    /// The console's text.
    pub fn text(&self) -> std::string::String {
        std::string::String::from_utf8_lossy(&self.console).into_owned()
    }
}

impl Arch for Fake {
    type Context = FakeContext;

    fn forget(&mut self, context: &FakeContext) {
        self.forgotten.push(core::ptr::from_ref(context).addr());
    }

    fn put_away(&mut self, context: &FakeContext) {
        self.put_away.push(core::ptr::from_ref(context).addr());
    }
}

impl CounterGate for Fake {
    fn set_counters(&mut self, counters: Counters) {
        assert_ne!(counters, self.counters, "they are so already");
        self.counters = counters;
    }
}

impl Cpu for Fake {
    fn core(&self) -> CoreId {
        self.core
    }

    fn notify(&mut self, core: CoreId) {
        self.notified.insert(core);
        self.notifications = self.notifications.wrapping_add(1);
    }

    fn interrupt_pending(&self) -> bool {
        let Preemption::Every(period) = self.preemption else {
            return false;
        };
        self.questions.set(self.questions.get().wrapping_add(1));
        self.questions.get().is_multiple_of(period.max(1))
    }
}

impl Clock for Fake {
    fn now(&self) -> Nanoseconds {
        let passed = self.looks.get().wrapping_mul(self.per_look.0);
        self.looks.set(self.looks.get().wrapping_add(1));
        self.now.after(Nanoseconds(passed))
    }

    fn set_timer(&mut self, deadline: Nanoseconds) {
        self.timer = Some(deadline);
    }
}

impl Console for Fake {
    fn write_byte(&mut self, byte: u8) {
        self.console.push(byte);
    }
}
