//! Gives away all memory that is left.
//!
//! Untypeds that root did not touch go as they are. What is left of others becomes untypeds of its own,
//! because whoever holds an untyped can take back all that was made of it.

use alloc::vec::Vec;

use libipc::{
    CPtr, Kind,
    abi::boot,
    objects::{CNode, Untyped},
};

use crate::{
    pieces::split,
    pool::Pool,
    trouble::{Doing, Trouble},
    workshop::Workshop,
};

/// An untyped to give away.
#[derive(Clone, Copy, Debug)]
pub struct Gift {
    /// Its slot.
    pub slot: CPtr,
    /// Its length in bytes.
    pub bytes: u64,
}

/// Everything that is left, the largest first.
///
/// # Errors
/// No slot, or a refusal.
pub fn leftovers(workshop: &mut Workshop, pool: Pool) -> Result<Vec<Gift>, Trouble> {
    let mut gifts = Vec::new();
    for store in pool.into_stores() {
        let untyped = Untyped::from(store.slot);
        let found = untyped.describe().doing("describe memory")?;
        let bytes = 1 << store.log2;
        if found.free == bytes {
            gifts.push(Gift {
                slot: store.slot,
                bytes,
            });
            continue;
        }
        let end = found.base + bytes;
        for piece in split(end - found.free, end) {
            let slot = workshop.slot()?;
            untyped
                .retype(Kind::Untyped, piece.log2, CNode::from(boot::CNODE), slot)
                .doing("divide memory")?;
            gifts.push(Gift {
                slot,
                bytes: piece.bytes(),
            });
        }
    }
    gifts.sort_by_key(|gift| core::cmp::Reverse(gift.bytes));
    Ok(gifts)
}
