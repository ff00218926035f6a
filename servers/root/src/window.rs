//! Root's view of memory that is mapped at fixed addresses of its own: the boot image, and one page at a
//! time of the component that it builds.
//!
//! The only unsafe code of root.

use libipc::abi::layout::{IMAGE_BASE, PAGE, REGIONS_BASE};

/// Where a page of a component is mapped while root writes it.
pub const WINDOW: u64 = REGIONS_BASE;

/// The boot image, after all its pages were mapped read-only at [`IMAGE_BASE`].
///
/// The caller must have mapped `length` bytes there, and must keep them mapped; `BootImage` is the only one.
pub(crate) fn image(length: u64) -> &'static [u8] {
    let start = core::ptr::with_exposed_provenance::<u8>(IMAGE_BASE as usize);
    // SAFETY: 1. the whole image is mapped there (checked by `BootImage::map`, which calls this last);
    // 2. nobody writes it: every mapping of its frames is read-only; 3. it is never unmapped.
    unsafe { core::slice::from_raw_parts(start, length as usize) }
}

/// Writes bytes at an offset of the page that is mapped at [`WINDOW`]. Bytes behind the page's end are left out.
///
/// The caller must have mapped a frame there that nobody else uses; `Workshop::fill` is the only one.
pub(crate) fn write(offset: u64, bytes: &[u8]) {
    let room = PAGE.saturating_sub(offset) as usize;
    let length = bytes.len().min(room);
    let start = core::ptr::with_exposed_provenance_mut::<u8>((WINDOW + offset.min(PAGE)) as usize);
    // SAFETY: 1. `length` bytes from `start` lie in the page at `WINDOW`, which is mapped writable;
    // 2. `bytes` lies elsewhere, because nothing that Rust manages is at `WINDOW`.
    unsafe { core::ptr::copy_nonoverlapping(bytes.as_ptr(), start, length) }
}
