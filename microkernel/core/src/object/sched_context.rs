//! A scheduling context: the right to use processor time.

use weft_abi::deadlines::DEADLINE_PRIORITY;
use weft_hal::{Arch, Nanoseconds};
use weft_store::{Home, HomeCell, Ref};

use crate::list::{Admitted, Linked, Links};

use super::{Reply, ThreadRef};

/// Priority or deadline, and a budget that comes back every period.
#[repr(C, align(256))]
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
    /// What is left of the budget. 0 in a context with deadlines, which has it in `left`: the fast path leaves a context
    /// without budget to the general one.
    pub remaining: HomeCell<Nanoseconds>,
    /// Processor time used so far, by whoever ran on it.
    pub used: HomeCell<Nanoseconds>,
    /// When the budget comes back; of a context with deadlines, the deadline.
    pub refill_at: HomeCell<Nanoseconds>,
    /// The reply object that keeps it while its borrower is blocked.
    pub parked: HomeCell<Option<Ref<Reply<A>>>>,
    /// Whether it waits in the list of contexts without budget.
    pub throttled: HomeCell<bool>,
    /// Whether nobody has run on this context with deadlines since somebody blocked on it.
    pub paused: HomeCell<bool>,
    /// Links of the list of contexts without budget.
    pub links: Links<SchedContext<A>>,
    /// What is left of the budget of a context with deadlines.
    pub left: HomeCell<Nanoseconds>,
    /// The longest that others keep the processor from a context with deadlines.
    pub blocking: HomeCell<Nanoseconds>,
    /// What servers used of their own time for calls that this context did not suffice for: it is taken off the budget
    /// when that comes back.
    pub debt: HomeCell<Nanoseconds>,
    /// Links of the list of contexts with deadlines.
    pub admitted: Links<SchedContext<A>, Admitted>,
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
            paused: HomeCell::new(false),
            links: Links::new(),
            left: HomeCell::new(Nanoseconds(0)),
            blocking: HomeCell::new(Nanoseconds(0)),
            debt: HomeCell::new(Nanoseconds(0)),
            admitted: Links::new(),
        }
    }
}

impl<A: Arch> SchedContext<A> {
    /// Sets the priority. Among those with deadlines, any other may go first.
    pub fn set_priority(&self, home: Home, priority: u8) {
        self.priority.set(home, priority);
        let lower = priority.wrapping_sub(u8::from(priority == DEADLINE_PRIORITY));
        self.above.set(home, crate::sched::above(lower));
    }

    /// Whether it has deadlines.
    pub fn has_deadlines(&self, home: Home) -> bool {
        self.priority.get(home) == DEADLINE_PRIORITY
    }

    /// The cell that holds what is left of the budget.
    pub fn left(&self, home: Home) -> &HomeCell<Nanoseconds> {
        if self.has_deadlines(home) {
            &self.left
        } else {
            &self.remaining
        }
    }
}

impl<A: Arch> Default for SchedContext<A> {
    fn default() -> Self {
        Self::new()
    }
}

impl<A: Arch> Linked<Admitted> for SchedContext<A> {
    fn links(&self) -> &Links<Self, Admitted> {
        &self.admitted
    }
}

impl<A: Arch> Linked for SchedContext<A> {
    fn links(&self) -> &Links<Self> {
        &self.links
    }
}
