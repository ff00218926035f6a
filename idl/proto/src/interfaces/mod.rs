//! The modules of all interfaces. Made by `idlc`.

pub mod counter;

/// Name, number and version of every interface, in the order of their names.
pub const ALL: &[libipc::Interface] = &[
    counter::INTERFACE,
];
