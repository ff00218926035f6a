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
        match thread.sched.get(home) {
            Some(sched) if sched.has_deadlines(home) => {
                (self.handlers.enqueue_by_deadline)(self, thread, end)
            }
            _ => self.join(thread, end),
        }
    }

    /// Puts a thread that can run, is in no queue and has no deadline into its ready queue.
    #[inline(always)]
    pub(crate) fn join(&mut self, thread: ThreadRef<A>, end: End) {
        let home = self.home();
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

    /// Takes a thread out of its ready queue, in which it is the first.
    #[inline(always)]
    pub(crate) fn take(&mut self, first: ThreadRef<A>, priority: u8) {
        let home = self.home();
        first.queued.set(home, None);
        if let Some(queue) = self.sched.ready.get(priority as usize)
            && queue.take_first(home, first)
        {
            self.sched.occupied &= !(1 << priority);
        }
    }

    /// The running thread changes places with the first of the ready queue of its priority.
    #[inline(always)]
    pub(crate) fn rotate(&mut self, first: ThreadRef<A>, thread: ThreadRef<A>, priority: u8) {
        let home = self.home();
        first.queued.set(home, None);
        thread.queued.set(home, Some(priority));
        if let Some(queue) = self.sched.ready.get(priority as usize) {
            queue.rotate(home, first, thread);
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
        let (first, priority) = self.next_ready()?;
        self.take(first, priority);
        Some(first)
    }
}
