//! Physical memory through the kernel's direct map.

use core::ptr::NonNull;
use core::sync::atomic::AtomicU64;

use weft_hal::PhysAddr;

use crate::Ref;

/// 64-bit words in a page.
pub const WORDS: usize = 512;

/// A page that user mode may write at any time: read and written word by word.
pub type Page = [AtomicU64; WORDS];

/// A page table: entries change by atomic stores, because the hardware reads them at any time.
pub type Table = [AtomicU64; WORDS];

/// The direct map: physical address `p` is visible at `p + offset`.
#[derive(Clone, Copy, Debug)]
pub struct Memory {
    offset: usize,
}

impl Memory {
    /// The direct map at `offset`.
    ///
    /// # Safety
    /// 1. All memory whose physical address core is given (machine regions and the boot image) stays mapped
    ///    at its address plus `offset`, readable and, unless it is of a retained class, writable.
    /// 2. Nothing else in the kernel uses that memory.
    /// 3. None of it is at address 0 then.
    pub const unsafe fn new(offset: usize) -> Self {
        Self { offset }
    }

    #[inline]
    fn pointer<T>(self, at: PhysAddr) -> NonNull<T> {
        let address = (at.0 as usize).wrapping_add(self.offset);
        let pointer = core::ptr::with_exposed_provenance_mut::<T>(address);
        #[cfg(any(test, feature = "checked"))]
        assert!(!pointer.is_null());
        // SAFETY:
        // 1. not null: promise 3 of the crate.
        unsafe { NonNull::new_unchecked(pointer) }
    }

    /// The physical address of a placed object.
    pub fn physical<T>(self, object: Ref<T>) -> PhysAddr {
        PhysAddr(object.address().wrapping_sub(self.offset as u64))
    }

    /// Puts an object at a physical address, which must be aligned for it.
    pub fn place<T>(self, at: PhysAddr, object: T) -> Ref<T> {
        let pointer = self.pointer::<T>(at);
        assert!(pointer.is_aligned());
        #[cfg(any(test, feature = "checked"))]
        crate::checked::add(pointer.addr().get(), size_of::<T>());
        // SAFETY:
        // 1. valid for writes and aligned: promise 3 of the crate, and the assertion above.
        // 2. nothing alive is overwritten: promise 1 of the crate.
        unsafe { pointer.write(object) };
        Ref::from_pointer(pointer)
    }

    /// Writes `count` equal objects in a row, from a physical address on that is aligned for them. They do not live
    /// yet: what is written in pieces begins to live as a whole, by [`adopt`](Self::adopt).
    pub fn fill<T>(self, at: PhysAddr, count: usize, object: impl Fn() -> T) {
        let first = self.pointer::<T>(at);
        assert!(first.is_aligned());
        for index in 0..count {
            // Wrapping, because it is no operation on the object: where it leads is promise 1's matter.
            let pointer = first.as_ptr().wrapping_add(index);
            #[cfg(any(test, feature = "checked"))]
            crate::checked::fill(pointer.addr(), size_of::<T>(), core::any::type_name::<T>());
            // SAFETY:
            // 1. valid for writes: promise 3 of the crate; aligned: the first is, by the assertion above.
            // 2. nothing alive is overwritten: promise 1 of the crate.
            unsafe { pointer.write(object()) };
        }
    }

    /// Begins the lives of `count` objects in a row that [`fill`](Self::fill) wrote; gives the first.
    pub fn adopt<T>(self, at: PhysAddr, count: usize) -> Ref<T> {
        let first = self.pointer::<T>(at);
        assert!(first.is_aligned());
        #[cfg(any(test, feature = "checked"))]
        crate::checked::adopt::<T>(first.addr().get(), count);
        let _ = count;
        Ref::from_pointer(first)
    }

    /// Ends the lives of `count` objects in a row. Their memory may then be placed in again.
    pub fn retire_row<T>(self, first: Ref<T>, count: usize) {
        #[cfg(any(test, feature = "checked"))]
        for index in 0..count {
            let at = first.address() as usize + index * size_of::<T>();
            crate::checked::remove(at, size_of::<T>());
        }
        let _ = (first, count);
    }

    /// Ends an object's life. Its memory may then be placed in again.
    pub fn retire<T>(self, object: Ref<T>) {
        #[cfg(any(test, feature = "checked"))]
        crate::checked::remove(object.address() as usize, size_of::<T>());
        let _ = object;
    }

    /// Fills whole pages with zeros.
    pub fn clear(self, at: PhysAddr, bytes: usize) {
        let pointer = self.pointer::<u8>(at);
        #[cfg(any(test, feature = "checked"))]
        crate::checked::overwrite(pointer.addr().get(), bytes);
        // SAFETY:
        // 1. valid for writes: promise 3 of the crate.
        // 2. nothing alive is overwritten: promise 1 of the crate.
        unsafe { pointer.write_bytes(0, bytes) };
    }

    /// A page of words at a physical address, which core knows to be aligned for words: a page table, or memory shared
    /// with user mode.
    #[inline]
    pub fn page(self, at: PhysAddr) -> Ref<Page> {
        let pointer = self.pointer::<Page>(at);
        #[cfg(any(test, feature = "checked"))]
        assert!(pointer.is_aligned());
        Ref::from_pointer(pointer)
    }

    /// The page of words that lies behind an object of a page's size, where core placed both in one piece of memory.
    pub fn page_behind<T>(self, object: Ref<T>) -> Ref<Page> {
        const {
            assert!(size_of::<T>() == size_of::<Page>() && align_of::<T>() == size_of::<Page>());
        }
        let address = object.address().wrapping_add(size_of::<Page>() as u64);
        Ref::from_slot(address)
    }

    /// Copies bytes out of memory that does not change (the boot image).
    pub fn read(self, at: PhysAddr, out: &mut [u8]) {
        let pointer = self.pointer::<u8>(at);
        // SAFETY:
        // 1. valid for reads of `out.len()` bytes: promise 3 of the crate.
        // 2. `out` is exclusively borrowed, so that the ranges do not overlap.
        unsafe { pointer.copy_to_nonoverlapping(NonNull::from(&mut *out).cast(), out.len()) };
    }

    /// Copies bytes into cleared memory that nothing uses yet (root's writable pages at boot).
    pub fn write(self, at: PhysAddr, bytes: &[u8]) {
        let pointer = self.pointer::<u8>(at);
        #[cfg(any(test, feature = "checked"))]
        crate::checked::overwrite(pointer.addr().get(), bytes.len());
        // SAFETY:
        // 1. valid for writes of `bytes.len()` bytes: promise 3 of the crate.
        // 2. nothing alive is overwritten: promise 1 of the crate; `bytes` is borrowed from elsewhere.
        unsafe { pointer.copy_from_nonoverlapping(NonNull::from(bytes).cast(), bytes.len()) };
    }
}
