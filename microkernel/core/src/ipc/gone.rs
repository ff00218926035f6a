//! Clients that are gone: told to the server, so that it can free what it keeps for them.
//!
//! Whoever gives an endpoint capability a badge keeps it, as the *session capability*, and gives copies of it to a client.
//! When the last copy is deleted, wherever it is and for whatever reason, the endpoint's server receives the badge with
//! [`MessageInfo::gone`] instead of a message. The session that is to be told of is linked into a ring of its endpoint by
//! two fields of its slot that a capability without children does not use, so that this takes no memory and cannot fail.
//!
//! A session whose copies went away is told of once. It is told of no more if it gets another copy before, or if it is
//! deleted itself; where it is moved to does not matter. While an endpoint is dead nothing is told.

use weft_abi::{Kind, MessageInfo};
use weft_hal::Arch;
use weft_store::{Home, Ref};

use crate::Core;
use crate::object::{Endpoint, Queue, SlotRef, ThreadRef};

impl<A: Arch> Core<A> {
    /// A capability has no copies any more. If it is a session, its server is told now, if it waits, or when it next
    /// receives.
    #[cold]
    pub(crate) fn client_gone(&mut self, session: SlotRef) {
        let home = self.home();
        if !session.tag.get(home).is_session() {
            return;
        }
        let Some(endpoint) = endpoint_of::<A>(home, session).filter(|it| !it.dead.get(home)) else {
            return;
        };
        if let Some(receiver) = self.first_receiver(endpoint) {
            self.leave_queue(receiver, endpoint);
            self.deliver_gone(receiver, session.badge.get(home));
            return self.make_ready(receiver);
        }
        session.tag.set(home, session.tag.get(home).untold());
        join(home, endpoint.gone.get(home), session);
        if endpoint.gone.get(home).is_none() {
            endpoint.gone.set(home, Some(session));
        }
        if endpoint.queue.get(home) == Queue::Empty {
            endpoint.queue.set(home, Queue::News);
        }
    }

    /// A capability is not to be told of any more; says whether it was.
    #[inline]
    pub(crate) fn hush(&mut self, session: SlotRef) -> bool {
        let untold = session.tag.get(self.home()).is_untold();
        if untold {
            self.forget(session);
        }
        untold
    }

    #[cold]
    fn forget(&mut self, session: SlotRef) {
        let home = self.home();
        session.tag.set(home, session.tag.get(home).told());
        let stays = leave(home, session);
        if let Some(endpoint) = endpoint_of::<A>(home, session) {
            if endpoint.gone.get(home) == Some(session) {
                endpoint.gone.set(home, stays);
            }
            if endpoint.queue.get(home) == Queue::News {
                endpoint.queue.set(home, endpoint.deserted(home));
            }
        }
    }

    /// Completes a receiver's system call: the client with this badge is gone.
    pub(super) fn deliver_gone(&mut self, receiver: ThreadRef<A>, badge: u64) {
        self.deliver_empty(receiver, badge, MessageInfo::gone());
    }
}

fn endpoint_of<A: Arch>(home: Home, session: SlotRef) -> Option<Ref<Endpoint<A>>> {
    session.object_of(home, Kind::Endpoint)
}

/// Makes `next` follow `slot`.
fn link(home: Home, slot: SlotRef, next: SlotRef) {
    slot.child.set(home, Some(next));
    next.mapping.set(home, slot.address());
}

fn before(home: Home, slot: SlotRef) -> Option<SlotRef> {
    Ref::from_address(slot.mapping.get(home))
}

/// Makes a session the last of a ring, or a ring of its own.
fn join(home: Home, first: Option<SlotRef>, session: SlotRef) {
    let first = first.unwrap_or(session);
    if let Some(last) = before(home, first) {
        link(home, last, session);
    }
    link(home, session, first);
}

/// Takes a session out of its ring; gives the next of those that stay.
fn leave(home: Home, session: SlotRef) -> Option<SlotRef> {
    let next = session.child.replace(home, None);
    let before = before(home, session);
    session.mapping.set(home, 0);
    let next = next.filter(|next| *next != session)?;
    link(home, before?, next);
    Some(next)
}
