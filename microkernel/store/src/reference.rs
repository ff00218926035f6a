//! References to placed objects.

use core::fmt;
use core::ops::Deref;
use core::ptr::NonNull;

/// A reference to an object that [`Memory::place`](crate::Memory::place) put somewhere.
///
/// Copies freely: the kernel's objects link to each other in all directions. It may be followed until the
/// object is retired (promise 2 of the crate).
#[repr(transparent)]
pub struct Ref<T>(NonNull<T>);

impl<T> Ref<T> {
    pub(crate) fn from_pointer(pointer: NonNull<T>) -> Self {
        Self(pointer)
    }

    /// The reference to what lives as long as the machine.
    pub const fn to_static(object: &'static T) -> Self {
        Self(NonNull::from_ref(object))
    }

    /// The reference to something inside this object, found by `project`.
    pub fn part<U>(self, project: impl FnOnce(&T) -> &U) -> Ref<U> {
        let object: &T = &self;
        Ref(NonNull::from(project(object)))
    }

    /// The object's address as a number: what a capability slot keeps.
    pub fn address(self) -> u64 {
        self.0.as_ptr().expose_provenance() as u64
    }

    /// As [`from_address`](Self::from_address), without looking at the address: for the paths where each instruction
    /// counts. Core calls it with the word of a slot whose kind it has checked: such a word came from
    /// [`address`](Self::address) of a `T` (promise 2 of the crate), so it is neither 0 nor misaligned.
    pub fn from_slot(address: u64) -> Self {
        let pointer = core::ptr::with_exposed_provenance_mut::<T>(address as usize);
        #[cfg(any(test, feature = "checked"))]
        assert!(!pointer.is_null() && pointer.is_aligned());
        // SAFETY:
        // 1. not null: promise 2 of the crate.
        Self(unsafe { NonNull::new_unchecked(pointer) })
    }

    /// The reference that [`address`](Self::address) came from.
    ///
    /// Core calls it with an address that it took from a slot whose kind says that the object is a `T`.
    pub fn from_address(address: u64) -> Option<Self> {
        let pointer = core::ptr::with_exposed_provenance_mut::<T>(address as usize);
        let pointer = NonNull::new(pointer)?;
        pointer.is_aligned().then_some(Self(pointer))
    }
}

impl<T> Deref for Ref<T> {
    type Target = T;

    fn deref(&self) -> &T {
        #[cfg(any(test, feature = "checked"))]
        crate::checked::assert_live(self.0.addr().get(), size_of::<T>());
        // SAFETY:
        // 1. aligned, not null and initialised: made from a placed object or a page (`from_pointer`, `part`; promise 3
        //    of the crate) or from the exposed address of one, checked for alignment (`from_address`).
        // 2. alive: promise 2 of the crate.
        // 3. shared only: no `&mut` to a placed object is ever made; all its fields are cells or atomics.
        unsafe { self.0.as_ref() }
    }
}

impl<T> Clone for Ref<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Ref<T> {}

impl<T> PartialEq for Ref<T> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl<T> Eq for Ref<T> {}

impl<T> fmt::Debug for Ref<T> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Ref({:#x})", self.0.addr())
    }
}
