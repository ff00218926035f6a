//! The prepared line of an endpoint: what a direct call needs is checked when a server begins to wait, not when a
//! client calls.
//!
//! A receiver that stands on its endpoint's line is blocked in Recv, has a reply object that holds no caller and is tied
//! to it, runs on no scheduling context, has a CSpace and an address space, and waits longer than anybody in the
//! queue; the endpoint takes callers with any budget. A call tests one word, and need not look at any of that. Whoever changes one of these things takes the
//! receiver off the line first: [`Core::disarm`], or [`Core::leave_queue`] if it does not wait any longer.

use weft_abi::Kind;
use weft_hal::{Arch, Root};
use weft_store::Ref;

use crate::Core;
use crate::cspace::power;
use crate::object::{Blocked, Endpoint, Line, Queue, ThreadRef};

impl<A: Arch> Core<A> {
    /// Blocks the running thread in Recv; on the line, if nobody waits before it and it can answer.
    pub(super) fn await_call(&mut self, thread: ThreadRef<A>, endpoint: Ref<Endpoint<A>>) {
        let home = self.home();
        let first = endpoint.line.get(home).is_none()
            && endpoint.queue.get(home) == Queue::Empty
            && endpoint.min_budget.get(home).0 == 0;
        match thread.reply.get(home).filter(|_| first) {
            Some(reply) => {
                let server = thread;
                endpoint.line.set(home, Some(Line { server, reply }));
            }
            None => {
                endpoint.queue.set(home, Queue::Receivers);
                endpoint.waiting.push_back(home, thread);
            }
        }
        thread.state.set(home, Blocked::Receiving(endpoint));
        self.rest(thread);
    }

    /// The thread that has waited longest to receive.
    pub(super) fn first_receiver(&self, endpoint: Ref<Endpoint<A>>) -> Option<ThreadRef<A>> {
        let home = self.home();
        endpoint.prepared(home).or_else(|| {
            let receivers = endpoint.queue.get(home) == Queue::Receivers;
            endpoint.waiting.first(home).filter(|_| receivers)
        })
    }

    /// Takes a receiver off the line; it goes on waiting, before all others.
    pub(crate) fn disarm(&mut self, thread: ThreadRef<A>) {
        let home = self.home();
        if let Blocked::Receiving(endpoint) = thread.state.get(home)
            && endpoint.prepared(home) == Some(thread)
        {
            endpoint.line.set(home, None);
            endpoint.queue.set(home, Queue::Receivers);
            endpoint.waiting.push_front(home, thread);
        }
    }

    /// Notes what a thread's CSpace and address space come down to, so that no call has to find it out.
    pub(crate) fn note_bindings(&mut self, thread: ThreadRef<A>) {
        let home = self.home();
        let cspace = thread.cspace.tag.get(home);
        if cspace.kind() == Some(Kind::CNode) && cspace.home() == self.id() {
            let slots = (thread.cspace.object.get(home), power(cspace.size()));
            thread.slots.set(home, slots);
        }
        self.note_space(thread);
    }

    /// The CSpace or address space of a thread, which does not run, goes away.
    pub(super) fn forget_bindings(&mut self, thread: ThreadRef<A>, slot: &crate::object::Slot) {
        let home = self.home();
        if core::ptr::eq(slot, &thread.cspace) {
            thread.slots.set(home, (0, 0));
            self.forget_all_named();
        } else {
            thread.root.set(home, Root::NONE);
        }
    }
}
