//! Deadlines: the earliest goes first, and nobody takes more than its share.
//!
//! A scheduling context with deadlines is a hard constant-bandwidth server: its deadline is the end of its period, and
//! when its budget is used up it waits for that. Who wakes with more left than its share of the time to its deadline
//! gets a new period that begins now. All of them have the same priority, whose ready queue is in the order of
//! the deadlines; there is at most one thread a context, and at most
//! [`MAX_DEADLINES`](weft_abi::deadlines::MAX_DEADLINES) contexts.
//!
//! A context is admitted if, for each period, the contexts with periods up to it, and the longest that others keep the
//! processor from it, fit into the share of the core that deadlines have: the test of the earliest deadline first
//! with critical sections that are not preempted.

use weft_abi::deadlines::{DEADLINE_PRIORITY, Demand, first_missed};
use weft_hal::{Arch, Nanoseconds};
use weft_store::Ref;

use crate::Core;
use crate::object::{Blocked, SchedContext, ThreadRef};

use super::End;

impl<A: Arch> Core<A> {
    /// Counts a context, which has a new budget and period, among those with deadlines, if all can be met. Says whether
    /// it does.
    #[cold]
    pub(crate) fn admit(&mut self, sched: Ref<SchedContext<A>>) -> bool {
        self.count_admitted(sched);
        let fits = first_missed(self.demands()).is_none();
        if !fits {
            self.leave_admitted(sched);
        }
        fits
    }

    /// Counts a context among those with deadlines, if it has them.
    #[cold]
    pub(crate) fn count_admitted(&mut self, sched: Ref<SchedContext<A>>) {
        let home = self.home();
        if sched.has_deadlines(home) {
            let period = sched.period.get(home);
            self.sched
                .admitted
                .insert_before(home, sched, |other| other.period.get(home) > period);
            self.share_what_is_left();
        }
    }

    /// Takes a context off the list of those with deadlines, if it is there.
    pub(crate) fn dismiss(&mut self, sched: Ref<SchedContext<A>>) {
        let home = self.home();
        if sched.has_deadlines(home) {
            self.leave_admitted(sched);
        }
    }

    #[cold]
    fn leave_admitted(&mut self, sched: Ref<SchedContext<A>>) {
        self.sched.admitted.remove(self.home(), sched);
        self.share_what_is_left();
    }

    /// What the contexts with deadlines ask for, in the order of their periods.
    pub(crate) fn demands(&self) -> impl Iterator<Item = Demand> + Clone + use<A> {
        let home = self.home();
        let first = self.sched.admitted.first(home);
        let all = core::iter::successors(first, move |sched| sched.admitted.next(home));
        all.map(move |sched| Demand {
            budget_ns: sched.budget.get(home).0,
            period_ns: sched.period.get(home).0,
            blocking_ns: sched.blocking.get(home).0,
        })
    }

    /// If whoever ran is blocked, or has given its context away, notes that for the next time.
    pub(super) fn pause_if_blocked(&self) {
        let home = self.home();
        if let Some(sched) = self.sched.running_on
            && sched.has_deadlines(home)
        {
            let user = sched.user.get(home);
            let runs = user.is_some_and(|thread| thread.state.get(home) == Blocked::Ready);
            sched.paused.set(home, !runs);
        }
    }

    /// A thread is about to run or to wait for its turn: if its context has deadlines and was paused, and what is left
    /// is more than its share until the deadline, a new period begins.
    pub(super) fn renew_for(&self, thread: ThreadRef<A>) {
        let home = self.home();
        let Some(sched) = thread.sched.get(home) else {
            return;
        };
        if sched.has_deadlines(home) && sched.paused.replace(home, false) {
            self.renew(sched);
        }
    }

    #[cold]
    fn renew(&self, sched: Ref<SchedContext<A>>) {
        let home = self.home();
        let now = self.arch.now();
        let (budget, period) = (sched.budget.get(home), sched.period.get(home));
        let until = sched.refill_at.get(home).since(now);
        let product = |a: Nanoseconds, b: Nanoseconds| u128::from(a.0).wrapping_mul(b.0.into());
        if product(sched.left.get(home), period) > product(until, budget) {
            sched.left.set(home, budget);
            sched.refill_at.set(home, now.after(period));
        }
    }

    /// Puts a thread whose context has deadlines into its ready queue: that of deadlines, unless its ceiling is greater.
    pub(crate) fn enqueue_by_deadline(&mut self, thread: ThreadRef<A>, end: End) {
        self.renew_for(thread);
        if self.priority_of(thread) != DEADLINE_PRIORITY {
            return self.join(thread, end);
        }
        let home = self.home();
        let Some(queue) = self.sched.ready.get(DEADLINE_PRIORITY as usize) else {
            return;
        };
        let at = self.deadline_of(thread);
        queue.insert_before(home, thread, |other| {
            let sched = other.sched.get(home);
            sched.is_some_and(|sched| sched.refill_at.get(home) > at)
        });
        thread.queued.set(home, Some(DEADLINE_PRIORITY));
        self.sched.occupied |= 1 << DEADLINE_PRIORITY;
    }

    /// A context's period has ended. If its thread waits for its turn already, because an answer just gave the context
    /// back to it, its place is that of the new deadline.
    #[cold]
    pub(super) fn sort_in(&mut self, sched: Ref<SchedContext<A>>) {
        let home = self.home();
        let by_deadline =
            |thread: &ThreadRef<A>| thread.queued.get(home) == Some(DEADLINE_PRIORITY);
        if let Some(thread) = sched.user.get(home).filter(by_deadline) {
            self.dequeue(thread);
            self.enqueue(thread, End::Back);
        }
    }

    /// Whether a ready thread has a greater priority than this one, or an earlier deadline.
    #[inline(never)]
    pub(super) fn is_preceded(&self, thread: ThreadRef<A>) -> bool {
        let own = self.priority_of(thread);
        let Some((first, greatest)) = self.next_ready() else {
            return false;
        };
        greatest > own
            || greatest == own
                && own == DEADLINE_PRIORITY
                && self.deadline_of(first) < self.deadline_of(thread)
    }

    fn deadline_of(&self, thread: ThreadRef<A>) -> Nanoseconds {
        let home = self.home();
        let sched = thread.sched.get(home);
        sched.map_or(Nanoseconds::NEVER, |sched| sched.refill_at.get(home))
    }
}
