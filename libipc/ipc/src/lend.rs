//! Buffers that a client lends to a server while it waits for an answer.
//!
//! A lent buffer lies in the pools of the connection: what the client writes in the pool that only it can
//! write, what the server writes in the server's. A request names the place in one word, so that nothing is
//! mapped or unmapped, and 16 MiB take no more of a message than a number. Both sides copy out of what the other
//! writes and never hold a reference into it: a peer that changes its side meanwhile harms what it wrote, and
//! nothing else. A [`Lender`] lends one buffer at a time, or one each way; the borrow ends when the caller is done
//! with it.

use core::fmt;
use core::marker::PhantomData;

use heapless::Vec;

use crate::codec::{Decoder, Malformed};
use crate::ring::{Descriptor, MAX_RINGS, OutOfBounds, Pool, Pools, RingEnds, Untrusted};
use crate::{Caller, Startup};

/// How many clients of a server can lend: as many as can have rings, in which the pools are.
pub const MAX_LENDERS: usize = MAX_RINGS;

const WORD: usize = size_of::<u64>();
/// How many bytes are passed on at once to where they do not lie in whole words.
const PIECE: usize = 256;

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

    /// All that the server can write: what it wrote lies there until a buffer is lent again.
    pub fn inward(&self) -> Option<Untrusted<'static>> {
        self.inward
    }

    /// Lends a buffer for the server to write; `None` if it is longer than its method allows or the pool is.
    #[inline]
    pub fn lend_out<const N: usize>(&mut self, length: usize) -> Option<Out<'_, N>> {
        let place = place::<N>(length)?;
        let view = self.inward.as_ref()?.part(place).ok()?;
        Some(Out { place, view })
    }

    /// As [`lend_out`](Self::lend_out), from byte `at` of the pool on: for a client that uses parts of it for different things. What
    /// lies elsewhere in the pool stays as it is. `None` also if the buffer does not lie in the pool.
    pub fn lend_out_at<const N: usize>(&mut self, at: u32, length: usize) -> Option<Out<'_, N>> {
        let place = Descriptor {
            offset: at,
            ..place::<N>(length)?
        };
        let view = self.inward.as_ref()?.part(place).ok()?;
        Some(Out { place, view })
    }

    /// Lends bytes for the server to read; `None` as above.
    pub fn lend_in<const N: usize>(&mut self, bytes: &[u8]) -> Option<In<'_, N>> {
        let place = place::<N>(bytes.len())?;
        self.out.as_mut()?.write(place, bytes).ok()?;
        Some(In {
            place,
            _lender: PhantomData,
        })
    }

    /// Lends bytes for the server to read, and a buffer for it to write, to different calls of a batch; `None` as
    /// above.
    pub fn lend_both<const I: usize, const O: usize>(
        &mut self,
        bytes: &[u8],
        length: usize,
    ) -> Option<(In<'_, I>, Out<'_, O>)> {
        let (read, written) = (place::<I>(bytes.len())?, place::<O>(length)?);
        let view = self.inward.as_ref()?.part(written).ok()?;
        self.out.as_mut()?.write(read, bytes).ok()?;
        let lent = In {
            place: read,
            _lender: PhantomData,
        };
        let place = written;
        Some((lent, Out { place, view }))
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
    _lender: PhantomData<&'a mut Lender>,
}

/// Bytes, at most `N`, that the server reads, and room for as many that it writes.
pub struct InOut<'a, const N: usize> {
    place: Descriptor,
    view: Untrusted<'a>,
}

impl<'a, const N: usize> Out<'a, N> {
    /// A part of the pool that the server writes, whose owner keeps it for as long as the server may write it; `None` if
    /// it is longer than the method allows, or not in the pool.
    pub(crate) fn of_part(place: Descriptor, inward: Untrusted<'a>) -> Option<Self> {
        let view = inward.part(place).ok()?;
        (place.length as usize <= N).then_some(Self { place, view })
    }

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
    /// A part of the pool that this side writes, filled by its owner, who keeps it for as long as the server may read it;
    /// `None` if it is longer than the method allows.
    pub(crate) fn of_part(place: Descriptor) -> Option<Self> {
        let _lender = PhantomData;
        (place.length as usize <= N).then_some(Self { place, _lender })
    }

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
    #[inline]
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

