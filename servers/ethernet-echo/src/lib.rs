//! Answers the test frames of Ethernet's configuration testing protocol, so that a line can be tried from its other end.
//!
//! A frame of type 0x9000 says how far to skip to what is to be done with it. If that is to forward it, the station that got it
//! skips past that, and sends the frame on to the address that stood there: mostly that of the one who sent it.
//! Facts: DEC, Intel and Xerox, The Ethernet, version 2.0 (1982), §8.

#![no_std]
#![forbid(unsafe_code)]

#[cfg(test)]
extern crate std;

mod frame;
mod station;

pub use frame::forward;
pub use station::{Outcome, Station};

/// Bytes of the longest frame.
pub const MAX_FRAME: usize = proto::ethernet::MAX_FRAME as usize;
