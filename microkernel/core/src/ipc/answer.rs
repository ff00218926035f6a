//! Answers, and the scheduling context that a caller lends for them.
//!
//! A server that waits for a call runs on its caller's context, so that the caller pays and neither ready queue
//! is touched; its own, if it has one, rests meanwhile. When it blocks without having answered, the
//! context is parked in the reply object; when it answers, the context goes back to the caller. If the caller
//! is gone by then, or has no right to it any more, it goes back to the thread that it is bound to. A thread
//! that gives up a lent context, or that something else than a call wakes, takes up its own if nobody uses it.
//! If the budget of a lent context is used up, the server finishes on its own, and the lent one is parked.

use weft_abi::{FaultLabel, MessageInfo};
use weft_hal::Arch;
use weft_store::Ref;

use crate::Core;
use crate::object::{Blocked, Named, Reply, SchedContext, ThreadRef};
use crate::sched::End;

use super::transfer::Grant;

impl<A: Arch> Core<A> {
    /// Makes a sender wait for the receiver's answer through `reply`, which is tied to the receiver, and lends its
    /// context if the receiver runs on none.
    pub(super) fn await_reply(
        &mut self,
        caller: ThreadRef<A>,
        server: ThreadRef<A>,
        reply: Ref<Reply<A>>,
    ) {
        let home = self.home();
        reply.caller.set(home, Some(caller));
        self.set_waits_for(caller, Blocked::AwaitingReply(reply));
        if server.sched.get(home).is_none()
            && let Some(sched) = caller.sched.replace(home, None)
        {
            server.sched.set(home, Some(sched));
            server.lent_by.set(home, Some(reply));
            sched.user.set(home, Some(server));
        }
    }

    /// A thread gives a lent context to the reply object that it was lent for, and takes up its own.
    pub(crate) fn park(&mut self, thread: ThreadRef<A>) {
        if thread.lent_by.get(self.home()).is_some() {
            self.rest(thread);
            self.take_up_own(thread);
        }
    }

    /// A thread that is in no ready queue gives up the context that it runs on: a lent one to the reply object that it
    /// was lent for, its own to nobody.
    pub(crate) fn rest(&mut self, thread: ThreadRef<A>) {
        let home = self.home();
        let Some(sched) = thread.sched.replace(home, None) else {
            return;
        };
        sched.user.set(home, None);
        sched.paused.set(home, true);
        let Some(reply) = thread.lent_by.replace(home, None) else {
            return;
        };
        if reply.caller.get(home).is_some() {
            sched.parked.set(home, Some(reply));
            reply.parked.set(home, Some(sched));
            reply.owed_since.set(home, None);
        } else {
            self.send_home(sched);
        }
    }

    /// A caller waits for its answer no longer. The context that it lent returns to it now if it is parked, else when
    /// the server blocks or answers.
    pub(crate) fn forsake(&mut self, caller: ThreadRef<A>, reply: Ref<Reply<A>>) {
        let home = self.home();
        reply.caller.set(home, None);
        let parked = self.take_parked(reply);
        self.hand_back(parked, Some(caller));
    }

    /// Sends the message in a server's registers through a reply object. Gives the caller, out of every queue and
    /// ready to be run, if there was one to answer.
    pub(crate) fn answer(
        &mut self,
        server: ThreadRef<A>,
        reply: Ref<Reply<A>>,
        info: MessageInfo,
    ) -> Option<ThreadRef<A>> {
        let home = self.home();
        let caller = self.detach(reply)?;
        let faulted = caller.faulting.replace(home, false);
        if !faulted {
            self.transfer(server, caller, 0, info, Grant::Yes);
            if self.prepares(caller) {
                return Some(caller);
            }
        }
        let stopped = faulted && info.label() != FaultLabel::RESUME;
        // Taking up its own context puts it into a queue, unless it is stopped.
        let state = if stopped {
            Blocked::Faulted
        } else {
            Blocked::Ready
        };
        self.set_waits_for(caller, state);
        self.take_up_own(caller);
        Some(caller)
    }

    /// Empties a reply object: gives its caller, to whom the lent context has returned.
    pub(super) fn detach(&mut self, reply: Ref<Reply<A>>) -> Option<ThreadRef<A>> {
        let home = self.home();
        let server = reply.server.get(home);
        let caller = reply.caller.replace(home, None);
        let lent = self.take_lent(reply, server);
        self.hand_back(lent, caller);
        if let Some(server) = server {
            self.take_up_own(server);
        }
        caller
    }

    /// A call is over: what was lent for it, if there still is something, returns.
    fn hand_back(&mut self, sched: Option<Ref<SchedContext<A>>>, caller: Option<ThreadRef<A>>) {
        if let Some(sched) = sched {
            match caller.filter(|caller| self.may_run_on(*caller, sched)) {
                Some(caller) => self.give(sched, caller),
                None => self.send_home(sched),
            }
        }
        if let Some(caller) = caller {
            self.take_up_own(caller);
        }
    }