    /// Where the first byte lies in the pool.
    pub fn offset(self) -> usize {
        self.0.offset as usize
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

    /// Frees the place of a client that is gone.
    pub fn forget(&mut self, client: Caller) {
        self.clients.retain(|(other, _)| *other != client);
    }

    /// A buffer that is written several times.
    ///
    /// # Errors
    /// [`OutOfBounds`] if the client has no such buffer.
    #[inline]
    pub fn loan(&mut self, caller: Caller, place: Place) -> Result<Loan<'_>, OutOfBounds> {
        let pool = self.pool(caller)?;
        place.0.range(pool.len())?;
        Ok(Loan { pool, place })
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
        self.loan(caller, place)?.write(at, bytes)
    }

    /// Copies the first bytes of what another server wrote, from a whole word on, to a buffer's start, without a look at them.
    ///
    /// # Errors
    /// As [`read`](Self::read); also if there are no so many.
    pub fn pass_on(
        &mut self,
        caller: Caller,
        place: Place,
        (bytes, count): (Untrusted<'_>, usize),
    ) -> Result<(), OutOfBounds> {
        if count > place.len() {
            return Err(OutOfBounds);
        }
        if !place.offset().is_multiple_of(WORD) {
            return self.pass_on_by_bytes(caller, place, (bytes, count));
        }
        let words = count & !(WORD - 1);
        let part = |length: usize| Descriptor {
            offset: 0,
            length: length as u32,
        };
        let to = Descriptor {
            length: words as u32,
            ..place.0
        };
        self.pool(caller)?.copy_from(to, bytes.part(part(words))?)?;
        let mut last = [0; WORD];
        let last = last.get_mut(..count - words).ok_or(OutOfBounds)?;
        bytes.part(part(count))?.copy_to(words, last)?;
        self.write(caller, place, (words, last))
    }

    /// The same to a buffer that begins within a word.
    #[cold]
    fn pass_on_by_bytes(
        &mut self,
        caller: Caller,
        place: Place,
        (bytes, count): (Untrusted<'_>, usize),
    ) -> Result<(), OutOfBounds> {
        let mut loan = self.loan(caller, place)?;
        let mut piece = [0; PIECE];
        for at in (0..count).step_by(PIECE) {
            let piece = piece.get_mut(..PIECE.min(count - at)).ok_or(OutOfBounds)?;
            bytes.copy_to(at, piece)?;
            loan.write(at, piece)?;
        }
        Ok(())
    }

    /// Whether a client can lend a buffer for the server to write.
    pub fn lends(&self, caller: Caller) -> bool {
        let mut clients = self.clients.iter();
        clients.any(|(other, pools)| *other == caller && pools.out.is_some())
    }

    #[inline]
    fn pool(&mut self, caller: Caller) -> Result<&mut Pool<'static>, OutOfBounds> {
        let mut clients = self.clients.iter_mut();
        let (_, pools) = clients.find(|one| one.0 == caller).ok_or(OutOfBounds)?;
        pools.out.as_mut().ok_or(OutOfBounds)
    }
}

/// A client's buffer, to be written.
pub struct Loan<'a> {
    pool: &'a mut Pool<'static>,
    place: Place,
}

impl Loan<'_> {
    /// Copies into the buffer, from its byte `at` on.
    ///
    /// # Errors
    /// [`OutOfBounds`] if there is no room for so many.
    #[inline]
    pub fn write(&mut self, at: usize, bytes: &[u8]) -> Result<(), OutOfBounds> {
        self.pool.write(self.place.from(at)?, bytes)
    }
}

impl fmt::Debug for Loan<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Loan({} bytes)", self.place.len())
    }
}

