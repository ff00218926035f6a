//! Takes a thread out of whatever it waits for.

use weft_abi::Refusal;
use weft_hal::{Arch, Context};

use crate::Core;
use crate::object::{Blocked, ThreadRef};

impl<A: Arch> Core<A> {
    /// Stops a thread wherever it is. A blocked system call ends with `refusal` when the thread is resumed. A server
    /// that still owes the thread an answer goes on; its answer is dropped.
    pub(crate) fn suspend(&mut self, thread: ThreadRef<A>, refusal: Refusal) {
        let home = self.home();
        self.dequeue(thread);
        if let Some(sched) = thread.sched.get(home) {
            sched.paused.set(home, true);
        }
        let state = thread.state.replace(home, Blocked::Suspended);
        let faulting = thread.faulting.replace(home, false);
        match state {
            Blocked::Sending(endpoint) => self.leave_queue(thread, endpoint),
            Blocked::Receiving(endpoint) => self.leave_queue(thread, endpoint),
            Blocked::AwaitingReply(reply) => self.forsake(thread, reply),
            Blocked::Waiting(notification) => {
                notification.waiter.set(home, None);
                self.clear_deadline(thread);
            }
            Blocked::Suspended | Blocked::Ready | Blocked::Faulted => return,
            Blocked::Away => crate::bug("a thread is stopped that another core has"),
        }
        if !faulting {
            thread.context.clear_scratch();
            thread.context.set_status(refusal as u64);
        }
    }
}
