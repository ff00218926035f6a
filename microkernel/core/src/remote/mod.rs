//! System calls that concern other cores.
//!
//! An object belongs to one core, its *home*, and no other core touches it. So a system call about an object of another
//! core is not made where the thread is: the *thread* goes to the core that has the object, makes the call there as a
//! visitor, and comes home with the result. It travels as a letter in the core's mailbox, announced by one interrupt; while
//! it is away it belongs to the core that has it, and its own core runs others. Nothing is locked, and nobody waits for
//! another core with interrupts masked.
//!
//! What belongs to whom:
//! - All capabilities of a derivation tree belong to the home core of the untyped memory at its root, wherever their slots
//!   are. The home core in the slot's word says so, and any core may look at that word; only that core touches the rest.
//! - An empty slot belongs to the home core of its CNode. That core *reserves* it for another that is to fill it; one that
//!   another core has emptied comes back as a letter.
//! - A thread's capability space, address space, endpoints, scheduling context and notification are of its own core. An
//!   address space is active on other cores only while threads of it lodge there.
//!
//! A call about two objects of different cores is made in stages ([`Stage`]), one core after the other: the slot is
//! reserved where the CNode is, then filled where the object is; a frame is looked up where it belongs, then mapped where
//! the address space is. A CNode of which a thread remembers a slot meanwhile is *pinned*: it is not buried before that
//! thread has passed by again. Whoever is to be stopped while it is away is *called back*.
//!
//! A thread may have a fault endpoint of another core: the slot in the thread that holds it is then that core's, and a
//! thread that faults goes there. A caller waits at an endpoint of another core as a visitor too. It lends nothing: the server must have a scheduling
//! context of its own.
//!
//! | file | holds |
//! |---|---|
//! | `trip` | going, arriving, coming home, calling back |
//! | `errand` | the stages of calls about two cores |
//! | `freight` | capabilities in messages |
//! | `post` | slots in mailboxes |
//! | `lodge` | threads that compute on another core than their own |
//! | `round` | mappings that go while other cores may know them |
//! | `share` | how much time others may take |

pub(crate) use lodge::Affinities;
pub(crate) use post::used_slots;

mod errand;
mod freight;
mod lodge;
mod post;
mod round;
mod share;
mod trip;

use core::cell::Cell;
use core::sync::atomic::AtomicBool;

use weft_abi::Syscall;
use weft_hal::{CoreId, Leaf};
use weft_store::{Bell, Mailbox, Requests};

use crate::object::{Slot, SlotRef, Thread, ThreadRef};

/// What a thread does on the core that it goes to next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Its system call, as if it were at home there.
    Call,
    /// Reserves the slots that it names, for the core that will fill them.
    Reserve,
    /// Copies, mints or moves into a reserved slot.
    Derive,
    /// Makes objects, and their capabilities in reserved slots.
    Retype,
    /// Looks up the frame that is to be mapped.
    Frame,
    /// Maps it.
    Map,
    /// Removes its mapping.
    Unmap,
    /// Notes in the frame's capability that the mapping is made or removed.
    Settle,
    /// Tells its fault endpoint of its fault.
    Fault,
    /// Gives up its fault endpoint.
    Unbind,
    /// Asks a core's control whether a thread may run there.
    Permit,
    /// Notes that it may.
    Allow,
    /// Comes to compute.
    Lodge,
    /// Computes.
    Lodged,
    /// Nothing: it is on its way home.
    Home,
}

/// What a thread knows on its way.
#[derive(Clone, Copy)]
pub struct Trip {
    stage: Stage,
    /// The slot that the call is about, or that the capability comes from.
    slot: Option<SlotRef>,
    /// The first of the slots that are reserved.
    to: Option<SlotRef>,
    /// How many slots are reserved; or what a stage tells the next.
    count: u64,
    /// The core that fills them, or that has the address space, or where it computes.
    core: CoreId,
    /// The CNodes that are pinned.
    pinned: [Option<SlotRef>; 2],
    /// What is mapped.
    leaf: Option<Leaf>,
    /// Whether it was called back: it makes no further attempt.
    recalled: bool,
    /// Whether it comes home with a fault.
    faulted: bool,
}

