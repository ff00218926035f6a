//! The ready queues of a core.

use weft_hal::Arch;

use crate::Core;
use crate::object::ThreadRef;

/// Which end of its queue a thread joins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// It was preempted and goes on as soon as its priority's turn comes.
    Front,
    /// It waits behind the others.
    Back,
}

impl<A: Arch> Core<A> {
    /// Puts a thread into its ready queue; does nothing if it cannot run or is queued already.
    pub(crate) fn enqueue(&mut self, thread: ThreadRef<A>, end: End) {
        let home = self.home();
        if thread.queued.get(home).is_some() || !self.runnable(thread) {
            return;
        }
        let priority = self.priority_of(thread);
        let Some(queue) = self.sched.ready.get(priority as usize) else {
            return;
        };
        match end {
            End::Front => queue.push_front(home, thread),
            End::Back => queue.push_back(home, thread),
        }
        thread.queued.set(home, Some(priority));
        self.sched.occupied |= 1 << priority;
    }

    /// Takes a thread out of its ready queue, if it is in one.
    pub(crate) fn dequeue(&mut self, thread: ThreadRef<A>) {
        let home = self.home();
        let Some(priority) = thread.queued.replace(home, None) else {
            return;
        };
        let Some(queue) = self.sched.ready.get(priority as usize) else {
            return;
        };
        queue.remove(home, thread);
        if queue.is_empty(home) {
            self.sched.occupied &= !(1 << priority);
        }
    }

    /// The greatest priority that has a ready thread.
    pub(crate) fn greatest_ready(&self) -> Option<u8> {
        self.sched
            .occupied
            .checked_ilog2()
            .map(|priority| priority as u8)
    }

    /// Takes the first thread of the greatest priority.
    pub(super) fn take_first(&mut self) -> Option<ThreadRef<A>> {
        let priority = self.greatest_ready()?;
        let first = self
            .sched
            .ready
            .get(priority as usize)?
            .first(self.home())?;
        self.dequeue(first);
        Some(first)
    }
}
