//! Budgets: time is charged when the running thread changes and when the timer fires.
//!
//! A context whose budget equals its period is never throttled: when its time is used up the budget is full again
//! and its thread goes behind the others of its priority (round robin). No period ends before that, or threads that
//! share a priority by halves would always get a new budget in time. Any other context waits, once its
//! budget is used up, for the end of the period that began with its first use.

use weft_hal::{Arch, Nanoseconds};
use weft_store::Ref;

use crate::Core;
use crate::object::{SchedContext, ThreadRef};
use crate::state::Next;

use super::End;

impl<A: Arch> Core<A> {
    /// Charges the running context for the time up to now. Says whether its budget ended.
    pub(crate) fn charge_now(&mut self) -> bool {
        let now = self.arch.now();
        self.charge(now)
    }

    fn charge(&mut self, now: Nanoseconds) -> bool {
        let home = self.home();
        let used = now.since(self.sched.since);
        self.sched.since = now;
        let Some(sched) = self.sched.running_on else {
            return false;
        };
        sched.used.set(home, sched.used.get(home).after(used));
        // What is throttled gets its budget when it leaves that list.
        if now >= sched.refill_at.get(home) && !sched.throttled.get(home) {
            sched.remaining.set(home, sched.budget.get(home));
            sched.refill_at.set(home, now.after(sched.period.get(home)));
        }
        sched
            .remaining
            .set(home, sched.remaining.get(home).since(used));
        let ended = sched.remaining.get(home).0 == 0;
        if ended {
            self.exhausted(sched);
        }
        ended
    }

    fn exhausted(&mut self, sched: Ref<SchedContext<A>>) {
        let home = self.home();
        let user = sched.user.get(home);
        if let Some(thread) = user {
            self.dequeue(thread);
        }
        if sched.budget.get(home) == sched.period.get(home) {
            sched.remaining.set(home, sched.budget.get(home));
        } else if !sched.throttled.replace(home, true) {
            let at = sched.refill_at.get(home);
            self.sched
                .throttled
                .insert_before(home, sched, |other| other.refill_at.get(home) > at);
        }
        if let Some(thread) = user {
            if sched.throttled.get(home) && self.has_reserve(thread) {
                self.park(thread);
            }
            self.enqueue(thread, End::Back);
        }
    }

    /// Whether a thread that runs on a lent context has one of its own to finish on when that is used up.
    fn has_reserve(&self, thread: ThreadRef<A>) -> bool {
        let home = self.home();
        let rests = |sched: Ref<SchedContext<A>>| {
            sched.user.get(home).is_none() && sched.parked.get(home).is_none()
        };
        thread.lent_by.get(home).is_some() && thread.own_sched.get(home).is_some_and(rests)
    }

    /// The timer fired: charges, refills, ends waits.
    pub(crate) fn tick(&mut self) -> Next<A> {
        self.sched.programmed = Nanoseconds::NEVER;
        let now = self.arch.now();
        self.charge(now);
        self.refill(now);
        self.expire_deadlines(now);
        // If the running thread simply goes on, nothing else sets the timer again.
        self.set_timer();
        Next::Caller
    }

    fn refill(&mut self, now: Nanoseconds) {
        let home = self.home();
        while let Some(sched) = self.sched.throttled.first(home)
            && sched.refill_at.get(home) <= now
        {
            self.unthrottle(sched);
            sched.remaining.set(home, sched.budget.get(home));
            sched.refill_at.set(home, now.after(sched.period.get(home)));
            if let Some(thread) = sched.user.get(home) {
                self.enqueue(thread, End::Back);
            }
        }
    }

    /// Takes a context out of the list of those without budget.
    pub(crate) fn unthrottle(&mut self, sched: Ref<SchedContext<A>>) {
        let home = self.home();
        if sched.throttled.replace(home, false) {
            self.sched.throttled.remove(home, sched);
        }
    }

    /// Stops charging a context that goes away.
    pub(crate) fn forget_sched(&mut self, sched: Ref<SchedContext<A>>) {
        if self.sched.running_on == Some(sched) {
            self.charge_now();
            self.sched.running_on = None;
        }
    }

    /// Sets the timer to the next instant that matters, unless it is set to an earlier one.
    pub(crate) fn set_timer(&mut self) {
        let home = self.home();
        let mut at = Nanoseconds::NEVER;
        if let Some(sched) = self.sched.running_on {
            at = self.sched.since.after(sched.remaining.get(home));
        }
        if let Some(sched) = self.sched.throttled.first(home) {
            at = at.min(sched.refill_at.get(home));
        }
        if let Some(thread) = self.sched.deadlines.first(home) {
            at = at.min(thread.deadline.get(home));
        }
        if at < self.sched.programmed {
            self.sched.programmed = at;
            self.arch.set_timer(at);
        }
    }
}
