//! Untyped memory: what every other object is made of.

use weft_abi::{CPtr, Kind, Refusal, Syscall};
use weft_sys::invoke;

use super::CNode;

super::object! {
    /// Memory that other objects are made of.
    Untyped
}

/// What an untyped is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UntypedDescription {
    /// Its physical address; 0 without the right to know it.
    pub base: u64,
    /// log2 of its size in bytes.
    pub size: u8,
    /// Bytes that are still free.
    pub free: u64,
    /// The number of its [`MemoryClass`](weft_abi::cap::MemoryClass).
    pub class: u8,
}

impl Untyped {
    /// Makes one object in an empty slot of a CNode. `size` is log2: slots for a CNode, bytes for untyped
    /// memory and frames; ignored for other kinds.
    pub fn retype(self, kind: Kind, size: u8, cnode: CNode, index: CPtr) -> Result<(), Refusal> {
        self.retype_many(kind, size, cnode, index, 1)
    }

    /// Makes `count` objects in consecutive empty slots from `first` on.
    pub fn retype_many(
        self,
        kind: Kind,
        size: u8,
        cnode: CNode,
        first: CPtr,
        count: u64,
    ) -> Result<(), Refusal> {
        let arguments = [
            kind as u64,
            u64::from(size),
            u64::from(cnode.cptr().0),
            u64::from(first.0),
            count,
        ];
        invoke(Syscall::UntypedRetype, self.0, arguments).map(|_| ())
    }

    /// Its address, size, free bytes and class.
    pub fn describe(self) -> Result<UntypedDescription, Refusal> {
        let [_, base, size, free, class] = invoke(Syscall::UntypedInfo, self.0, [0; 5])?;
        Ok(UntypedDescription {
            base,
            size: size as u8,
            free,
            class: class as u8,
        })
    }
}
