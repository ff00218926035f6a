//! What dies with an object. Each function does one bounded step and says whether there is more, so that
//! destruction can be interrupted between steps.

use weft_abi::Refusal;
use weft_hal::Arch;
use weft_store::Ref;

use crate::Core;
use crate::cspace::Progress;
use crate::object::{
    Blocked, Endpoint, Notification, Queue, Reply, SchedContext, SlotRef, ThreadRef, ThreadSlot,
};

impl<A: Arch> Core<A> {
    /// One step towards a thread's end: callers get DEAD, then those who wait for its last endpoint, then it goes.
    pub(crate) fn destroy_thread(&mut self, thread: ThreadRef<A>) -> Progress {
        let home = self.home();
        if !self.call_back(thread) {
            return Progress::Waits;
        }
        self.suspend(thread, Refusal::Dead);
        if let Some(reply) = thread.replies.first(home) {
            self.abandon(reply);
            self.untie(reply);
            return Progress::More;
        }
        if self.leave_endpoint(thread) == Progress::More {
            return Progress::More;
        }
        if !self.give_up_far_endpoint(thread) || !self.unmap_message_page(thread) {
            return Progress::Waits;
        }
        for which in [
            ThreadSlot::CSpace,
            ThreadSlot::Space,
            ThreadSlot::Fault,
            ThreadSlot::Timeout,
            ThreadSlot::Notification,
        ] {
            let slot = thread.part(|thread| thread.slot(which));
            if !slot.is_empty(home) {
                self.unbind_slot(slot);
            }
        }
        if let Some(sched) = thread.own_sched.replace(home, None) {
            sched.owner.set(home, None);
        }
        if let Some(sched) = thread.sched.replace(home, None) {
            sched.user.set(home, None);
            self.send_home(sched);
        }
        if self.sched.current == Some(thread) {
            self.charge_now();
            self.sched.current = None;
        }
        self.arch.forget(&thread.context);
        self.memory.retire(thread);
        Progress::Done
    }

    /// The thread no longer serves its endpoint. If it was the last, the endpoint is dead: one waiting sender a step
    /// is told so, and which clients are gone is forgotten, because a successor never knew them.
    fn leave_endpoint(&mut self, thread: ThreadRef<A>) -> Progress {
        let home = self.home();
        let Some(endpoint) = thread.serves.get(home) else {
            return Progress::Done;
        };
        let last = endpoint.servers.first(home) == Some(thread)
            && crate::list::Linked::<crate::list::Serving>::links(&*thread)
                .next(home)
                .is_none();
        if last {
            endpoint.dead.set(home, true);
            if endpoint.queue.get(home) == Queue::Senders
                && self.refuse_first(endpoint) == Progress::More
            {
                return Progress::More;
            }
            if let Some(session) = endpoint.gone.get(home) {
                self.hush(session);
                return Progress::More;
            }
        }
        endpoint.servers.remove(home, thread);
        thread.serves.set(home, None);
        Progress::Done
    }

    /// Nobody answers a thread, which is out of every queue: it gets DEAD, or stays stopped if it has faulted.
    pub(super) fn tell_dead(&mut self, thread: ThreadRef<A>) {
        if !thread.faulting.replace(self.home(), false) {
            return self.wake_refused(thread, Refusal::Dead);
        }
        self.set_waits_for(thread, Blocked::Faulted);
        if self.is_away(thread) {
            self.go_home(thread);
        }
    }

    /// Wakes the first thread that waits in an endpoint with DEAD.
    fn refuse_first(&mut self, endpoint: Ref<Endpoint<A>>) -> Progress {
        let home = self.home();
        let Some(thread) = endpoint.prepared(home).or(endpoint.waiting.first(home)) else {
            return Progress::Done;
        };
        self.leave_queue(thread, endpoint);
        self.tell_dead(thread);
        Progress::More
    }

    /// One step towards an endpoint's end: everybody who waits in it gets DEAD.
    pub(crate) fn destroy_endpoint(&mut self, endpoint: Ref<Endpoint<A>>) -> Progress {
        let home = self.home();
        endpoint.dead.set(home, true);
        if self.refuse_first(endpoint) == Progress::More {
            return Progress::More;
        }
        if let Some(server) = endpoint.servers.pop(home) {
            server.serves.set(home, None);
            return Progress::More;
        }
        self.memory.retire(endpoint);
        Progress::Done
    }

    /// Ends a reply object: its caller gets DEAD.
    pub(crate) fn destroy_reply(&mut self, reply: Ref<Reply<A>>) -> Progress {
        self.abandon(reply);
        self.untie(reply);
        self.memory.retire(reply);
        Progress::Done
    }

    /// Ends a notification: its waiter gets DEAD. Bindings are derived capabilities, and gone already.
    pub(crate) fn destroy_notification(&mut self, notification: Ref<Notification<A>>) -> Progress {
        let home = self.home();
        if let Some(waiter) = notification.waiter.replace(home, None) {
            self.clear_deadline(waiter);
            self.wake_refused(waiter, Refusal::Dead);
        }
        self.memory.retire(notification);
        Progress::Done
    }

    /// Ends a scheduling context: whoever runs on it stops running.
    pub(crate) fn destroy_sched_context(&mut self, sched: Ref<SchedContext<A>>) -> Progress {
        let home = self.home();
        if let Some(owner) = sched.owner.get(home)
            && owner.lodges.get(home)
            && !self.call_back(owner)
        {
            return Progress::Waits;
        }
        self.forget_sched(sched);
        self.unthrottle(sched);
        self.dismiss(sched);
        if let Some(reply) = sched.parked.replace(home, None) {
            reply.parked.set(home, None);
        }
        if let Some(owner) = sched.owner.replace(home, None) {
            owner.own_sched.set(home, None);
        }
        if let Some(user) = sched.user.replace(home, None) {
            self.dequeue(user);
            user.sched.set(home, None);
            user.lent_by.set(home, None);
            self.take_up_own(user);
        }
        self.memory.retire(sched);
        Progress::Done
    }

    /// A capability inside a thread is about to be removed: undoes what depends on it.
    pub(crate) fn removed_binding(&mut self, thread: ThreadRef<A>, slot: SlotRef) {
        let home = self.home();
        if core::ptr::eq(&*slot, &thread.notification) {
            let bound = thread
                .notification
                .object_of::<Notification<A>>(home, weft_abi::Kind::Notification);
            if let Some(notification) = bound {
                notification.bound.set(home, None);
            }
        } else if core::ptr::eq(&*slot, &thread.cspace) || core::ptr::eq(&*slot, &thread.space) {
            self.suspend(thread, Refusal::Cancelled);
            self.forget_bindings(thread, &slot);
        }
    }
}
