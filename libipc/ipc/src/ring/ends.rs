//! One side of a ring, as the start-up page describes it.

use libipc_ring::sync::AtomicU64;
use libipc_ring::{Layout, Pool, Untrusted};
use weft_abi::startup::{EntryKind, NAME_BYTES, RING_APART};

use crate::objects::{Frame, Notification};
use crate::{CPtr, Caller, Region, Startup};

type Words = &'static [AtomicU64];

/// The pools of one side.
#[derive(Default)]
pub struct Pools {
    /// What this side writes.
    pub out: Option<Pool<'static>>,
    /// What the other side writes.
    pub inward: Option<Untrusted<'static>>,
    /// The first frame of `out`, if this side may tell devices where it is.
    pub out_frame: Option<Frame>,
    /// The first frame of `inward`, likewise.
    pub inward_frame: Option<Frame>,
}

impl Pools {
    fn find(env: &Startup, name: &str) -> Self {
        let out = suffixed(env, EntryKind::Pool, name, ".out");
        let inward = suffixed(env, EntryKind::Pool, name, ".in");
        let frame = |at: Region| (at.slot.0 != 0).then(|| at.frame());
        Self {
            out: out.map(|at| Pool::new(words(at))),
            inward: inward.map(|at| Untrusted::new(words(at))),
            out_frame: out.and_then(frame),
            inward_frame: inward.and_then(frame),
        }
    }
}

/// Where the peer of a ring runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Peer {
    /// On this core: it runs only when this side does not.
    #[default]
    Beside,
    /// On another one: it may be at work already.
    Apart,
}

/// One side of a ring.
pub struct RingEnds {
    /// Data that does not fit into requests.
    pub pools: Pools,
    pub(super) own: Words,
    pub(super) peer: Words,
    pub(super) kick: Notification,
    pub(super) wake_bits: u64,
    pub(super) caller: Option<Caller>,
    pub(super) runs: Peer,
}

impl RingEnds {
    /// Finds a ring by its name.
    #[must_use]
    pub fn find(env: &Startup, name: &str) -> Option<Self> {
        let own = env.find(EntryKind::Ring, name)?;
        let wake = env.find(EntryKind::Notification, name);
        let badge = wake.map_or(0, |entry| entry.v1);
        let own = region(own);
        let peer = suffixed(env, EntryKind::Ring, name, ".peer")?;
        Some(Self {
            pools: Pools::find(env, name),
            own: words(own),
            peer: words(peer),
            kick: Notification::from(own.slot),
            wake_bits: wake.map_or(0, |entry| entry.v0),
            caller: Some(Caller::from_badge(badge)).filter(|_| badge != 0),
            runs: match peer.slot.0 {
                RING_APART => Peer::Apart,
                _ => Peer::Beside,
            },
        })
    }

    /// Finds the rings on which this program serves.
    pub fn served(env: &Startup) -> impl Iterator<Item = Self> {
        let env = *env;
        env.entries()
            .iter()
            .filter(|entry| entry.kind == EntryKind::Notification as u32 && entry.v1 != 0)
            .filter_map(move |entry| {
                let name = entry.name.split(|byte| *byte == 0).next()?;
                Self::find(&env, core::str::from_utf8(name).ok()?)
            })
    }

    /// The server's side of a ring on a host: `own` and `peer` are the regions that the server and the client write.
    /// Nobody is signalled: the client waits by drain calls.
    #[must_use]
    pub fn in_process((own, peer): (Words, Words), pools: Pools, caller: Caller) -> Self {
        Self {
            pools,
            own,
            peer,
            kick: Notification::from(CPtr::NULL),
            wake_bits: 0,
            caller: Some(caller),
            runs: Peer::Beside,
        }
    }

    /// The same with a peer that runs elsewhere.
    #[must_use]
    pub fn with_peer(self, runs: Peer) -> Self {
        Self { runs, ..self }
    }

    /// Returns who is at the other end, if this side serves.
    #[must_use]
    pub fn caller(&self) -> Option<Caller> {
        self.caller
    }

    /// Returns the layout; `own` is region A for a client.
    pub(super) fn client_layout(&self) -> Option<Layout> {
        Layout::fitting(size_of_val(self.own), size_of_val(self.peer))
    }

    /// Returns the layout; `own` is region B for a server.
    pub(super) fn server_layout(&self) -> Option<Layout> {
        Layout::fitting(size_of_val(self.peer), size_of_val(self.own))
    }
}

fn suffixed(env: &Startup, kind: EntryKind, name: &str, suffix: &str) -> Option<Region> {
    let mut text = heapless::String::<NAME_BYTES>::new();
    text.push_str(name).ok()?;
    text.push_str(suffix).ok()?;
    env.find(kind, &text).map(region)
}

fn region(entry: &weft_abi::startup::Entry) -> Region {
    Region {
        address: entry.v0,
        length: entry.v1,
        slot: crate::CPtr(entry.slot),
    }
}

/// The words of a region of shared memory.
fn words(region: Region) -> Words {
    let address = region.address as usize as *const AtomicU64;
    let count = region.length as usize / size_of::<u64>();
    if address.is_null() || !address.is_aligned() {
        return &[];
    }
    // SAFETY: 1. the start-up page, which root wrote, says that these bytes are mapped for as long
    // as the program lives; 2. the address is aligned and not null; 3. the memory is shared and
    // perhaps read-only, but `AtomicU64` may be changed by others, and `libipc-ring` writes only to
    // the regions that are this side's own.
    unsafe { core::slice::from_raw_parts(address, count) }
}
