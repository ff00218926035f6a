//! The ABI: every number and layout that the kernel and user mode share.
//!
//! Nothing here decides anything: the kernel's decoder, the user stubs, the boot-image tools and the
//! system-call reference are all made from these tables, so that a number stands in one place only.
//! [`ABI_HASH`] digests them; kernel, image and every program carry it, and the kernel refuses to start
//! an image of another hash.
//!
//! Neighbours: `weft-core` decodes what is described here, `weft-sys` encodes it.

#![no_std]
#![forbid(unsafe_code)]
#![deny(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

pub mod boot;
pub mod cap;
pub mod deadlines;
pub mod fault;
pub mod image;
pub mod layout;
pub mod message;
pub mod refusal;
pub mod startup;
pub mod syscall;

mod hash;

pub use cap::{CPtr, Kind, Rights};
pub use fault::{FaultKind, FaultLabel};
pub use message::{MAX_CAPS, MAX_WORDS, MessageInfo, REGISTER_WORDS};
pub use refusal::Refusal;
pub use syscall::Syscall;

/// Digest of all tables of this crate (FNV-1a, 64 bit). Two sides with equal hashes agree on the ABI.
pub const ABI_HASH: u64 = hash::digest(&[
    syscall::DESCRIPTION,
    refusal::DESCRIPTION,
    cap::DESCRIPTION,
    message::DESCRIPTION,
    fault::DESCRIPTION,
    boot::DESCRIPTION,
    image::DESCRIPTION,
    startup::DESCRIPTION,
    layout::DESCRIPTION,
]);
