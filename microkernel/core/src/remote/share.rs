//! How much of a core's time others may take.
//!
//! What a core does for visitors it does before its own threads run, and none of them pays for it. So visitors get a
//! share of each period and no more, as long as there is anything else to run: those that come later wait for the next
//! period, or until the core would idle. The timer ends a visit that would take longer. Where contexts have deadlines
//! the share is half of what they leave, if that is less, in periods no longer than theirs, so that they are met.

use weft_abi::deadlines::left_for_others;
use weft_hal::{Arch, Nanoseconds};

use crate::Core;

/// How long a period is, in ns, where no context with deadlines has a shorter one.
const PERIOD: u64 = 10_000_000;
/// How much of it visitors may take at most, in percent.
const SHARE: u64 = 25;

/// What visitors have had.
pub(super) struct Share {
    /// How long a period is.
    period: Nanoseconds,
    /// How much of it is theirs.
    most: Nanoseconds,
    /// Of this period.
    used: Nanoseconds,
    /// When the period ends.
    ends: Nanoseconds,
    /// Whether some wait for that.
    waited_for: bool,
}

impl Share {
    /// Nothing.
    pub(super) const fn new() -> Self {
        Self {
            period: Nanoseconds(PERIOD),
            most: Nanoseconds(PERIOD / 100 * SHARE),
            used: Nanoseconds(0),
            ends: Nanoseconds(0),
            waited_for: false,
        }
    }
}

impl<A: Arch> Core<A> {
    /// When visitors who wait for their share get it.
    pub(crate) fn visitors_wait_until(&self) -> Option<Nanoseconds> {
        let share = &self.visits.share;
        share.waited_for.then_some(share.ends)
    }

    /// Which contexts have deadlines has changed: visitors may take what these leave.
    pub(crate) fn share_what_is_left(&mut self) {
        let (most, period) = left_for_others(self.demands(), PERIOD, SHARE);
        let latest = self.arch.now().after(Nanoseconds(period));
        let share = &mut self.visits.share;
        share.most = Nanoseconds(most);
        share.period = Nanoseconds(period);
        share.ends = share.ends.min(latest);
    }

    /// From now on time is the visitors'. Gives when that began; `None` if they have had their share.
    pub(super) fn begin_visits(&mut self) -> Option<Nanoseconds> {
        self.charge_now();
        let now = self.sched.since;
        let share = &mut self.visits.share;
        if now >= share.ends {
            share.ends = now.after(share.period);
            share.used = Nanoseconds(0);
        }
        let idle = self.sched.current.is_none() && self.sched.occupied == 0;
        let left = share.most.since(share.used);
        share.waited_for = !idle && left.0 == 0;
        if share.waited_for {
            self.set_timer();
            return None;
        }
        if !idle {
            self.set_timer_at(now.after(left));
        }
        Some(now)
    }

    /// The time since `began` was the visitors'.
    pub(super) fn end_visits(&mut self, began: Nanoseconds) {
        let now = self.arch.now();
        let share = &mut self.visits.share;
        share.used = share.used.after(now.since(began));
        self.sched.since = now;
    }

    /// Nothing is ready: visitors need not wait.
    #[cold]
    pub(crate) fn let_visitors_in(&mut self) {
        let me = self.id();
        self.arch.notify(me);
    }
}
