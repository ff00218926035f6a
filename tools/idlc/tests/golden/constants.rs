//! Constants of several types.
//!
//! Made by `idlc` from `constants.idl`, which is the file to change.

/// How often methods of this interface came or went, counted from 1.
pub const REVISION: u16 = 1;

/// Name, number and version of this interface.
pub const INTERFACE: libipc::Interface = libipc::Interface {
    name: "constants",
    id: 0x48d1,
    version: 0xea3a_fb59_b137_9022,
};

/// The most bytes.
pub const MAX_BYTES: u32 = 1536;

/// All ones.
pub const MASK: u64 = 18446744073709551615;
