//! What the two sides of a connection share, and what a server keeps of a client.

use std::os::unix::net::UnixStream;

use libipc::Caller;
use libipc_ring::sync::AtomicU64;
use libipc_ring::{Capacity, Layout};

use crate::mailbox::{HEADER_WORDS, Mailbox};
use crate::memory::Region;
use crate::pending;
use crate::socket::NUMBERS;

/// The first number of a greeting: which protocol this is.
const PROTOCOL: u64 = u64::from_le_bytes(*b"weft-h01");
/// The most bytes of a pool.
const MOST: usize = 16 << 20;
const WORD: usize = size_of::<u64>();

/// The sizes of what two sides share. Both know them from the client's greeting.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shape {
    layout: Layout,
    client_pool: usize,
    server_pool: usize,
}

type Words = &'static [AtomicU64];

impl Shape {
    /// `None` if there are no such rings or pools.
    pub(crate) fn new(slots: usize, client_pool: usize, server_pool: usize) -> Option<Self> {
        let fits = |pool: usize| pool <= MOST && pool.is_multiple_of(WORD);
        let layout = Layout::new(Capacity::new(slots)?);
        (fits(client_pool) && fits(server_pool)).then_some(Self {
            layout,
            client_pool,
            server_pool,
        })
    }

    /// As a greeting.
    pub(crate) fn numbers(self) -> [u64; NUMBERS] {
        let slots = self.layout.capacity().slots();
        let [slots, client_pool, server_pool] =
            [slots, self.client_pool, self.server_pool].map(|size| size as u64);
        [PROTOCOL, slots, client_pool, server_pool]
    }

    /// What a client's greeting asks for; `None` if it is of another protocol or asks for what there is not.
    pub(crate) fn of(numbers: [u64; NUMBERS]) -> Option<Self> {
        let [protocol, sizes @ ..] = numbers;
        let [slots, client_pool, server_pool] =
            sizes.map(|size| usize::try_from(size).unwrap_or(usize::MAX));
        let shape = Self::new(slots, client_pool, server_pool)?;
        (protocol == PROTOCOL).then_some(shape)
    }

    pub(crate) fn layout(self) -> Layout {
        self.layout
    }

    /// Bytes of words of the client's region.
    pub(crate) fn client_bytes(self) -> usize {
        HEADER_WORDS * WORD + self.layout.client_bytes() + self.client_pool
    }

    /// Bytes of words of the server's region.
    pub(crate) fn server_bytes(self) -> usize {
        HEADER_WORDS * WORD + self.layout.server_bytes() + self.server_pool
    }

    /// Ring and pool of the client's region.
    pub(crate) fn client_parts(self, region: Region) -> (Words, Words) {
        parts(region, self.layout.client_bytes(), self.client_pool)
    }

    /// Ring and pool of the server's region.
    pub(crate) fn server_parts(self, region: Region) -> (Words, Words) {
        parts(region, self.layout.server_bytes(), self.server_pool)
    }
}

fn parts(region: Region, ring: usize, pool: usize) -> (Words, Words) {
    let words = region.words().get(HEADER_WORDS..).unwrap_or_default();
    let (ring, rest) = words.split_at_checked(ring / WORD).unwrap_or_default();
    (ring, rest.get(..pool / WORD).unwrap_or_default())
}

/// A client of a server.
#[derive(Debug)]
pub(crate) struct Peer {
    pub(crate) socket: UnixStream,
    /// What this side says.
    pub(crate) own: Mailbox,
    /// What the client says.
    pub(crate) client: Mailbox,
    pub(crate) caller: Caller,
    /// The number of the last call that was taken.
    pub(crate) taken: u64,
    /// The kicks that were seen to.
    pub(crate) kicks: u64,
    /// The call whose answer was deferred.
    pub(crate) deferred: Option<u32>,
}

impl Peer {
    /// Whether there is a call to take: one at a time.
    #[inline]
    pub(crate) fn calls(&self) -> bool {
        self.client.number() != self.taken && !self.deferred.is_some_and(pending::is_waiting)
    }

    /// Whether it asks that its ring be looked at.
    #[inline]
    pub(crate) fn kicks(&self) -> bool {
        self.client.kicks() != self.kicks
    }
}

impl Drop for Peer {
    /// What was deferred is answered to nobody.
    fn drop(&mut self) {
        self.deferred.and_then(pending::forget);
    }
}
