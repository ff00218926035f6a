//! Parts of a ring's pools that are lent to requests.

use core::fmt;

use libipc_ring::Wake;

use super::Submitter;
use crate::lend::{In, Out};
use crate::ring::{Descriptor, Pool, Untrusted};

/// One of a ring's two pools, as its client sees them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// What the client writes.
    Out = 0,
    /// What the server writes.
    In = 1,
}

/// A part of a pool, free again when this is dropped and no request is outstanding that it was lent to.
pub struct Room<'s, W: Wake> {
    submitter: &'s Submitter<W>,
    side: Side,
    part: Descriptor,
}

impl<W: Wake> Submitter<W> {
    /// Takes a part of a pool; `None` if there is none so long.
    pub fn room(&self, side: Side, length: u32) -> Option<Room<'_, W>> {
        let mut inner = self.inner.borrow_mut();
        let runs = inner.pools.get_mut(side as usize)?.as_mut()?;
        let part = runs.take(length)?;
        Some(Room {
            submitter: self,
            side,
            part,
        })
    }
}

impl<W: Wake> Room<'_, W> {
    /// Where it is.
    pub fn part(&self) -> Descriptor {
        self.part
    }

    /// Lends it for the server to write; `inward` is the server's pool. `None` if it is longer than the method allows.
    pub fn lend_out<'r, const N: usize>(&'r self, inward: Untrusted<'r>) -> Option<Out<'r, N>> {
        Out::of_part(self.part, inward).filter(|_| self.side == Side::In)
    }

    /// Lends it for the server to read, with `bytes` in it; `out` is this side's pool. `None` if it is longer than the
    /// method allows, or there are more bytes.
    pub fn lend_in<'r, const N: usize>(
        &'r self,
        out: &mut Pool<'_>,
        bytes: &[u8],
    ) -> Option<In<'r, N>> {
        let length = u32::try_from(bytes.len()).ok()?;
        let part = Descriptor {
            length,
            ..self.part
        };
        if self.side != Side::Out || length > self.part.length {
            return None;
        }
        out.write(part, bytes).ok()?;
        In::of_part(part)
    }

    /// In which pool.
    pub fn side(&self) -> Side {
        self.side
    }
}

impl<W: Wake> Drop for Room<'_, W> {
    fn drop(&mut self) {
        let mut inner = self.submitter.inner.borrow_mut();
        inner.return_room(self.side, self.part);
    }
}

impl<W: Wake> fmt::Debug for Room<'_, W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Room({:?}, {:?})", self.side, self.part)
    }
}
