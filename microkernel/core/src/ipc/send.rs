//! Call and Send.

use weft_abi::syscall::BUDGET_MARGIN_NS;
use weft_abi::{Kind, MessageInfo, Refusal, Rights};
use weft_hal::{Arch, Context, Nanoseconds};
use weft_store::Ref;

use crate::Core;
use crate::object::{Blocked, Endpoint, Queue, Reply, ThreadRef};
use crate::state::{Next, Outcome};

use super::transfer::Grant;

/// Whether the sender waits for an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sending {
    /// It does.
    Call,
    /// It only waits until the message is received.
    Send,
}

impl<A: Arch> Core<A> {
    /// Checks the information word that a thread wants to send, and its right to send capabilities.
    pub(crate) fn sendable(
        &self,
        thread: ThreadRef<A>,
        rights: Rights,
    ) -> Result<MessageInfo, Refusal> {
        let info = MessageInfo(thread.context.argument(1));
        if !info.is_sendable() {
            return Err(Refusal::InvalidArgument);
        }
        if info.caps() != 0 && !rights.contains(Rights::GRANT) {
            return Err(Refusal::NotPermitted);
        }
        Ok(info)
    }

    /// Call or Send through the endpoint capability in `a0`.
    pub(crate) fn send(&mut self, thread: ThreadRef<A>, sending: Sending) -> Outcome<A> {
        let home = self.home();
        let slot = self.expect(
            thread,
            thread.context.argument(0),
            Kind::Endpoint,
            Rights::WRITE,
        )?;
        let rights = slot.tag.get(home).rights();
        self.sendable(thread, rights)?;
        let endpoint = Ref::from_slot(slot.object.get(home));
        if self.is_away(thread) {
            self.admit_visitor(endpoint)?;
        }
        if sending == Sending::Call && !self.can_afford(thread, endpoint)? {
            return Ok(Next::Repeat);
        }
        thread.sending_badge.set(home, slot.badge.get(home));
        thread
            .sending_grant
            .set(home, rights.contains(Rights::GRANT));
        thread.calling.set(home, sending == Sending::Call);
        self.send_to(thread, endpoint)
    }

    /// Whether a message of a visitor can be taken: it lends no time.
    #[cold]
    fn admit_visitor(&self, endpoint: Ref<Endpoint<A>>) -> Result<(), Refusal> {
        let home = self.home();
        let server = self
            .first_receiver(endpoint)
            .or(endpoint.servers.first(home));
        let passive = server.is_some_and(|server| server.own_sched.get(home).is_none());
        if passive {
            return Err(self.is_nowhere());
        }
        Ok(())
    }

    /// Whether a caller has as much left of its budget as the endpoint asks for. If not, it waits for the next.
    fn can_afford(
        &mut self,
        thread: ThreadRef<A>,
        endpoint: Ref<Endpoint<A>>,
    ) -> Result<bool, Refusal> {
        let home = self.home();
        let needed = endpoint.min_budget.get(home);
        if needed.0 == 0 {
            return Ok(true);
        }
        let Some(sched) = thread.sched.get(home) else {
            return Ok(true);
        };
        // It comes here with a little less than a full budget, however often it tries.
        if sched.budget.get(home) < needed.after(Nanoseconds(BUDGET_MARGIN_NS)) {
            return Err(Refusal::BudgetTooShort);
        }
        if self.charge_now() {
            return Ok(false);
        }
        let enough = sched.left(home).get(home) >= needed;
        if !enough {
            self.exhausted(sched);
        }
        Ok(enough)
    }

    /// Sends what the thread's registers, or its fault, say.
    pub(super) fn send_to(
        &mut self,
        thread: ThreadRef<A>,
        endpoint: Ref<Endpoint<A>>,
    ) -> Outcome<A> {
        let home = self.home();
        if endpoint.dead.get(home) {
            return Err(Refusal::Dead);
        }
        let Some(receiver) = self.first_receiver(endpoint) else {
            endpoint.queue.set(home, Queue::Senders);
            endpoint.waiting.push_back(home, thread);
            self.set_waits_for(thread, Blocked::Sending(endpoint));
            return Ok(Next::Blocked);
        };
        let reply = receiver.reply.get(home);
        if reply.is_none() && self.needs_answer(thread) {
            return Err(Refusal::NotConfigured);
        }
        self.leave_queue(receiver, endpoint);
        receiver.state.set(home, Blocked::Ready);
        let awaited = self.hand_over(thread, receiver, reply);
        let away = self.sets_out(receiver);
        if awaited {
            return Ok(if away {
                Next::Blocked
            } else {
                Next::Switch(receiver)
            });
        }
        if !away {
            self.make_ready(receiver);
        }
        Ok(match self.waits_for(thread) {
            Blocked::Ready => Next::Caller,
            // A fault was told to one who cannot answer.
            _ => self.stop_faulted(thread),
        })
    }

    /// Whether a sender is refused by a receiver that cannot answer. A fault is told to it all the same.
    pub(super) fn needs_answer(&self, sender: ThreadRef<A>) -> bool {
        sender.calling.get(self.home()) && !sender.faulting.get(self.home())
    }

    /// Delivers a sender's message to a receiver that is out of every queue. Says whether the sender now waits for an
    /// answer; otherwise it is ready, or stopped if its fault found a receiver that cannot answer.
    pub(super) fn hand_over(
        &mut self,
        sender: ThreadRef<A>,
        receiver: ThreadRef<A>,
        reply: Option<Ref<Reply<A>>>,
    ) -> bool {
        let home = self.home();
        self.deliver_message(sender, receiver);
        if !sender.calling.get(home) {
            self.set_waits_for(sender, Blocked::Ready);
            sender.context.set_status(0);
            return false;
        }
        let Some(reply) = reply else {
            // Its registers are what it had when it faulted.
            sender.faulting.set(home, false);
            self.set_waits_for(sender, Blocked::Faulted);
            return false;
        };
        self.await_reply(sender, receiver, reply);
        true
    }

    fn deliver_message(&mut self, sender: ThreadRef<A>, receiver: ThreadRef<A>) {
        let home = self.home();
        let badge = sender.sending_badge.get(home);
        if sender.faulting.get(home) {
            return self.deliver_fault(sender, receiver, badge);
        }
        let info = MessageInfo(sender.context.argument(1));
        let grant = if sender.sending_grant.get(home) {
            Grant::Yes
        } else {
            Grant::No
        };
        self.transfer(sender, receiver, badge, info, grant);
    }
}
