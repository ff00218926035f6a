//! Types for others, and no method of its own.
//!
//! Made by `idlc` from `types_only.idl`, which is the file to change.

/// How often methods of this interface came or went, counted from 1.
pub const REVISION: u16 = 1;

/// Name, number and version of this interface.
pub const INTERFACE: libipc::Interface = libipc::Interface {
    name: "types_only",
    id: 0xdc17,
    version: 0xdb71_ae08_a4db_27c1,
};

/// A size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// To the right.
    pub width: u32,
}

impl libipc::codec::Encode for Size {
    fn encode<K>(&self, w: &mut K) -> Result<(), libipc::TooLong>
    where
        K: libipc::codec::Sink + ?Sized,
    {
        w.put(&self.width)
    }
}

impl libipc::codec::Decode for Size {
    fn decode(
        r: &mut libipc::codec::Decoder<'_>,
    ) -> Result<Self, libipc::codec::Malformed> {
        Ok(Self { width: r.get()? })
    }
}
