//! A thread: registers, what it holds, what it waits for.

use weft_abi::FaultKind;
use weft_hal::{Arch, Nanoseconds};
use weft_store::{HomeCell, Ref};

use crate::list::{Linked, Links, List, Serving, Timed};

use super::{Endpoint, Notification, Reply, SchedContext, Slot};

/// A reference to a thread.
pub type ThreadRef<A> = Ref<Thread<A>>;

/// Offset of the message page from the start of the thread object.
pub const MESSAGE_PAGE_OFFSET: u64 = 4096;

/// The capabilities that a thread holds itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ThreadSlot {
    /// Its CSpace: a CNode.
    CSpace,
    /// Its address space.
    Space,
    /// Where its faults are told: an endpoint.
    Fault,
    /// The notification bound to it.
    Notification,
}

/// What a thread does or waits for.
pub enum Blocked<A: Arch> {
    /// Not started, or stopped.
    Suspended,
    /// Wants to run (running, or in the ready queue, or without budget).
    Ready,
    /// In the queue of an endpoint, to send.
    Sending(Ref<Endpoint<A>>),
    /// In the queue of an endpoint, to receive.
    Receiving(Ref<Endpoint<A>>),
    /// Waits for an answer through a reply object.
    AwaitingReply(Ref<Reply<A>>),
    /// Waits for a notification.
    Waiting(Ref<Notification<A>>),
    /// Faulted, and there is no handler.
    Faulted,
}

impl<A: Arch> Clone for Blocked<A> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<A: Arch> Copy for Blocked<A> {}

impl<A: Arch> PartialEq for Blocked<A> {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Suspended, Self::Suspended)
            | (Self::Ready, Self::Ready)
            | (Self::Faulted, Self::Faulted) => true,
            (Self::Sending(a), Self::Sending(b)) | (Self::Receiving(a), Self::Receiving(b)) => {
                a == b
            }
            (Self::AwaitingReply(a), Self::AwaitingReply(b)) => a == b,
            (Self::Waiting(a), Self::Waiting(b)) => a == b,
            _ => false,
        }
    }
}

impl<A: Arch> Eq for Blocked<A> {}

/// A thread of execution. Its message page is the second page of the object.
#[repr(C, align(4096))]
pub struct Thread<A: Arch> {
    /// Saved registers; first, so that entry stubs find them without an offset.
    pub context: A::Context,
    /// What it does or waits for.
    pub state: HomeCell<Blocked<A>>,
    /// The ready queue (priority) that it is in.
    pub queued: HomeCell<Option<u8>>,
    /// Whether the message it waits to send, or the answer it waits for, is about a fault of its own.
    pub faulting: HomeCell<bool>,
    /// Whether the message it waits to send expects an answer.
    pub calling: HomeCell<bool>,
    /// The badge of the capability that it sends through.
    pub sending_badge: HomeCell<u64>,
    /// Whether that capability allows sending capabilities.
    pub sending_grant: HomeCell<bool>,
    /// The greatest priority that any client of this thread has; its effective priority is at least that.
    pub ceiling: HomeCell<u8>,
    /// The scheduling context it runs on; its own or a donated one.
    pub sched: HomeCell<Option<Ref<SchedContext<A>>>>,
    /// The scheduling context bound to it.
    pub own_sched: HomeCell<Option<Ref<SchedContext<A>>>>,
    /// The reply object through whose call `sched` was lent, if it is not its own.
    pub lent_by: HomeCell<Option<Ref<Reply<A>>>>,
    /// The reply object that it named in Recv.
    pub receiving_reply: HomeCell<Option<Ref<Reply<A>>>>,
    /// The endpoint that it last received on, which counts it as a receiver.
    pub serves: HomeCell<Option<Ref<Endpoint<A>>>>,
    /// Answers that it owes.
    pub owed: List<Reply<A>>,
    /// The last fault: kind, address, code.
    pub fault: HomeCell<Option<(FaultKind, u64, u64)>>,
    /// Processor time used.
    pub cpu_time: HomeCell<Nanoseconds>,
    /// When a Wait ends without a signal.
    pub deadline: HomeCell<Nanoseconds>,
    /// Where its message page is mapped (see `space::Mapping`), or 0.
    pub message_mapping: HomeCell<u64>,
    /// Links of a ready queue or of an endpoint's queue: never both.
    pub links: Links<Thread<A>>,
    /// Links of the list of deadlines.
    pub timed: Links<Thread<A>, Timed>,
    /// Links of the list of threads that serve an endpoint.
    pub serving: Links<Thread<A>, Serving>,
    /// Its CSpace.
    pub cspace: Slot,
    /// Its address space.
    pub space: Slot,
    /// Its fault endpoint.
    pub fault_endpoint: Slot,
    /// Its bound notification.
    pub notification: Slot,
}

impl<A: Arch> Linked for Thread<A> {
    fn links(&self) -> &Links<Self> {
        &self.links
    }
}

impl<A: Arch> Linked<Timed> for Thread<A> {
    fn links(&self) -> &Links<Self, Timed> {
        &self.timed
    }
}

impl<A: Arch> Linked<Serving> for Thread<A> {
    fn links(&self) -> &Links<Self, Serving> {
        &self.serving
    }
}

impl<A: Arch> Thread<A> {
    /// A suspended thread with nothing.
    pub fn new(context: A::Context) -> Self {
        Self {
            context,
            state: HomeCell::new(Blocked::Suspended),
            queued: HomeCell::new(None),
            faulting: HomeCell::new(false),
            calling: HomeCell::new(false),
            sending_badge: HomeCell::new(0),
            sending_grant: HomeCell::new(false),
            ceiling: HomeCell::new(0),
            sched: HomeCell::new(None),
            own_sched: HomeCell::new(None),
            lent_by: HomeCell::new(None),
            receiving_reply: HomeCell::new(None),
            serves: HomeCell::new(None),
            owed: List::new(),
            fault: HomeCell::new(None),
            cpu_time: HomeCell::new(Nanoseconds(0)),
            deadline: HomeCell::new(Nanoseconds::NEVER),
            message_mapping: HomeCell::new(0),
            links: Links::new(),
            timed: Links::new(),
            serving: Links::new(),
            cspace: Slot::empty(),
            space: Slot::empty(),
            fault_endpoint: Slot::empty(),
            notification: Slot::empty(),
        }
    }

    /// The slot inside this thread.
    pub fn slot(&self, which: ThreadSlot) -> &Slot {
        match which {
            ThreadSlot::CSpace => &self.cspace,
            ThreadSlot::Space => &self.space,
            ThreadSlot::Fault => &self.fault_endpoint,
            ThreadSlot::Notification => &self.notification,
        }
    }
}
