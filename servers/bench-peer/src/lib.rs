//! The part of the benchmark's peers that decides nothing about threads: the server behind the ring.
//!
//! It does as little as a server can do with a request, so that what is measured is the way there and back.
//! `take` reads the two ends of the data where it lies, in the client's pool: a transfer that copies nothing.
//! The methods that bring bytes put them into a buffer of the server, one copy each, as a server does that
//! keeps what its clients could otherwise change under its eyes.

#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

use alloc::vec;
use alloc::vec::Vec;

use libipc::Caller;
use libipc::ring::{Descriptor, Untrusted};
use proto::bench_ring::{self, Error, MAX_POOLED};

/// Bytes that are looked at on each end.
const WORD: u32 = 4;

/// The server behind the ring.
pub struct Taker<'a> {
    pool: Option<Untrusted<'a>>,
    buffer: Vec<u8>,
    filled: usize,
}

impl<'a> Taker<'a> {
    /// A server that finds its client's data in `pool`.
    pub fn new(pool: Option<Untrusted<'a>>) -> Self {
        Self {
            pool,
            buffer: vec![0; MAX_POOLED as usize],
            filled: 0,
        }
    }

    fn part(&self, offset: u32, length: u32) -> Result<Untrusted<'a>, Error> {
        let pool = self.pool.ok_or(Error::OutOfPool)?;
        let at = Descriptor { offset, length };
        pool.part(at).map_err(|_| Error::OutOfPool)
    }

    fn word(&self, offset: u32) -> Result<u32, Error> {
        let pool = self.pool.ok_or(Error::OutOfPool)?;
        pool.number_at(offset as usize)
            .map_err(|_| Error::OutOfPool)
    }

    /// Room for the next bytes: behind the last, or at the start again when the buffer is full.
    fn room(&mut self, length: usize) -> Option<&mut [u8]> {
        if self.filled + length > self.buffer.len() {
            self.filled = 0;
        }
        let room = self.buffer.get_mut(self.filled..self.filled + length)?;
        self.filled += length;
        Some(room)
    }
}

impl bench_ring::Server for Taker<'_> {
    fn touch(&mut self, _: Caller, _: u64) {}

    fn take(&mut self, _: Caller, offset: u32, length: u32) -> Result<u32, Error> {
        let behind = length.checked_sub(WORD).ok_or(Error::OutOfPool)?;
        let last = offset.checked_add(behind).ok_or(Error::OutOfPool)?;
        Ok(self.word(offset)?.wrapping_add(self.word(last)?))
    }

    fn send(&mut self, _: Caller, data: &[u8]) {
        if let Some(room) = self.room(data.len()) {
            room.copy_from_slice(data);
        }
    }

    fn piece(&mut self, _: Caller, a: u64, b: u64, c: u64, d: u64, e: u64) {
        let words = [a, b, c, d, e];
        if let Some(room) = self.room(size_of_val(&words)) {
            for (place, word) in room.chunks_exact_mut(size_of::<u64>()).zip(words) {
                place.copy_from_slice(&word.to_le_bytes());
            }
        }
    }

    fn pooled(&mut self, _: Caller, offset: u32, length: u32) -> Result<(), Error> {
        let part = self.part(offset, length)?;
        let room = self.room(part.len()).ok_or(Error::OutOfPool)?;
        part.copy_to(0, room).map_err(|_| Error::OutOfPool)
    }
}

#[cfg(test)]
mod tests {
    use bench_ring::Server;
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
        assert_eq!(taker.pooled(CALLER, 8, 9), Err(Error::OutOfPool));
        let mut without = Taker::new(None);
        assert_eq!(without.take(CALLER, 0, 8), Err(Error::OutOfPool));
        assert_eq!(without.pooled(CALLER, 0, 0), Err(Error::OutOfPool));
    }

    #[test]
    fn bytes_come_by_three_ways_one_behind_the_other() {
        let words = [0x0807_0605_0403_0201].map(AtomicU64::new);
        let mut taker = Taker::new(Some(Untrusted::new(&words)));
        taker.send(CALLER, &[9; 3]);
        taker.piece(CALLER, 1, 0, 0, 0, 2);
        assert_eq!(taker.pooled(CALLER, 1, 4), Ok(()));
        assert_eq!(taker.buffer[..4], [9, 9, 9, 1]);
        assert_eq!(taker.buffer[35..43], [2, 0, 0, 0, 0, 0, 0, 0]);
        assert_eq!(taker.buffer[43..48], [2, 3, 4, 5, 0]);
    }

    #[test]
    fn a_full_buffer_is_filled_from_its_start_again() {
        let mut taker = Taker::new(None);
        taker.send(CALLER, &[1; MAX_POOLED as usize - 1]);
        taker.send(CALLER, &[2; 2]);
        assert_eq!(
            (taker.buffer[..3].to_vec(), taker.filled),
            (vec![2, 2, 1], 2)
        );
    }
}
