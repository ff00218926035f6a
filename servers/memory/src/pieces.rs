//! Pieces of memory as untyped capabilities in this server's CNode.

use alloc::vec::Vec;

use libipc::objects::{CNode, Untyped};
use libipc::{CPtr, Kind, Refusal, slots};

use crate::tree::{Pieces, Tree};
use crate::{GREATEST, SMALLEST};

/// The kernel's untyped memory.
#[derive(Debug)]
pub struct Untypeds;

impl Untypeds {
    /// Makes the untyped that a client gets: all of a piece. It is moved to the client.
    ///
    /// # Errors
    /// The kernel's refusal, and `Exhausted` if this server has no free slot.
    pub fn make_block(piece: CPtr, bits: u8) -> Result<CPtr, Refusal> {
        let slot = slots::allocate().ok_or(Refusal::Exhausted)?;
        match Untyped::from(piece).retype(Kind::Untyped, bits, CNode::OWN, slot) {
            Ok(()) => Ok(slot),
            Err(refusal) => {
                slots::release(slot);
                Err(refusal)
            }
        }
    }
}

impl Pieces for Untypeds {
    type Piece = CPtr;
    type Refused = Refusal;

    fn split(&mut self, piece: CPtr, bits: u8) -> Result<[CPtr; 2], Refusal> {
        let first = slots::allocate_run(2).ok_or(Refusal::Exhausted)?;
        let second = CPtr(first.0 + 1);
        match Untyped::from(piece).retype_many(Kind::Untyped, bits, CNode::OWN, first, 2) {
            Ok(()) => Ok([first, second]),
            Err(refusal) => {
                slots::release(first);
                slots::release(second);
                Err(refusal)
            }
        }
    }

    fn join(&mut self, halves: [CPtr; 2]) {
        halves.into_iter().for_each(slots::delete);
    }

    fn reclaim(&mut self, piece: CPtr) {
        // A revocation of one's own capability is refused only if the slot is empty, and then nothing is out.
        let _ = CNode::OWN.revoke(piece);
    }
}

/// The tree over the untypeds that the server was given, in `count` slots from `first` on.
///
/// # Errors
/// The kernel's refusal to describe or divide one of them.
pub fn tree_of(first: CPtr, count: u64) -> Result<Tree<Untypeds>, Refusal> {
    let mut tree = Tree::new(Untypeds);
    for slot in (first.0..).map(CPtr).take(count as usize) {
        let description = Untyped::from(slot).describe()?;
        let bytes = 1_u64 << description.size;
        if description.free == bytes && (SMALLEST..=GREATEST).contains(&description.size) {
            tree.add(slot, description.size);
            continue;
        }
        for bits in whole_parts(bytes - description.free, bytes) {
            tree.add(Untypeds::make_block(slot, bits)?, bits);
        }
    }
    Ok(tree)
}

/// The sizes of the aligned powers of two that fill an untyped from `start` to its end, in their order.
fn whole_parts(start: u64, end: u64) -> Vec<u8> {
    let mut parts = Vec::new();
    let mut at = start.next_multiple_of(1 << SMALLEST);
    while at < end {
        let aligned = at.trailing_zeros().min(GREATEST.into());
        let fitting = (end - at).ilog2();
        let bits = aligned.min(fitting) as u8;
        parts.push(bits);
        at += 1 << bits;
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rest_of_a_used_untyped_is_filled_with_aligned_parts() {
        assert_eq!(whole_parts(0x1800, 0x1_0000), [13, 14, 15]);
        assert_eq!(whole_parts(0, 1 << 31), [30, 30]);
        assert_eq!(whole_parts(0x1_0000, 0x1_0000), []);
    }
}