impl fmt::Debug for Borrower {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Borrower({} clients)", self.clients.len())
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;
    use libipc_ring::sync::AtomicU64;
    use std::sync::Mutex;
    use std::vec;
    use std::vec::Vec;

    fn words(count: usize) -> &'static [AtomicU64] {
        let words: Vec<_> = (0..count).map(|_| AtomicU64::new(0)).collect();
        let words: &'static [AtomicU64] = words.leak();
        // Kept where a search for leaks finds it.
        KEPT.lock().expect("nobody panics with it").push(words);
        words
    }

    static KEPT: Mutex<Vec<&'static [AtomicU64]>> = Mutex::new(Vec::new());

    const CLIENT: Caller = Caller::new(7, 0);

    /// Both ends of a connection with pools of 64 bytes.
    fn pair() -> (Lender, Borrower) {
        let (client, server) = (words(8), words(8));
        let mut borrower = Borrower::default();
        let pools = Pools {
            out: Some(Pool::new(server)),
            inward: Some(Untrusted::new(client)),
            ..Pools::default()
        };
        assert!(borrower.add(CLIENT, pools));
        let lender = Lender::new(Some(Pool::new(client)), Some(Untrusted::new(server)));
        (lender, borrower)
    }

    #[test]
    fn what_one_side_writes_the_other_reads() {
        let (mut lender, mut borrower) = pair();
        let lent = lender.lend_inout::<64>(b"back to front").expect("it fits");
        let place = Place::of_word(lent.word(), 64).expect("it is short");
        let mut text = [0; 13];
        assert_eq!(borrower.read(CLIENT, place, (0, &mut text)), Ok(()));
        text.reverse();
        assert_eq!(borrower.write(CLIENT, place, (0, &text)), Ok(()));
        lent.view().copy_to(0, &mut text).expect("it is there");
        assert_eq!(&text, b"tnorf ot kcab");
    }

    #[test]
    fn buffers_at_other_places_of_a_pool_stay_as_they_are() {
        let (mut lender, mut borrower) = pair();
        for (at, byte) in [(0, 1), (16, 2)] {
            let lent = lender.lend_out_at::<64>(at, 8).expect("it fits");
            let place = Place::of_word(lent.word(), 64).expect("it is short");
            assert_eq!(place.offset(), at as usize);
            let mut loan = borrower.loan(CLIENT, place).expect("it is there");
            assert_eq!(loan.write(0, &[byte; 8]), Ok(()));
            assert_eq!(loan.write(1, &[byte; 8]), Err(OutOfBounds));
        }
        let first = lender.lend_out_at::<64>(0, 8).expect("it fits");
        let mut seen = [0; 8];
        first.view().copy_to(0, &mut seen).expect("it is there");
        assert_eq!(seen, [1; 8]);
        assert!(lender.lend_out_at::<64>(57, 8).is_none());
        let beyond = Place::of_word(
            Descriptor {
                offset: 57,
                length: 8,
            }
            .to_word(),
            64,
        );
        assert!(borrower.loan(CLIENT, beyond.expect("it is short")).is_err());
    }

    #[test]
    fn nothing_is_lent_beyond_the_methods_limit_or_the_pool() {
        let (mut lender, _) = pair();
        assert!(lender.lend_out::<16>(16).is_some());
        assert!(lender.lend_out::<16>(17).is_none());
        assert!(lender.lend_out::<1000>(65).is_none());
        assert!(lender.lend_in::<1000>(&[0; 65]).is_none());
        let mut poor = Lender::new(None, None);
        assert!(poor.lend_out::<16>(1).is_none() && poor.lend_in::<16>(b"x").is_none());
    }

    #[test]
    fn a_place_that_reaches_beyond_what_is_allowed_or_there_is_refused() {
        let (mut lender, mut borrower) = pair();
        let word = |offset, length| Descriptor { offset, length }.to_word();
        assert_eq!(Place::of_word(word(0, 17), 16), None);
        let beyond = Place::of_word(word(60, 8), 16).expect("it is short");
        assert_eq!(
            borrower.write(CLIENT, beyond, (0, b"12345678")),
            Err(OutOfBounds)
        );
        assert_eq!(
            borrower.write(CLIENT, beyond, (4, b"1234")),
            Err(OutOfBounds)
        );
        assert_eq!(
            borrower.read(CLIENT, beyond, (0, &mut [0; 8])),
            Err(OutOfBounds)
        );
        let place = Place::of_word(word(0, 8), 16).expect("it is short");
        assert_eq!(
            borrower.write(CLIENT, place, (0, b"123456789")),
            Err(OutOfBounds)
        );
        assert_eq!(borrower.write(CLIENT, place, (9, b"")), Err(OutOfBounds));
        let other = Caller::new(8, 0);
        assert_eq!(borrower.write(other, place, (0, b"1")), Err(OutOfBounds));
        assert!(lender.lend_out::<64>(64).is_some());
    }

    #[test]
    fn clients_that_are_gone_leave_their_places_to_others() {
        let (_, mut borrower) = pair();
        let clients = (8..8 + MAX_LENDERS as u32).map(|client| Caller::new(client, 0));
        for client in clients.clone() {
            let added = borrower.add(client, Pools::default());
            assert_eq!(added, client != Caller::new(15, 0));
        }
        borrower.forget(Caller::new(15, 0));
        assert!(borrower.lends(CLIENT));
        borrower.forget(CLIENT);
        assert!(!borrower.lends(CLIENT));
        assert!(borrower.add(Caller::new(15, 0), Pools::default()));
    }

    #[test]
    fn what_another_server_wrote_is_passed_on_to_the_byte() {
        let source = words(8);
        let bytes: Vec<u8> = (1..=64).collect();
        let whole = Descriptor {
            offset: 0,
            length: 64,
        };
        Pool::new(source).write(whole, &bytes).expect("it fits");
        for count in [0, 1, 7, 8, 9, 24, 63, 64] {
            let (mut lender, mut borrower) = pair();
            let lent = lender.lend_out::<64>(count).expect("it fits");
            let place = Place::of_word(lent.word(), 64).expect("it is short");
            let view = Untrusted::new(source);
            assert_eq!(borrower.pass_on(CLIENT, place, (view, count)), Ok(()));
            assert_eq!(
                borrower.pass_on(CLIENT, place, (view, count + 1)),
                Err(OutOfBounds)
            );
            let mut seen = vec![0; count];
            lent.view().copy_to(0, &mut seen).expect("it is there");
            assert_eq!(seen, bytes[..count]);
            let rest = lender.lend_out::<64>(64).expect("it fits");
            let mut seen = vec![0; 64 - count];
            rest.view().copy_to(count, &mut seen).expect("it is there");
            assert!(seen.iter().all(|byte| *byte == 0), "behind {count}");
        }
    }

    #[test]
    fn what_another_server_wrote_is_passed_on_to_wherever_a_buffer_begins() {
        let source = words(8);
        let bytes: Vec<u8> = (1..=64).collect();
        let whole = Descriptor {
            offset: 0,
            length: 64,
        };
        Pool::new(source).write(whole, &bytes).expect("it fits");
        let view = Untrusted::new(source);
        for (at, count) in (0..16).flat_map(|at| [0, 1, 8, 15, 40, 48].map(|count| (at, count))) {
            let (mut lender, mut borrower) = pair();
            let lent = lender.lend_out_at::<64>(at, count).expect("it fits");
            let place = Place::of_word(lent.word(), 64).expect("it is short");
            let passed = borrower.pass_on(CLIENT, place, (view, count));
            assert_eq!(passed, Ok(()), "{count} at {at}");
            let mut expected = [0; 64];
            expected[at as usize..][..count].copy_from_slice(&bytes[..count]);
            let mut seen = [0; 64];
            let all = lender.lend_out::<64>(64).expect("it fits");
            all.view().copy_to(0, &mut seen).expect("it is there");
            assert_eq!(seen, expected, "{count} at {at}");
        }
    }
}
