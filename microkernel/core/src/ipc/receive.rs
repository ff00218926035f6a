//! Recv: takes a message from the queue, or blocks until one comes.

use weft_abi::{Kind, MessageInfo, Refusal, Rights};
use weft_hal::{Arch, Context};
use weft_store::Ref;

use crate::Core;
use crate::object::{Blocked, Endpoint, Named, Notification, Queue, Reply, ThreadRef};
use crate::state::Next;

/// The capabilities that a Recv names, checked.
pub(crate) struct Receiving<A: Arch> {
    pub(crate) endpoint: Ref<Endpoint<A>>,
    pub(crate) reply: Option<Ref<Reply<A>>>,
}

impl<A: Arch> Core<A> {
    /// Checks the endpoint in `a0` and the reply object in `a8` (0: none).
    pub(crate) fn receiving(&self, thread: ThreadRef<A>) -> Result<Receiving<A>, Refusal> {
        let argument = |index| thread.context.argument(index);
        let endpoint = self.object(thread, argument(0), Kind::Endpoint, Rights::READ)?;
        let reply = match argument(8) {
            0 => None,
            cptr => Some(self.object(thread, cptr, Kind::Reply, Rights::WRITE)?),
        };
        Ok(Receiving { endpoint, reply })
    }

    /// Receives: the bound notification's signals first, then clients that are gone, then the first sender, else blocks. Who
    /// waits to send has the turn after signals, so that whoever signals without pause keeps nobody from the server.
    pub(crate) fn receive(&mut self, thread: ThreadRef<A>, from: Receiving<A>) -> Next<A> {
        let home = self.home();
        self.serve(thread, from.endpoint);
        self.tie(thread, from.reply);
        let are_senders_next =
            thread.heard.replace(home, false) && from.endpoint.queue.get(home) == Queue::Senders;
        if !are_senders_next && self.hear(thread) {
            return Next::Caller;
        }
        if let Some(session) = from.endpoint.gone.get(home) {
            self.hush(session);
            self.deliver_gone(thread, session.badge.get(home));
            return Next::Caller;
        }
        while from.endpoint.queue.get(home) == Queue::Senders
            && let Some(sender) = from.endpoint.waiting.first(home)
        {
            self.leave_queue(sender, from.endpoint);
            if from.reply.is_some() || !self.needs_answer(sender) {
                if !self.hand_over(sender, thread, from.reply) {
                    self.resume_answered(sender);
                }
                if self.sets_out(thread) {
                    return Next::Blocked;
                }
                return Next::Caller;
            }
            self.wake_refused(sender, Refusal::NotConfigured);
            if self.arch.interrupt_pending() {
                return Next::Repeat;
            }
        }
        if are_senders_next && self.hear(thread) {
            return Next::Caller;
        }
        self.await_call(thread, from.endpoint);
        Next::Blocked
    }

    /// Takes the bound notification's signals, if there are any.
    fn hear(&mut self, thread: ThreadRef<A>) -> bool {
        let Some(word) = self.take_bound_signals(thread) else {
            return false;
        };
        thread.heard.set(self.home(), true);
        self.deliver_signals(thread, word);
        true
    }

    /// Counts the thread among the endpoint's servers; the first after a death revives it.
    pub(crate) fn serve(&mut self, thread: ThreadRef<A>, endpoint: Ref<Endpoint<A>>) {
        let home = self.home();
        let before = thread.serves.replace(home, Some(endpoint));
        if before == Some(endpoint) {
            return;
        }
        thread.named.set(home, Named::NOTHING);
        if let Some(before) = before {
            before.servers.remove(home, thread);
        }
        endpoint.servers.push_back(home, thread);
        if endpoint.dead.replace(home, false) {
            endpoint
                .epoch
                .set(home, endpoint.epoch.get(home).wrapping_add(1));
        }
    }

    /// Takes a thread out of an endpoint's queue, or off its line.
    pub(crate) fn leave_queue(&mut self, thread: ThreadRef<A>, endpoint: Ref<Endpoint<A>>) {
        let home = self.home();
        if endpoint.prepared(home) == Some(thread) {
            return endpoint.line.set(home, None);
        }
        endpoint.waiting.remove(home, thread);
        if endpoint.waiting.is_empty(home) {
            endpoint.queue.set(home, endpoint.deserted(home));
        }
    }

    fn take_bound_signals(&self, thread: ThreadRef<A>) -> Option<u64> {
        let home = self.home();
        let bound: Ref<Notification<A>> =
            thread.notification.object_of(home, Kind::Notification)?;
        let word = bound.word.replace(home, 0);
        (word != 0).then_some(word)
    }

    /// Completes a receiver's system call with signals instead of a message.
    #[inline(always)]
    pub(super) fn deliver_signals(&mut self, thread: ThreadRef<A>, word: u64) {
        self.deliver_empty(thread, word, MessageInfo::signal());
    }

    /// Completes a receiver's system call with what the kernel says in one word.
    #[inline(always)]
    pub(super) fn deliver_empty(&mut self, thread: ThreadRef<A>, word: u64, info: MessageInfo) {
        for register in 2..8 {
            thread.context.set_argument(register, 0);
        }
        self.deliver(thread, word, info);
    }

    /// Ends a blocked or running system call of a thread with a refusal, and makes the thread ready.
    pub(crate) fn wake_refused(&mut self, thread: ThreadRef<A>, refusal: Refusal) {
        if self.is_away(thread) {
            self.set_waits_for(thread, Blocked::Ready);
            return self.conclude_visit(thread, Err(refusal));
        }
        thread.context.clear_scratch();
        thread.context.set_status(refusal as u64);
        self.make_ready(thread);
    }
}
