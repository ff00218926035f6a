//! A scheduling context: the right to use processor time.

use weft_hal::{Arch, Nanoseconds};
use weft_store::{Home, HomeCell, Ref};

use crate::list::{Linked, Links};

use super::{Reply, ThreadRef};

/// Priority, and a budget that comes back every period.
#[repr(C, align(128))]
pub struct SchedContext<A: Arch> {
    /// A bit for each priority that is greater than its own.
    pub above: HomeCell<u64>,
    /// The thread that runs on it: the owner, or a server that a call lent it to.
    pub user: HomeCell<Option<ThreadRef<A>>>,
    /// The thread that it was bound to.
    pub owner: HomeCell<Option<ThreadRef<A>>>,
    /// 0..=63; the greater runs first. Set by [`set_priority`](Self::set_priority).
    pub priority: HomeCell<u8>,
    /// Time that may be used in a period. Equal to the period: round robin, never throttled.
    pub budget: HomeCell<Nanoseconds>,
    /// How often the budget comes back; 0 if the context was never configured.
    pub period: HomeCell<Nanoseconds>,
    /// What is left of the budget.
    pub remaining: HomeCell<Nanoseconds>,
    /// Processor time used so far, by whoever ran on it.
    pub used: HomeCell<Nanoseconds>,
    /// When the budget comes back.
    pub refill_at: HomeCell<Nanoseconds>,
    /// The reply object that keeps it while its borrower is blocked.
    pub parked: HomeCell<Option<Ref<Reply<A>>>>,
    /// Whether it waits in the list of contexts without budget.
    pub throttled: HomeCell<bool>,
    /// Links of that list.
    pub links: Links<SchedContext<A>>,
}

impl<A: Arch> SchedContext<A> {
    /// A context that allows nothing until it is configured.
    pub const fn new() -> Self {
        Self {
            above: HomeCell::new(crate::sched::above(0)),
            user: HomeCell::new(None),
            owner: HomeCell::new(None),
            priority: HomeCell::new(0),
            budget: HomeCell::new(Nanoseconds(0)),
            period: HomeCell::new(Nanoseconds(0)),
            remaining: HomeCell::new(Nanoseconds(0)),
            used: HomeCell::new(Nanoseconds(0)),
            refill_at: HomeCell::new(Nanoseconds(0)),
            parked: HomeCell::new(None),
            throttled: HomeCell::new(false),
            links: Links::new(),
        }
    }
}

impl<A: Arch> SchedContext<A> {
    /// Sets the priority.
    pub fn set_priority(&self, home: Home, priority: u8) {
        self.priority.set(home, priority);
        self.above.set(home, crate::sched::above(priority));
    }
}

impl<A: Arch> Default for SchedContext<A> {
    fn default() -> Self {
        Self::new()
    }
}

impl<A: Arch> Linked for SchedContext<A> {
    fn links(&self) -> &Links<Self> {
        &self.links
    }
}
