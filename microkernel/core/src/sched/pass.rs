//! The processor passes from one scheduling context to another on the fast path.
//!
//! This is what the general path does by charging, choosing and setting the timer, in the case in which there is
//! nothing to do but to count: no budget ends, none comes back, and the timer is set early enough.

use weft_hal::{Arch, Nanoseconds};
use weft_store::Ref;

use crate::Core;
use crate::object::{SchedContext, ThreadRef};

use super::End;

/// Time that was used, found before anything is changed.
pub(crate) struct Passing {
    now: Nanoseconds,
    used: Nanoseconds,
}

impl<A: Arch> Core<A> {
    /// Whether the processor can pass to a thread on another context, or behind on the same, with nothing but counting and
    /// a switch to its space.
    #[inline(always)]
    pub(crate) fn passing(
        &self,
        thread: ThreadRef<A>,
        to: Ref<SchedContext<A>>,
    ) -> Option<Passing> {
        let home = self.home();
        let from = self.sched.running_on?;
        let now = self.arch.now();
        // The clock never goes back.
        let used = Nanoseconds(now.0.wrapping_sub(self.sched.since.0));
        let left = to.remaining.get(home);
        let same = used < from.remaining.get(home)
            && now < from.refill_at.get(home)
            && left.0 != 0
            && now.after(left) >= self.sched.programmed;
        if !same {
            return None;
        }
        self.known_space(thread)?;
        Some(Passing { now, used })
    }

    /// The processor passes to a thread on another context. The one that ran is in the queue where it belongs.
    #[inline(always)]
    pub(crate) fn pass(&mut self, passing: Passing, thread: ThreadRef<A>) {
        let home = self.home();
        if let Some(from) = self.sched.running_on {
            let Passing { used, .. } = passing;
            let plus = |a: Nanoseconds| Nanoseconds(a.0.wrapping_add(used.0));
            let minus = |a: Nanoseconds| Nanoseconds(a.0.wrapping_sub(used.0));
            from.used.set(home, plus(from.used.get(home)));
            from.remaining.set(home, minus(from.remaining.get(home)));
        }
        self.sched.since = passing.now;
        self.sched.running_on = thread.sched.get(home);
        self.sched.current = Some(thread);
        self.enter_directly(thread.root.get(self.home()));
    }

    /// The running thread, which is ready, joins its queue with the context that it runs on.
    #[inline(always)]
    pub(crate) fn step_aside(
        &mut self,
        thread: ThreadRef<A>,
        sched: Ref<SchedContext<A>>,
        end: End,
    ) {
        // What `catch_up` does, without a look who runs on what.
        let home = self.home();
        thread.sched.set(home, Some(sched));
        sched.user.set(home, Some(thread));
        self.join(thread, end);
    }

    /// The thread that runs when the running one blocks, and in which queue it is.
    #[inline(always)]
    pub(crate) fn next_ready(&self) -> Option<(ThreadRef<A>, u8)> {
        let priority = self.greatest_ready()?;
        let queue = self.sched.ready.get(priority as usize)?;
        Some((queue.first(self.home())?, priority))
    }
}
