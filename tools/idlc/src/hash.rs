//! Numbers made of names: an interface's identifier and version.
//!
//! FNV-1a, 64 bit (draft-eastlake-fnv). An identifier made of the name needs no registry; that two
//! names never meet in one system is checked.

/// Digests bytes.
pub fn fnv(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

/// The 16-bit identifier of an interface: the 32-bit FNV-1a of its name, upper half XORed onto the
/// lower, 1 in place of 0. `libipc::interface_id` computes the same on the target.
pub fn interface_id(name: &str) -> u16 {
    let hash = name.bytes().fold(0x811c_9dc5_u32, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    });
    (((hash >> 16) ^ hash) as u16).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_match_the_published_vectors() {
        assert_eq!(fnv(b""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(fnv(b"foobar"), 0x8594_4171_f739_67e8);
    }

    #[test]
    fn an_identifier_is_never_zero() {
        assert!((0..70_000).all(|number| interface_id(&number.to_string()) != 0));
    }
}
