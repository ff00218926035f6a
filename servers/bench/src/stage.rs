//! What figures are measured with: memory, slots, address spaces and peers.
//!
//! Everything that a group makes comes of one piece of memory, which is revoked before the next group.

use alloc::format;
use alloc::vec::Vec;

use libipc::codec::batch::ClientRing;
use libipc::lend::Lender;
use libipc::objects::{
    AddressSpace, Budget, CNode, Notification, SchedContext, SchedControl, Thread, Untyped,
};
use libipc::ring::{ClientWake, RingClient};
use libipc::{CPtr, Cap, Connection, Kind, Refusal, Rights, Startup, clock_ns};
use proto::bench_peer::{self, Entries};
use proto::memory;

use crate::check::{Outcome, done};

/// Slots between those that libipc takes from below and those of figures.
const KEPT: u32 = 256;
/// log2 of the bytes that figures are made of.
const MEMORY: u8 = 24;
/// Longer than the whole benchmark takes: no time slice ends in a sample.
const SLICE: u64 = 10_000_000_000;
/// Longer than the time slices of servers, in nanoseconds.
const SERVERS_SLICES: u64 = 20_000_000;
/// Readable and writable.
pub(crate) const READ_WRITE: Rights = Rights::READ.union(Rights::WRITE);

/// What the program was given, and what the running group made of it.
pub(crate) struct Stage {
    /// What the manifest gives.
    pub(crate) env: Startup,
    /// All that figures are made of.
    pub(crate) memory: Untyped,
    /// The program's own address space.
    pub(crate) space: AddressSpace,
    /// The other process.
    pub(crate) peer: bench_peer::Client,
    /// Its address space.
    pub(crate) peer_space: AddressSpace,
    /// Where threads can begin there.
    pub(crate) entries: Entries,
    /// Threads that the group made.
    pub(crate) threads: Vec<Thread>,
    scheduler: Scheduler,
    first: u32,
    next: u32,
    /// What is kept because dropping it would give it back.
    _kept: (Cap<Untyped>, Cap<AddressSpace>),
}

impl Stage {
    /// Takes what the manifest gives.
    pub(crate) fn new(env: &Startup) -> Self {
        let peer: bench_peer::Client = env.connect("bench_peer");
        let (entries, peer_space) = match peer.introduce() {
            Ok(introduced) => introduced,
            Err(error) => panic!("the peer does not answer: {error}"),
        };
        let giver: memory::Client = env.connect("memory");
        let memory = match giver.allocate(MEMORY) {
            Ok((_, memory)) => memory,
            Err(error) => panic!("there is no memory for figures: {error}"),
        };
        // A bound notification would end receiving.
        let thread: Thread = env.other("thread");
        if let Err(refusal) = thread.bind(Notification::from(CPtr::NULL)) {
            panic!("the notification cannot be unbound: {refusal:?}");
        }
        let first = env.header().first_free + KEPT;
        Self {
            env: *env,
            memory: memory.object(),
            space: env.other("space"),
            peer,
            peer_space: peer_space.object(),
            entries,
            threads: Vec::new(),
            scheduler: Scheduler(env.other("priorities")),
            first,
            next: first,
            _kept: (memory, peer_space),
        }
    }

    /// Takes back everything that the last group made. Its threads stop first.
    pub(crate) fn clear(&mut self) -> Outcome {
        for thread in self.threads.drain(..) {
            // What is gone already need not be stopped.
            let _ = thread.suspend();
        }
        done("revoking the memory", CNode::OWN.revoke(self.memory.cptr()))?;
        for slot in self.first..self.next {
            // An empty slot is what is wanted.
            let _ = CNode::OWN.delete(CPtr(slot));
        }
        self.next = self.first;
        Ok(())
    }

    /// Waits until the time slices of servers that were called have ended: the clock's interrupt at the end of
    /// such a slice comes even if its thread does not run any more.
    pub(crate) fn let_time_slices_end(&mut self) -> Outcome {
        let (whole, _) = self.notification()?;
        match whole.wait_until(clock_ns() + SERVERS_SLICES) {
            Err(Refusal::TimedOut) => self.clear(),
            other => done("waiting", other).map(|_| ()),
        }
    }

    /// An empty slot.
    pub(crate) fn slot(&mut self) -> CPtr {
        self.slots(1)
    }

    /// `count` empty slots one after the other.
    pub(crate) fn slots(&mut self, count: u32) -> CPtr {
        self.next += count;
        CPtr(self.next - count)
    }

    /// A new object in a new slot. `size` is log2.
    pub(crate) fn object<T: From<CPtr>>(&mut self, kind: Kind, size: u8) -> Outcome<T> {
        let slot = self.slot();
        let made = self.memory.retype(kind, size, CNode::OWN, slot);
        done(&format!("making a {kind:?}"), made)?;
        Ok(T::from(slot))
    }

    /// A copy with a badge in a new slot.
    pub(crate) fn mint<T: From<CPtr>>(&mut self, from: CPtr, badge: u64) -> Outcome<T> {
        let slot = self.slot();
        let minted = CNode::OWN.mint(slot, CNode::OWN, from, Rights::all(), badge);
        done("minting", minted)?;
        Ok(T::from(slot))
    }

    /// A new notification, and a capability with a badge to signal it.
    pub(crate) fn notification(&mut self) -> Outcome<(Notification, Notification)> {
        let whole: Notification = self.object(Kind::Notification, 0)?;
        Ok((whole, self.mint(whole.cptr(), 1)?))
    }

    /// A client of a server that not every image has.
    pub(crate) fn client<C: From<Connection>>(&self, name: &str) -> Outcome<C> {
        let client = self.env.try_connect(name);
        client.ok_or_else(|| format!("the image has no connection `{name}`"))
    }

    /// What lends buffers to the server of a connection.
    pub(crate) fn lender(&self, name: &str) -> Outcome<Lender> {
        let lender = Lender::open(&self.env, name);
        lender.ok_or_else(|| format!("the image gives connection `{name}` no pools"))
    }

    /// The ring of a connection. It can be opened once.
    pub(crate) fn ring(&self, name: &str) -> Outcome<ClientRing<'static, ClientWake>> {
        let client = RingClient::open(&self.env, name).map(|client| client.ring);
        client.ok_or_else(|| format!("the image gives connection `{name}` no ring"))
    }

    /// The right to give time.
    pub(crate) fn scheduler(&self) -> Scheduler {
        self.scheduler
    }
}

/// The right to give time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scheduler(SchedControl);

impl Scheduler {
    /// Lets the threads of a new space read counters, as those may that they take turns with.
    pub(crate) fn open_counters(self, space: AddressSpace) -> Result<(), Refusal> {
        space.allow_counters(self.0)
    }

    /// Sets the priority of a scheduling context, and more time than it will use.
    pub(crate) fn schedule(self, context: SchedContext, priority: u8) -> Result<(), Refusal> {
        let time = Budget {
            budget_ns: SLICE,
            period_ns: SLICE,
        };
        self.0.configure(context, priority, time)
    }
}
