//! Buffers that a client lends to a server while it waits for an answer.
//!
//! A lent buffer lies in the pools of the connection: what the client writes in the pool that only it can
//! write, what the server writes in the server's. A request names the place in one word, so that nothing is
//! mapped or unmapped, and 16 MiB take no more of a message than a number. Both sides copy out of what the other
//! writes and never hold a reference into it: a peer that changes its side meanwhile harms what it wrote, and
//! nothing else. A [`Lender`] lends one buffer at a time; the borrow ends when the caller is done with it.

use core::fmt;

use heapless::Vec;

use crate::codec::{Decoder, Malformed};
use crate::ring::{Descriptor, OutOfBounds, Pool, Pools, RingEnds, Untrusted};
use crate::{Caller, Startup};

/// How many clients of a server can lend.
pub const MAX_LENDERS: usize = 8;

/// A client's pools, to lend from.
pub struct Lender {
    out: Option<Pool<'static>>,
    inward: Option<Untrusted<'static>>,
}

impl Lender {
    /// The pools of the connection `name`; `None` if the manifest gives it none.
    pub fn open(env: &Startup, name: &str) -> Option<Self> {
        let Pools { out, inward, .. } = RingEnds::find(env, name)?.pools;
        Some(Self::new(out, inward))
    }

    /// Lends from the pool that this side writes and the one that the server writes.
    pub fn new(out: Option<Pool<'static>>, inward: Option<Untrusted<'static>>) -> Self {
        Self { out, inward }
    }

    /// The longest buffer that the server can write.
    pub fn longest_out(&self) -> usize {
        self.inward.map_or(0, |inward| inward.len())
    }

    /// Lends a buffer for the server to write; `None` if it is longer than its method allows or the pool is.
    pub fn lend_out<const N: usize>(&mut self, length: usize) -> Option<Out<'_, N>> {
        let place = place::<N>(length)?;
        let view = self.inward.as_ref()?.part(place).ok()?;
        Some(Out { place, view })
    }

    /// Lends bytes for the server to read; `None` as above.
    pub fn lend_in<const N: usize>(&mut self, bytes: &[u8]) -> Option<In<'_, N>> {
        let place = place::<N>(bytes.len())?;
        self.out.as_mut()?.write(place, bytes).ok()?;
        Some(In {
            place,
            _lender: self,
        })
    }

    /// Lends bytes for the server to read, and as much room for it to write; `None` as above.
    pub fn lend_inout<const N: usize>(&mut self, bytes: &[u8]) -> Option<InOut<'_, N>> {
        let place = place::<N>(bytes.len())?;
        self.out.as_mut()?.write(place, bytes).ok()?;
        let view = self.inward.as_ref()?.part(place).ok()?;
        Some(InOut { place, view })
    }
}

impl fmt::Debug for Lender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Lender")
    }
}

fn place<const N: usize>(length: usize) -> Option<Descriptor> {
    let fits = length <= N;
    let length = u32::try_from(length).ok()?;
    fits.then_some(Descriptor { offset: 0, length })
}

/// A buffer of at most `N` bytes that the server writes.
pub struct Out<'a, const N: usize> {
    place: Descriptor,
    view: Untrusted<'a>,
}

/// Bytes, at most `N`, that the server reads.
pub struct In<'a, const N: usize> {
    place: Descriptor,
    _lender: &'a mut Lender,
}

/// Bytes, at most `N`, that the server reads, and room for as many that it writes.
pub struct InOut<'a, const N: usize> {
    place: Descriptor,
    view: Untrusted<'a>,
}

impl<const N: usize> Out<'_, N> {
    /// The word that names it in a request.
    pub fn word(&self) -> u64 {
        self.place.to_word()
    }

    /// What the server has written.
    pub fn view(&self) -> Untrusted<'_> {
        self.view
    }
}

impl<const N: usize> In<'_, N> {
    /// The word that names it in a request.
    pub fn word(&self) -> u64 {
        self.place.to_word()
    }
}

impl<const N: usize> InOut<'_, N> {
    /// The word that names it in a request.
    pub fn word(&self) -> u64 {
        self.place.to_word()
    }

    /// What the server has written.
    pub fn view(&self) -> Untrusted<'_> {
        self.view
    }
}