    /// Whether a thread without context may get back this one, which was lent for its call: the context is its own,
    /// or what the thread's own caller lent to it is not settled yet.
    fn may_run_on(&self, thread: ThreadRef<A>, sched: Ref<SchedContext<A>>) -> bool {
        let home = self.home();
        let entitled = sched.owner.get(home) == Some(thread) || thread.lent_by.get(home).is_some();
        entitled && thread.sched.get(home).is_none()
    }

    /// Takes the context that is parked in a reply object; what its user owes is settled.
    fn take_parked(&mut self, reply: Ref<Reply<A>>) -> Option<Ref<SchedContext<A>>> {
        let home = self.home();
        let sched = reply.parked.replace(home, None)?;
        sched.parked.set(home, None);
        self.settle_debt(reply, sched);
        Some(sched)
    }

    fn take_lent(
        &mut self,
        reply: Ref<Reply<A>>,
        server: Option<ThreadRef<A>>,
    ) -> Option<Ref<SchedContext<A>>> {
        let home = self.home();
        if let Some(sched) = self.take_parked(reply) {
            return Some(sched);
        }
        let server = server.filter(|server| server.lent_by.get(home) == Some(reply))?;
        server.lent_by.set(home, None);
        self.dequeue(server);
        let sched = server.sched.replace(home, None)?;
        sched.user.set(home, None);
        Some(sched)
    }

    /// Makes a thread without context run on this one, which nobody uses.
    pub(crate) fn give(&mut self, sched: Ref<SchedContext<A>>, thread: ThreadRef<A>) {
        let home = self.home();
        sched.user.set(home, Some(thread));
        thread.sched.set(home, Some(sched));
    }

    /// Returns a context that nobody uses to the thread that it is bound to.
    pub(crate) fn send_home(&mut self, sched: Ref<SchedContext<A>>) {
        if let Some(owner) = sched.owner.get(self.home()) {
            self.take_up_own(owner);
        }
    }

    /// A thread without context goes on with its own, unless that is lent or the thread waits for a call or an answer.
    pub(crate) fn take_up_own(&mut self, thread: ThreadRef<A>) {
        let home = self.home();
        let idle = |sched: &Ref<SchedContext<A>>| {
            sched.user.get(home).is_none() && sched.parked.get(home).is_none()
        };
        let waits = matches!(
            thread.state.get(home),
            Blocked::Receiving(_) | Blocked::AwaitingReply(_) | Blocked::Away
        );
        if waits || thread.sched.get(home).is_some() {
            return;
        }
        let Some(own) = thread.own_sched.get(home).filter(idle) else {
            return;
        };
        thread.lent_by.set(home, None);
        self.give(own, thread);
        // Whether the running thread goes on is decided when the kernel is left.
        if self.sched.current != Some(thread) {
            self.enqueue(thread, End::Back);
        }
    }

    /// Ties a reply object, which holds no caller and is not waited with, to the thread that names it in Recv.
    pub(super) fn tie(&mut self, thread: ThreadRef<A>, reply: Option<Ref<Reply<A>>>) {
        let home = self.home();
        if thread.reply.replace(home, reply) != reply {
            thread.named.set(home, Named::NOTHING);
        }
        let Some(reply) = reply else {
            return;
        };
        if reply.server.get(home) != Some(thread) {
            self.untie(reply);
            reply.server.set(home, Some(thread));
            thread.replies.push_back(home, reply);
        }
    }

    /// A reply object belongs to no thread any more. It holds no caller.
    pub(super) fn untie(&mut self, reply: Ref<Reply<A>>) {
        let home = self.home();
        let Some(server) = reply.server.replace(home, None) else {
            return;
        };
        server.replies.remove(home, reply);
        if server.lent_by.get(home) == Some(reply) {
            // Whoever lent it waits no longer.
            self.dequeue(server);
            self.park(server);
            server.lent_by.set(home, None);
        }
        if server.reply.get(home) == Some(reply) {
            self.disarm(server);
            server.reply.set(home, None);
        }
    }

    /// Tells the caller of a reply object that nobody will answer.
    pub(super) fn abandon(&mut self, reply: Ref<Reply<A>>) {
        let Some(caller) = self.detach(reply) else {
            return;
        };
        self.tell_dead(caller);
    }

    /// Makes a thread that was answered take its turn, unless the answer stopped it.
    pub(crate) fn resume_answered(&mut self, caller: ThreadRef<A>) {
        match caller.state.get(self.home()) {
            Blocked::Ready => self.enqueue(caller, End::Back),
            Blocked::Away => self.go_home(caller),
            _ => {}
        }
    }
}
