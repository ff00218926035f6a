//! Interfaces and labels: what a message is about.
//!
//! A request's label is the interface's id in the upper and the method's ordinal in the lower 16 bits. The id
//! is a digest of the interface's name, so that no list of numbers has to be kept; the interface compiler
//! refuses a system in which two names have the same.

/// An interface, as the interface compiler describes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interface {
    /// Its name.
    pub name: &'static str,
    /// [`interface_id`] of the name.
    pub id: u16,
    /// Digest of everything that both ends must agree on.
    pub version: u64,
}

/// The id of an interface: FNV-1a (32 bits) of its name, upper half XORed onto the lower; 1 in place of 0.
pub const fn interface_id(name: &str) -> u16 {
    let mut hash: u32 = 0x811c_9dc5;
    let mut rest = name.as_bytes();
    while let [first, tail @ ..] = rest {
        hash = (hash ^ (*first as u32)).wrapping_mul(0x0100_0193);
        rest = tail;
    }
    match (hash >> 16) as u16 ^ hash as u16 {
        0 => 1,
        id => id,
    }
}

/// The label of a request.
pub const fn request_label(interface: u16, ordinal: u16) -> u32 {
    (interface as u32) << 16 | ordinal as u32
}

/// The interface's id in a request's label.
pub const fn label_interface(label: u32) -> u16 {
    (label >> 16) as u16
}

/// The method's ordinal in a request's label.
pub const fn label_ordinal(label: u32) -> u16 {
    label as u16
}

/// Labels of answers.
pub mod label {
    /// The method's results follow.
    pub const OK: u32 = 0;
    /// The method's own error follows, as a `u32`.
    pub const ERROR: u32 = 1;
    /// The interface has no such method.
    pub const UNKNOWN_METHOD: u32 = 2;
    /// The request could not be decoded.
    pub const MALFORMED: u32 = 3;
    /// The server gave up the request without an answer.
    pub const ABANDONED: u32 = 4;
    /// The connection is not one for this interface.
    pub const WRONG_INTERFACE: u32 = 5;
    /// The server cannot keep a further request waiting.
    pub const BUSY: u32 = 6;
    /// The request depends on an earlier one of its chain that was not successful.
    pub const SKIPPED: u32 = 7;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_id_is_the_folded_published_fnv1a() {
        // FNV-1a 32 of "a" is e40c292c, of "foobar" bf9cf968.
        assert_eq!(interface_id("a"), 0xe40c ^ 0x292c);
        assert_eq!(interface_id("foobar"), 0xbf9c ^ 0xf968);
    }

    #[test]
    fn a_label_is_taken_apart_as_it_was_put_together() {
        let label = request_label(0xabcd, 0x12);
        assert_eq!(label_interface(label), 0xabcd);
        assert_eq!(label_ordinal(label), 0x12);
    }
}
