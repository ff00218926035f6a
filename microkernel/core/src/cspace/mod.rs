//! Capabilities: finding them, deriving them, and taking them away.
//!
//! The capability that retype made is the *original*; all others of the object are derived from it, directly or
//! not. Deleting a derived capability only removes it: what was derived from it goes to its parent. Deleting
//! an original deletes all its descendants, then destroys the object. So an object lives exactly as long as its
//! original, no reference count is kept, and destruction never recurses. Long work is cut into steps of constant
//! cost; between steps an interrupt may come first, and the system call starts over: its progress
//! is that the tree has shrunk.
//!
//! | file | holds |
//! |---|---|
//! | `tree` | links of the derivation tree |
//! | `lookup` | from a capability pointer to a slot |
//! | `derive` | new and moved capabilities |
//! | `delete` | deletion and revocation by steps |
//! | `describe` | what user mode may learn of a slot |
//! | `dying` | CNodes that are being emptied |
//! | `retype` | objects made of untyped memory |

mod delete;
mod derive;
mod describe;
mod dying;
mod lookup;
pub(crate) mod retype;
mod tree;

pub(crate) use delete::Progress;
pub(crate) use derive::{Contents, Mint, Use};
pub(crate) use dying::Dying;

/// 2 to the power of `log2`; 0 if that is not a 64-bit number.
pub(crate) const fn power(log2: u8) -> u64 {
    match 1u64.checked_shl(log2 as u32) {
        Some(value) => value,
        None => 0,
    }
}