impl Trip {
    /// At home.
    pub(crate) const NONE: Self = Self {
        stage: Stage::Home,
        slot: None,
        to: None,
        count: 0,
        core: CoreId::BOOT,
        pinned: [None; 2],
        leaf: None,
        recalled: false,
        faulted: false,
    };

    /// To a stage that needs to know nothing else.
    const fn to(stage: Stage) -> Self {
        Self {
            stage,
            ..Self::NONE
        }
    }
}

/// A core's mailboxes.
#[repr(align(64))]
pub(crate) struct Boxes<A: weft_hal::Arch> {
    /// Rung by whoever fills one of them: one interrupt is enough for all.
    bell: Bell,
    /// Threads that come to make a call, or come home.
    threads: Mailbox<Thread<A>>,
    /// Slots that come back empty, frames to be unmapped, CNodes to be emptied.
    slots: Mailbox<Slot>,
    /// Threads that are to come home at once.
    recalls: Mailbox<trip::Recalled<A>>,
    /// What is to be forgotten.
    requests: Requests,
    /// Whether it had nothing to do when it last looked, and nobody has sent it a thread since.
    idle: AtomicBool,
}

impl<A: weft_hal::Arch> Boxes<A> {
    /// Empty ones.
    pub(crate) const fn new() -> Self {
        Self {
            bell: Bell::new(),
            threads: Mailbox::new(),
            slots: Mailbox::new(),
            recalls: Mailbox::new(),
            requests: Requests::new(),
            idle: AtomicBool::new(false),
        }
    }
}

#[cfg(test)]
impl<A: weft_hal::Arch> Boxes<A> {
    /// Whether nothing is in them; what was is lost.
    pub(crate) fn are_empty(&self, home: weft_store::Home) -> bool {
        self.threads.take(home).is_none()
            && self.slots.take(home).is_none()
            && self.recalls.take(home).is_none()
            && self.requests.take() == 0
            && self.requests.answers() == 0
    }
}

#[cfg(test)]
impl<A: weft_hal::Arch> Visits<A> {
    /// Whether nothing is left to do.
    pub(crate) fn is_empty(&self) -> bool {
        self.first.is_none()
            && self.again.is_none()
            && self.emptying.is_none()
            && !self.rounds.is_any()
            && (0..lodge::GUESTS).all(|index| self.guests.is_free(index))
    }
}

/// Where a core finds what came by mail and is not done.
pub(crate) struct Visits<A: weft_hal::Arch> {
    /// The threads that were taken from the mailbox.
    first: Option<ThreadRef<A>>,
    /// Those that have to try again later.
    again: Option<ThreadRef<A>>,
    /// CNodes of other cores, of which this one's capabilities are to be removed.
    emptying: Option<SlotRef>,
    /// The time that visitors may take.
    share: share::Share,
    /// The address spaces of threads that compute here.
    guests: lodge::Guests,
    /// Mappings that other cores have to forget.
    rounds: round::Rounds<A>,
    /// A bit for each core to which a thread of this one ever went to compute.
    lodged: u64,
    /// Whether any thread of this core was ever allowed to.
    roaming: bool,
    /// The visitor whose call is being made.
    pub(crate) guest: Option<ThreadRef<A>>,
    /// The core that has what the call named last that this one has not, and the slot if that is known.
    elsewhere: Cell<Option<(CoreId, Option<SlotRef>)>>,
}

impl<A: weft_hal::Arch> Visits<A> {
    pub(crate) const fn new() -> Self {
        Self {
            first: None,
            again: None,
            emptying: None,
            share: share::Share::new(),
            guests: lodge::Guests::new(),
            rounds: round::Rounds::new(),
            lodged: 0,
            roaming: false,
            guest: None,
            elsewhere: Cell::new(None),
        }
    }
}

/// The system calls that a thread may make on another core. The others block, or are about the thread itself.
const fn is_mobile(call: Syscall) -> bool {
    !matches!(
        call,
        Syscall::Null
            | Syscall::Recv
            | Syscall::Reply
            | Syscall::ReplyRecv
            | Syscall::Wait
            | Syscall::SignalWait
            | Syscall::Yield
            | Syscall::Clock
    )
}
