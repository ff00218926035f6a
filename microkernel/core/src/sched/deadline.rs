//! Deadlines of threads that wait for a notification.

use weft_abi::Refusal;
use weft_hal::{Arch, Nanoseconds};

use crate::Core;
use crate::object::{Blocked, ThreadRef};

impl<A: Arch> Core<A> {
    /// Notes when a thread's wait ends.
    pub(crate) fn set_deadline(&mut self, thread: ThreadRef<A>, at: Nanoseconds) {
        let home = self.home();
        thread.deadline.set(home, at);
        if at != Nanoseconds::NEVER {
            self.sched
                .deadlines
                .insert_before(home, thread, |other| other.deadline.get(home) > at);
        }
    }

    /// Forgets a thread's deadline, if it has one.
    pub(crate) fn clear_deadline(&mut self, thread: ThreadRef<A>) {
        let home = self.home();
        if thread.deadline.replace(home, Nanoseconds::NEVER) != Nanoseconds::NEVER {
            self.sched.deadlines.remove(home, thread);
        }
    }

    /// Ends the waits whose time has come.
    pub(super) fn expire_deadlines(&mut self, now: Nanoseconds) {
        let home = self.home();
        while let Some(thread) = self.sched.deadlines.first(home)
            && thread.deadline.get(home) <= now
        {
            self.clear_deadline(thread);
            if let Blocked::Waiting(notification) = thread.state.get(home) {
                notification.waiter.set(home, None);
                self.wake_refused(thread, Refusal::TimedOut);
            }
        }
    }
}
