//! Budgets: time is charged when the running thread changes and when the timer fires.
//!
//! A context whose budget equals its period is never throttled: when its time is used up the budget is full again
//! and its thread goes behind the others of its priority (round robin). No period ends before that, or threads that
//! share a priority by halves would always get a new budget in time. Any other context waits, once its
//! budget is used up, for the end of the period that began with its first use; what it used beyond that, because the timer
//! was noticed late, is taken off its next budget. A server whose client's budget is used up finishes on its own
//! context, if it has one, and the client owes that time.

use weft_hal::{Arch, Nanoseconds};
use weft_store::Ref;

use crate::Core;
use crate::object::{Blocked, Reply, SchedContext, ThreadRef};
use crate::state::Next;

use super::End;

impl<A: Arch> Core<A> {
    /// The running context's period has ended.
    #[inline(never)]
    fn begin_period(&mut self, sched: Ref<SchedContext<A>>, now: Nanoseconds) {
        self.replenish(sched, now);
        self.sort_in(sched);
    }

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
            self.begin_period(sched, now);
        }
        let left = sched.left(home);
        let before = left.get(home);
        left.set(home, before.since(used));
        let ended = used >= before;
        if ended {
            self.owe(sched, used.since(before));
            self.exhausted(sched);
        }
        ended
    }

    /// A period begins with a full budget, but for what is owed. Says whether anything is left of it.
    fn replenish(&self, sched: Ref<SchedContext<A>>, now: Nanoseconds) -> bool {
        let home = self.home();
        let (budget, debt) = (sched.budget.get(home), sched.debt.get(home));
        sched.debt.set(home, Nanoseconds(0));
        sched.left(home).set(home, budget.since(debt));
        let period = sched.period.get(home);
        let next = sched.refill_at.get(home).after(period);
        let follows = sched.has_deadlines(home) && next > now;
        let refill_at = if follows { next } else { now.after(period) };
        sched.refill_at.set(home, refill_at);
        debt < budget
    }

    /// The budget of a context is used up, or what is left of it is not to be used: its user's turn is over.
    pub(crate) fn exhausted(&mut self, sched: Ref<SchedContext<A>>) {
        let home = self.home();
        let user = sched.user.get(home);
        if let Some(thread) = user {
            self.dequeue(thread);
        }
        if sched.budget.get(home) == sched.period.get(home) {
            sched.remaining.set(home, sched.budget.get(home));
        } else if !sched.throttled.get(home) {
            self.throttle(sched);
        }
        if let Some(thread) = user {
            if sched.throttled.get(home) && self.has_reserve(thread) {
                (self.handlers.finish_on_reserve)(self, thread);
            }
            self.enqueue(thread, End::Back);
        }
    }

    /// A context waits for its budget.
    #[cold]
    pub(crate) fn throttle(&self, sched: Ref<SchedContext<A>>) {
        let home = self.home();
        sched.throttled.set(home, true);
        sched.left(home).set(home, Nanoseconds(0));
        let at = sched.refill_at.get(home);
        self.sched
            .throttled
            .insert_before(home, sched, |other| other.refill_at.get(home) > at);
    }

    /// A server works on for its client, whose budget is used up, on its own time; the client owes that. Its timeout
    /// endpoint, if it has one, is told first.
    pub(crate) fn finish_on_reserve(&mut self, server: ThreadRef<A>) {
        let home = self.home();
        let reply = server.lent_by.get(home);
        self.rest(server);
        let own = server.own_sched.get(home);
        if let (Some(reply), Some(own)) = (reply, own)
            && reply.parked.get(home).is_some()
        {
            reply.owed_since.set(home, Some(own.used.get(home)));
        }
        // Who blocks just now is told nothing: it waits in a queue.
        let works = server.state.get(home) == Blocked::Ready;
        if !(works && self.tell_of_timeout(server)) {
            self.take_up_own(server);
        }
    }

    /// What servers used of their own time for a call is charged to the context that was lent for it.
    #[cold]
    pub(crate) fn settle_debt(&mut self, reply: Ref<Reply<A>>, sched: Ref<SchedContext<A>>) {
        let home = self.home();
        let Some(since) = reply.owed_since.replace(home, None) else {
            return;
        };
        let server = reply.server.get(home);
        if let Some(own) = server.and_then(|server| server.own_sched.get(home)) {
            let owed = self.used_by_now(own).since(since);
            self.owe(sched, owed);
        }
    }

    /// A context that has to wait for its budget owes this time as well, but never more than one budget.
    fn owe(&self, sched: Ref<SchedContext<A>>, time: Nanoseconds) {
        let home = self.home();
        let budget = sched.budget.get(home);
        if budget != sched.period.get(home) {
            let debt = sched.debt.get(home).after(time);
            sched.debt.set(home, debt.min(budget));
        }
    }

    fn used_by_now(&self, sched: Ref<SchedContext<A>>) -> Nanoseconds {
        let used = sched.used.get(self.home());
        if self.sched.running_on != Some(sched) {
            return used;
        }
        used.after(self.arch.now().since(self.sched.since))
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
        if self.visitors_wait_until().is_some_and(|until| until <= now) {
            self.receive_mail();
        }
        self.send_out();
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
            if !self.replenish(sched, now) {
                self.throttle(sched);
            } else if let Some(thread) = sched.user.get(home) {
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
            at = self.sched.since.after(sched.left(home).get(home));
        }
        if let Some(sched) = self.sched.throttled.first(home) {
            at = at.min(sched.refill_at.get(home));
        }
        if let Some(thread) = self.sched.deadlines.first(home) {
            at = at.min(thread.deadline.get(home));
        }
        if let Some(until) = self.visitors_wait_until() {
            at = at.min(until);
        }
        self.set_timer_at(at);
    }

    /// Sets the timer to an instant, unless it is set to an earlier one.
    pub(crate) fn set_timer_at(&mut self, at: Nanoseconds) {
        if at < self.sched.programmed {
            self.sched.programmed = at;
            self.arch.set_timer(at);
        }
    }
}
