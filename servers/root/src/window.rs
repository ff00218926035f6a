//! Root's view of memory that is mapped at fixed addresses of its own: the boot image, and one page at a
//! time of the component that it builds.
//!
//! The only unsafe code of root.

use libipc::abi::layout::{IMAGE_BASE, PAGE, REGIONS_BASE};

/// Where a page of a component is mapped while root writes it.
pub const WINDOW: u64 = REGIONS_BASE;

/// The boot image as bytes.
///
/// # Safety
/// `length` bytes at [`IMAGE_BASE`] must be mapped, must never be unmapped, and nobody may write them.
pub(crate) unsafe fn image(length: u64) -> &'static [u8] {
    let start = core::ptr::with_exposed_provenance::<u8>(IMAGE_BASE as usize);
    // SAFETY: 1. mapped for ever and never written (the caller's promise); 2. bytes need no alignment.
    unsafe { core::slice::from_raw_parts(start, length as usize) }
}

/// Writes bytes at an offset of the page at [`WINDOW`]. Bytes behind the page's end are left out.
///
/// # Safety
/// A frame that nothing else uses must be mapped there, writable.
pub(crate) unsafe fn write(offset: u64, bytes: &[u8]) {
    let room = PAGE.saturating_sub(offset) as usize;
    let length = bytes.len().min(room);
    let start = core::ptr::with_exposed_provenance_mut::<u8>((WINDOW + offset.min(PAGE)) as usize);
    // SAFETY: 1. `length` bytes from `start` lie in the page at `WINDOW`, which is mapped writable (the
    // caller's promise); 2. `bytes` lies elsewhere, because nothing that Rust manages is in that page.
    unsafe { core::ptr::copy_nonoverlapping(bytes.as_ptr(), start, length) }
}
