//! Who runs: ready queues, budgets, deadlines.
//!
//! A thread runs if its state is Ready and it has a scheduling context with budget. Its effective priority is
//! the greater of the context's and the thread's ceiling. A core has one ready queue for each of the 64
//! priorities and a word with a bit for each queue that is not empty, so that choosing takes constant time.
//! Contexts with deadlines share one of the priorities, whose queue is in the order of their deadlines (see `edf`).
//! The running thread is in no queue. There is no periodic tick: the timer is set to the next instant that matters
//! (end of the budget, a refill, a deadline), and only when that is earlier than what is set already.

mod budget;
mod deadline;
mod edf;
mod pass;
mod ready;

use weft_abi::syscall::MAX_PRIORITY;
use weft_hal::{Arch, Nanoseconds};
use weft_store::Ref;

use crate::Core;
use crate::list::{Admitted, List, Timed};
use crate::object::{Blocked, SchedContext, Thread, ThreadRef};
use crate::space::Tags;
use crate::state::Next;

pub(crate) use ready::End;

/// A bit for each priority that is greater than this one.
pub(crate) const fn above(priority: u8) -> u64 {
    match 2_u64.checked_shl(priority as u32) {
        Some(next) => next.wrapping_neg(),
        None => 0,
    }
}

const LEVELS: usize = MAX_PRIORITY as usize + 1;

/// A core's scheduling state. What messages touch comes first: one cache line.
#[repr(C, align(64))]
pub(crate) struct Scheduler<A: Arch> {
    /// The running thread; `None` while the core idles.
    pub(crate) current: Option<ThreadRef<A>>,
    /// The context that the time since `since` is charged to.
    pub(crate) running_on: Option<Ref<SchedContext<A>>>,
    /// A bit for each ready queue that is not empty.
    pub(crate) occupied: u64,
    /// Counts the times that what threads remember of capability pointers became void.
    pub(crate) epoch: u64,
    pub(crate) since: Nanoseconds,
    /// Which address space is active, and which TLB tags spaces have.
    pub(crate) tags: Tags,
    pub(crate) ready: [List<Thread<A>>; LEVELS],
    pub(crate) throttled: List<SchedContext<A>>,
    pub(crate) deadlines: List<Thread<A>, Timed>,
    /// The contexts with deadlines, the shortest period first.
    pub(crate) admitted: List<SchedContext<A>, Admitted>,
    programmed: Nanoseconds,
}

impl<A: Arch> Scheduler<A> {
    /// A core on which nothing is ready.
    pub(crate) const fn new() -> Self {
        Self {
            current: None,
            running_on: None,
            occupied: 0,
            epoch: 1,
            since: Nanoseconds(0),
            tags: Tags::new::<A>(),
            ready: [const { List::new() }; LEVELS],
            throttled: List::new(),
            deadlines: List::new(),
            admitted: List::new(),
            programmed: Nanoseconds::NEVER,
        }
    }
}

impl<A: Arch> Core<A> {
    /// The priority that a thread runs at.
    pub(crate) fn priority_of(&self, thread: ThreadRef<A>) -> u8 {
        let home = self.home();
        let own = thread
            .sched
            .get(home)
            .map_or(0, |sched| sched.priority.get(home));
        own.max(thread.ceiling.get(home))
    }

    /// Whether a thread could run now.
    pub(crate) fn runnable(&self, thread: ThreadRef<A>) -> bool {
        let home = self.home();
        let budgeted = thread
            .sched
            .get(home)
            .is_some_and(|sched| !sched.throttled.get(home) && sched.period.get(home).0 != 0);
        budgeted && thread.state.get(home) == Blocked::Ready
    }

    /// Makes a thread ready that was blocked; it takes its turn behind others of its priority.
    pub(crate) fn make_ready(&mut self, thread: ThreadRef<A>) {
        thread.state.set(self.home(), Blocked::Ready);
        self.take_up_own(thread);
        self.enqueue(thread, End::Back);
    }

    /// As `make_ready`, of a thread that the running one hands over to.
    pub(crate) fn make_ready_to_run(&mut self, thread: ThreadRef<A>) {
        thread.state.set(self.home(), Blocked::Ready);
        self.take_up_own(thread);
        self.dequeue(thread);
    }

    /// Decides who runs, and switches to it.
    pub(crate) fn settle(&mut self, next: Next<A>) {
        let previous = self.sched.current;
        let preferred = match next {
            Next::Caller | Next::Done | Next::Repeat => previous,
            Next::Switch(thread) => Some(thread),
            Next::Blocked => None,
        };
        if matches!(next, Next::Repeat)
            && let Some(thread) = previous
            && !self.is_away(thread)
        {
            weft_hal::Context::repeat_syscall(&thread.context);
        }
        if preferred == previous && self.stays(previous) {
            return;
        }
        if let Next::Switch(thread) = next
            && self.stays(Some(thread))
        {
            self.sched.current = Some(thread);
            return self.enter_space(thread);
        }
        let ended = self.charge_now();
        self.pause_if_blocked();
        let preferred = match next {
            // The caller's turn is over, so it is not its to give.
            Next::Switch(thread)
                if ended && thread.sched.get(self.home()) != self.sched.running_on =>
            {
                self.enqueue(thread, End::Back);
                None
            }
            _ => preferred,
        };
        if previous != preferred
            && let Some(previous) = previous
        {
            self.enqueue(previous, End::Front);
        }
        let chosen = self.choose(preferred);
        self.run(chosen);
    }

    /// Whether this thread goes on, or is handed over to, on the context that runs: nothing is to be charged.
    #[inline(always)]
    pub(crate) fn stays(&self, current: Option<ThreadRef<A>>) -> bool {
        let home = self.home();
        let (Some(thread), Some(sched)) = (current, self.sched.running_on) else {
            return false;
        };
        thread.sched.get(home) == Some(sched)
            && thread.queued.get(home).is_none()
            && self.runnable(thread)
            && !(self.is_outranked(sched, thread) && self.is_preceded(thread))
    }

    /// The preferred thread if it can run and nothing ready outranks it, else the first of the greatest priority.
    fn choose(&mut self, preferred: Option<ThreadRef<A>>) -> Option<ThreadRef<A>> {
        let home = self.home();
        let candidate =
            preferred.filter(|thread| self.runnable(*thread) && thread.queued.get(home).is_none());
        let Some(thread) = candidate else {
            return self.take_first();
        };
        self.renew_for(thread);
        if self.is_preceded(thread) {
            self.enqueue(thread, End::Front);
            return self.take_first();
        }
        Some(thread)
    }

    /// Makes the chosen thread the running one; time up to now is charged already.
    fn run(&mut self, mut chosen: Option<ThreadRef<A>>) {
        self.make_current(chosen);
        if chosen.is_none() && self.look_for_answers() {
            chosen = self.take_first();
            self.make_current(chosen);
        }
        match chosen {
            Some(thread) => self.enter_space(thread),
            None => self.rest_core(),
        }
        self.set_timer();
    }

    #[inline(always)]
    fn make_current(&mut self, chosen: Option<ThreadRef<A>>) {
        let home = self.home();
        self.sched.current = chosen;
        self.sched.running_on = chosen.and_then(|thread| thread.sched.get(home));
    }

    /// Nothing is ready.
    fn rest_core(&mut self) {
        self.note_idle();
        if self.visitors_wait_until().is_some() {
            self.let_visitors_in();
        }
    }
}
