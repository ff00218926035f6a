//! Capabilities that a program owns one by one: received with a message, or made to be sent.
//!
//! A [`Cap`] is the only name of its slot; dropping it deletes the capability, so that a server that refuses a
//! request cannot leak the slots its clients fill. What stands in the start-up page lives as long as the
//! program and is named by plain [`CPtr`]s instead.

use core::fmt;
use core::marker::PhantomData;

use weft_abi::{CPtr, MAX_CAPS};

use crate::slots;

/// An owned capability to an object, or to a server's interface, of type `K`.
///
/// What a peer sends is not checked to be of kind `K`: the kernel refuses operations that it does not have.
#[must_use = "dropping it deletes the capability"]
pub struct Cap<K> {
    slot: CPtr,
    kind: PhantomData<fn() -> K>,
}

impl<K> Cap<K> {
    /// Takes ownership of the capability in a slot.
    pub fn from_slot(slot: CPtr) -> Self {
        Self {
            slot,
            kind: PhantomData,
        }
    }

    /// Its slot, still owned.
    pub fn slot(&self) -> CPtr {
        self.slot
    }

    /// Gives up ownership: the slot is now the caller's to move or delete.
    pub fn into_slot(self) -> CPtr {
        let slot = self.slot;
        core::mem::forget(self);
        slot
    }

    /// Regards it as a capability of another type.
    pub fn cast<L>(self) -> Cap<L> {
        Cap::from_slot(self.into_slot())
    }
}

impl<K: From<CPtr>> Cap<K> {
    /// The kernel object, to be used while this is owned.
    pub fn object(&self) -> K {
        K::from(self.slot)
    }
}

impl<K> Drop for Cap<K> {
    fn drop(&mut self) {
        slots::delete(self.slot);
    }
}

impl<K> fmt::Debug for Cap<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cap({})", self.slot.0)
    }
}

/// The capabilities that came with a message. Those that nobody takes are deleted.
pub struct ReceivedCaps {
    /// A bit for each that is still here.
    here: u8,
    slots: [CPtr; MAX_CAPS],
}

impl ReceivedCaps {
    pub(crate) const NONE: Self = Self {
        here: 0,
        slots: [CPtr::NULL; MAX_CAPS],
    };

    /// Takes the capability at a position; `None` if none arrived there or it was taken.
    pub fn take(&mut self, index: usize) -> Option<CPtr> {
        let slot = *self.slots.get(index)?;
        let bit = 1 << index;
        if self.here & bit == 0 {
            return None;
        }
        self.here &= !bit;
        Some(slot)
    }

    /// Takes the capability at a position, as one of type `K`.
    pub fn take_cap<K>(&mut self, index: usize) -> Option<Cap<K>> {
        self.take(index).map(Cap::from_slot)
    }

    /// Whether none is here any more.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.here == 0
    }

    pub(crate) fn put(&mut self, index: usize, slot: CPtr) {
        if let Some(place) = self.slots.get_mut(index)
            && slot != CPtr::NULL
        {
            *place = slot;
            self.here |= 1 << index;
        }
    }

    /// Deletes what is left.
    #[inline]
    pub(crate) fn discard(&mut self) {
        if !self.is_empty() {
            self.delete_all();
        }
    }

    #[cold]
    fn delete_all(&mut self) {
        for index in 0..MAX_CAPS {
            drop(self.take_cap::<()>(index));
        }
    }
}

impl Drop for ReceivedCaps {
    #[inline]
    fn drop(&mut self) {
        self.discard();
    }
}
