//! Signals and waiting for them.

use weft_abi::Refusal;
use weft_hal::{Arch, Context, Nanoseconds};
use weft_store::Ref;

use crate::Core;
use crate::object::{Blocked, Notification, ThreadRef};
use crate::state::{Next, Outcome};

impl<A: Arch> Core<A> {
    /// ORs bits into the word; wakes the waiter, or the bound thread if it is blocked in Recv.
    pub(crate) fn signal(&mut self, notification: Ref<Notification<A>>, bits: u64) {
        if let Some(woken) = self.signal_for(notification, bits) {
            self.make_ready(woken);
        }
    }

    /// As `signal`; whom it wakes is out of every queue, and the caller must make it ready.
    pub(crate) fn signal_for(
        &mut self,
        notification: Ref<Notification<A>>,
        bits: u64,
    ) -> Option<ThreadRef<A>> {
        let home = self.home();
        let word = notification.word.get(home) | bits;
        notification.word.set(home, word);
        if word == 0 {
            return None;
        }
        if let Some(waiter) = notification.waiter.replace(home, None) {
            notification.word.set(home, 0);
            self.clear_deadline(waiter);
            self.complete_wait(waiter, word);
            return Some(waiter);
        }
        let bound = notification.bound.get(home)?;
        let Blocked::Receiving(endpoint) = bound.state.get(home) else {
            return None;
        };
        notification.word.set(home, 0);
        self.leave_queue(bound, endpoint);
        self.deliver_signals(bound, word);
        Some(bound)
    }

    /// Takes the word if it is not 0, else blocks until a signal or the deadline.
    pub(crate) fn wait(
        &mut self,
        thread: ThreadRef<A>,
        notification: Ref<Notification<A>>,
        deadline: Nanoseconds,
    ) -> Outcome<A> {
        let home = self.home();
        let word = notification.word.replace(home, 0);
        if word != 0 {
            self.complete_wait(thread, word);
            return Ok(Next::Caller);
        }
        if notification.waiter.get(home).is_some() {
            return Err(Refusal::Busy);
        }
        if deadline <= self.arch.now() {
            return Err(Refusal::TimedOut);
        }
        notification.waiter.set(home, Some(thread));
        thread.state.set(home, Blocked::Waiting(notification));
        self.park(thread);
        self.set_deadline(thread, deadline);
        Ok(Next::Blocked)
    }

    pub(super) fn complete_wait(&self, thread: ThreadRef<A>, word: u64) {
        thread.context.clear_scratch();
        thread.context.set_status(0);
        thread.context.set_argument(0, word);
    }
}
