//! A thread: registers, what it holds, what it waits for.

use core::sync::atomic::{AtomicBool, AtomicU8};

use weft_abi::{FaultKind, MAX_CAPS};
use weft_hal::{Arch, Context, CoreId, Nanoseconds, Root};
use weft_store::{Home, HomeCell, Letter, Ref};

use crate::list::{Linked, Links, List, Serving, Timed};
use crate::remote::{Affinities, Trip};
use crate::space::Preparation;

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
    /// Where it is told that a client's budget ended while it worked for it: an endpoint.
    Timeout,
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
    /// Makes a system call on another core, to which it belongs meanwhile; there [`Thread::abroad`] is what it waits for.
    Away,
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
            | (Self::Faulted, Self::Faulted)
            | (Self::Away, Self::Away) => true,
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

/// Begins a cache line.
#[derive(Default)]
#[repr(align(64))]
struct LineStart;

/// Two capability pointers of a thread, and the epoch of its core in which they were looked up. What they name is
/// the same as long as the epoch is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Named {
    /// That of the endpoint in the lower half, that of the reply object in the upper.
    pub objects: u64,
    /// The epoch; 0 never is one.
    pub epoch: u64,
}

impl Named {
    /// Nothing was looked up.
    pub const NOTHING: Self = Self {
        objects: 0,
        epoch: 0,
    };
}

/// A thread of execution. Its message page is the second page of the object.
#[repr(C, align(4096))]
pub struct Thread<A: Arch> {
    /// Saved registers; first, so that entry stubs find them without an offset.
    pub context: A::Context,
    /// The next eight words are what every message touches: one cache line.
    line: LineStart,
    /// What it does or waits for.
    pub state: HomeCell<Blocked<A>>,
    /// What its CSpace comes down to: address of slot 0, and the number of slots (0: none).
    pub slots: HomeCell<(u64, u64)>,
    /// At which version of the core's TLB tags `root` was found out; 0: not yet.
    pub version: HomeCell<u64>,
    /// What its address space comes down to on its core.
    pub root: HomeCell<Root>,
    /// The scheduling context it runs on; its own or a donated one. None while it waits in Recv: its own then rests.
    pub sched: HomeCell<Option<Ref<SchedContext<A>>>>,
    /// The reply object through whose call `sched` was lent, if it is not its own.
    pub lent_by: HomeCell<Option<Ref<Reply<A>>>>,
    /// The endpoint that it last received on, which counts it as a receiver.
    pub serves: HomeCell<Option<Ref<Endpoint<A>>>>,
    /// The reply object that it named in its last Recv, unless another thread has named it since.
    pub reply: HomeCell<Option<Ref<Reply<A>>>>,
    /// By which pointers it last named `serves` and `reply` in ReplyRecv, and when that was looked up.
    pub named: HomeCell<Named>,
    /// The ready queue (priority) that it is in.
    pub queued: HomeCell<Option<u8>>,
    /// Whether its last Recv took signals, so that in the next one it is the turn of those who send.
    pub heard: HomeCell<bool>,
    /// Whether the message it waits to send, or the answer it waits for, is about a fault of its own.
    pub faulting: HomeCell<bool>,
    /// Whether the message it waits to send expects an answer.
    pub calling: HomeCell<bool>,
    /// The badge of the capability that it sends through.
    pub sending_badge: HomeCell<u64>,
    /// Whether that capability allows sending capabilities.
    pub sending_grant: HomeCell<bool>,
    /// The greatest priority that any client of this thread has; its effective priority is at least that. Set by
    /// [`set_ceiling`](Self::set_ceiling).
    pub ceiling: HomeCell<u8>,
    /// A bit for each priority that is greater than the ceiling.
    pub above: HomeCell<u64>,
    /// The scheduling context bound to it.
    pub own_sched: HomeCell<Option<Ref<SchedContext<A>>>>,
    /// The reply objects tied to it: one may hold a caller to whom it owes an answer.
    pub replies: List<Reply<A>>,
    /// The last fault: kind, address, code.
    pub fault: HomeCell<Option<(FaultKind, u64, u64)>>,
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
    /// Its timeout endpoint.
    pub timeout_endpoint: Slot,
    /// Its bound notification.
    pub notification: Slot,
    /// Its home core.
    pub core: CoreId,
    /// What it waits for on another core; that core's, while it is away.
    pub abroad: HomeCell<Blocked<A>>,
    /// What it does on other cores; the core's where it is.
    pub trip: HomeCell<Trip>,
    /// The cores that it passes by before it goes on, a bit for each; the core's where it is.
    pub via: HomeCell<u64>,
    /// Slots of its own that are reserved for the core where it is: those that its message page named for capabilities.
    pub places: HomeCell<[u32; MAX_CAPS]>,
    /// Whether it computes on another core, or is on its way there or back; its own core's. Until it is home again, that
    /// core leaves alone what the other uses of it: state, scheduling context, queues, registers.
    pub lodges: HomeCell<bool>,
    /// Where it may run besides its own core; its own core's.
    pub affinity: HomeCell<Affinities>,
    /// What was used of its scheduling context when it last went to another core; its own core's.
    pub spent: HomeCell<Nanoseconds>,
    /// The next thread in a mailbox.
    pub letter: HomeCell<u64>,
    /// The core that has it, while it is away.
    pub place: AtomicU8,
    /// Whether it is called back, and the call has not been seen by the core that it went to.
    pub recalled: AtomicBool,
    /// How far it has got a large page ready that it maps; the core's where it is.
    pub preparation: HomeCell<Preparation>,
    /// Whether it is to stand still when it comes home.
    pub stopping: HomeCell<bool>,
    /// The next thread in a mailbox for those that are called back.
    pub recall: HomeCell<u64>,
    /// Where its vector registers are kept, if it may use them.
    pub vectors: <A::Context as Context>::Vectors,
}

