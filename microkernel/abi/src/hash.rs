//! FNV-1a over the tables' descriptions, evaluated at compile time.

const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
const PRIME: u64 = 0x0000_0100_0000_01b3;

/// Digests the descriptions in order.
pub(crate) const fn digest(mut parts: &[&str]) -> u64 {
    let mut hash = OFFSET;
    while let [first, rest @ ..] = parts {
        hash = bytes(hash, first.as_bytes());
        parts = rest;
    }
    hash
}

const fn bytes(mut hash: u64, mut text: &[u8]) -> u64 {
    while let [first, rest @ ..] = text {
        hash = (hash ^ (*first as u64)).wrapping_mul(PRIME);
        text = rest;
    }
    hash
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digest_matches_the_published_fnv1a_vectors() {
        assert_eq!(digest(&[""]), 0xcbf2_9ce4_8422_2325);
        assert_eq!(digest(&["a"]), 0xaf63_dc4c_8601_ec8c);
        assert_eq!(digest(&["foo", "bar"]), 0x8594_4171_f739_67e8);
    }
}
