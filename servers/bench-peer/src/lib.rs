//! The part of the benchmark's peers that decides nothing about threads: the server behind the ring.
//!
//! It does as little as a server can do with a request, so that what is measured is the way there and back.
//! `take` reads the two ends of the data where it lies, in the client's pool: a transfer that copies nothing.

#![no_std]
#![forbid(unsafe_code)]

use libipc::Caller;
use libipc::ring::{Descriptor, Untrusted};
use proto::bench_ring;

/// Bytes that are looked at on each end.
const WORD: u32 = 4;

/// The server behind the ring.
pub struct Taker<'a> {
    pool: Option<Untrusted<'a>>,
}

impl<'a> Taker<'a> {
    /// A server that finds its client's data in `pool`.
    pub fn new(pool: Option<Untrusted<'a>>) -> Self {
        Self { pool }
    }

    fn word(&self, offset: u32) -> Option<u32> {
        let mut bytes = [0; WORD as usize];
        let at = Descriptor {
            offset,
            length: WORD,
        };
        let part = self.pool?.part(at).ok()?;
        part.copy_to(0, &mut bytes).ok()?;
        Some(u32::from_le_bytes(bytes))
    }
}

impl bench_ring::Server for Taker<'_> {
    fn touch(&mut self, _: Caller, _: u64) {}

    fn take(&mut self, _: Caller, offset: u32, length: u32) -> Result<u32, bench_ring::Error> {
        let behind = length.checked_sub(WORD);
        let last = behind.and_then(|behind| offset.checked_add(behind));
        let ends = last.and_then(|last| Some((self.word(offset)?, self.word(last)?)));
        let (first, last) = ends.ok_or(bench_ring::Error::OutOfPool)?;
        Ok(first.wrapping_add(last))
    }
}

#[cfg(test)]
mod tests {
    use bench_ring::{Error, Server};
    use libipc_ring::sync::AtomicU64;

    use super::*;

    const CALLER: Caller = Caller::new(1, 0);

    #[test]
    fn the_sum_is_of_the_first_and_the_last_word() {
        let words = [5, 0, 7 << 32].map(AtomicU64::new);
        let mut taker = Taker::new(Some(Untrusted::new(&words)));
        assert_eq!(taker.take(CALLER, 0, 24), Ok(12));
        assert_eq!(taker.take(CALLER, 20, 4), Ok(14));
    }

    #[test]
    fn bytes_outside_the_pool_are_refused() {
        let words = [1, 2].map(AtomicU64::new);
        let mut taker = Taker::new(Some(Untrusted::new(&words)));
        for (offset, length) in [(0, 17), (16, 4), (0, 3), (u32::MAX, 8), (0, u32::MAX)] {
            let taken = taker.take(CALLER, offset, length);
            assert_eq!(taken, Err(Error::OutOfPool), "{offset} {length}");
        }
        let mut without = Taker::new(None);
        assert_eq!(without.take(CALLER, 0, 8), Err(Error::OutOfPool));
    }
}