impl<A: Arch> Letter for Thread<A> {
    fn next_letter(&self, home: Home) -> u64 {
        self.letter.get(home)
    }

    fn set_next_letter(&self, home: Home, next: u64) {
        self.letter.set(home, next);
    }
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
    /// A suspended thread with nothing, on its home core.
    #[inline(always)]
    pub fn new(core: CoreId) -> Self {
        Self {
            context: Default::default(),
            line: LineStart,
            state: HomeCell::new(Blocked::Suspended),
            slots: HomeCell::new((0, 0)),
            root: HomeCell::new(Root::NONE),
            version: HomeCell::new(0),
            queued: HomeCell::new(None),
            heard: HomeCell::new(false),
            faulting: HomeCell::new(false),
            calling: HomeCell::new(false),
            sending_badge: HomeCell::new(0),
            sending_grant: HomeCell::new(false),
            ceiling: HomeCell::new(0),
            above: HomeCell::new(crate::sched::above(0)),
            sched: HomeCell::new(None),
            own_sched: HomeCell::new(None),
            lent_by: HomeCell::new(None),
            reply: HomeCell::new(None),
            serves: HomeCell::new(None),
            named: HomeCell::new(Named::NOTHING),
            replies: List::new(),
            fault: HomeCell::new(None),
            deadline: HomeCell::new(Nanoseconds::NEVER),
            message_mapping: HomeCell::new(0),
            links: Links::new(),
            timed: Links::new(),
            serving: Links::new(),
            cspace: Slot::empty(),
            space: Slot::empty(),
            fault_endpoint: Slot::empty(),
            timeout_endpoint: Slot::empty(),
            notification: Slot::empty(),
            core,
            abroad: HomeCell::new(Blocked::Suspended),
            trip: HomeCell::new(Trip::NONE),
            via: HomeCell::new(0),
            places: HomeCell::new([0; MAX_CAPS]),
            lodges: HomeCell::new(false),
            affinity: HomeCell::new(Affinities::home(core)),
            spent: HomeCell::new(Nanoseconds(0)),
            letter: HomeCell::new(0),
            place: AtomicU8::new(core.0),
            recalled: AtomicBool::new(false),
            preparation: HomeCell::new(Preparation::NONE),
            stopping: HomeCell::new(false),
            recall: HomeCell::new(0),
            vectors: Default::default(),
        }
    }

    /// Sets the ceiling.
    pub fn set_ceiling(&self, home: Home, ceiling: u8) {
        self.ceiling.set(home, ceiling);
        self.above.set(home, crate::sched::above(ceiling));
    }

    /// The slot inside this thread.
    pub fn slot(&self, which: ThreadSlot) -> &Slot {
        match which {
            ThreadSlot::CSpace => &self.cspace,
            ThreadSlot::Space => &self.space,
            ThreadSlot::Fault => &self.fault_endpoint,
            ThreadSlot::Timeout => &self.timeout_endpoint,
            ThreadSlot::Notification => &self.notification,
        }
    }
}