/// A buffer as a server is lent it: no longer than its method allows, and in pools that the server knows by who
/// calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place(Descriptor);

impl Place {
    /// Reads a request's word; `None` if the buffer is longer than `most`.
    pub fn of_word(word: u64, most: u32) -> Option<Self> {
        let place = Descriptor::from_word(word);
        (place.length <= most).then_some(Self(place))
    }

    /// Reads a buffer's place from a request.
    ///
    /// # Errors
    /// [`Malformed`] if there is none, or it is longer than `most`.
    pub fn decode(from: &mut Decoder<'_>, most: u32) -> Result<Self, Malformed> {
        Self::of_word(from.get()?, most).ok_or(Malformed)
    }

    /// How many bytes are lent.
    pub fn len(self) -> usize {
        self.0.length as usize
    }

    /// Whether nothing is lent.
    pub fn is_empty(self) -> bool {
        self.0.length == 0
    }

    /// The part of it from a byte on.
    fn from(self, at: usize) -> Result<Descriptor, OutOfBounds> {
        let length = self.len().checked_sub(at).ok_or(OutOfBounds)?;
        let offset = self.0.offset.checked_add(at as u32).ok_or(OutOfBounds)?;
        Ok(Descriptor {
            offset,
            length: length as u32,
        })
    }
}

/// The pools of a server's clients.
#[derive(Default)]
pub struct Borrower {
    clients: Vec<(Caller, Pools), MAX_LENDERS>,
}

impl Borrower {
    /// The pools that the manifest gives this server with its clients'.
    ///
    /// # Panics
    /// If there are more than [`MAX_LENDERS`].
    pub fn open(env: &Startup) -> Self {
        let mut borrower = Self::default();
        for ends in RingEnds::served(env) {
            if let Some(caller) = ends.caller() {
                assert!(
                    borrower.add(caller, ends.pools),
                    "a server has at most {MAX_LENDERS} clients with pools"
                );
            }
        }
        borrower
    }

    /// Adds a client's pools; tells whether there was room.
    pub fn add(&mut self, caller: Caller, pools: Pools) -> bool {
        self.clients.push((caller, pools)).is_ok()
    }

    /// Copies from a buffer, from its byte `at` on.
    ///
    /// # Errors
    /// [`OutOfBounds`] if the client has no such buffer.
    pub fn read(
        &self,
        caller: Caller,
        place: Place,
        (at, to): (usize, &mut [u8]),
    ) -> Result<(), OutOfBounds> {
        let mut clients = self.clients.iter();
        let (_, pools) = clients.find(|one| one.0 == caller).ok_or(OutOfBounds)?;
        let inward = pools.inward.as_ref().ok_or(OutOfBounds)?;
        inward.part(place.0)?.copy_to(at, to)
    }

    /// Copies into a buffer, from its byte `at` on.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub fn write(
        &mut self,
        caller: Caller,
        place: Place,
        (at, bytes): (usize, &[u8]),
    ) -> Result<(), OutOfBounds> {
        self.pool(caller)?.write(place.from(at)?, bytes)
    }

    /// Copies what another server wrote to a buffer's start, without a look at it. Both begin at whole words.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub fn pass_on(
        &mut self,
        caller: Caller,
        place: Place,
        bytes: Untrusted<'_>,
    ) -> Result<(), OutOfBounds> {
        self.pool(caller)?.copy_from(place.0, bytes)
    }

    /// Whether a client can lend a buffer for the server to write.
    pub fn lends(&self, caller: Caller) -> bool {
        let mut clients = self.clients.iter();
        clients.any(|(other, pools)| *other == caller && pools.out.is_some())
    }

    fn pool(&mut self, caller: Caller) -> Result<&mut Pool<'static>, OutOfBounds> {
        let mut clients = self.clients.iter_mut();
        let (_, pools) = clients.find(|one| one.0 == caller).ok_or(OutOfBounds)?;
        pools.out.as_mut().ok_or(OutOfBounds)
    }
}

impl fmt::Debug for Borrower {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Borrower({} clients)", self.clients.len())
    }
}
