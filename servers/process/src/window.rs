//! A view of one page of a program that is being built.
//!
//! The only unsafe code of this server.

use libipc::abi::layout::{PAGE, REGIONS_BASE};

/// Where the page is mapped: behind all regions that a manifest could give this server.
pub(crate) const WINDOW: u64 = REGIONS_BASE + 0x1fff_0000;

/// Writes bytes at an offset of the page that is mapped at [`WINDOW`]. Bytes behind the page's end are left out.
///
/// The caller must have mapped a frame there that nobody else uses; `Kernel::fill` is the only one.
pub(crate) fn write(offset: usize, bytes: &[u8]) {
    let offset = offset.min(PAGE as usize);
    let length = bytes.len().min(PAGE as usize - offset);
    let start = core::ptr::with_exposed_provenance_mut::<u8>(WINDOW as usize + offset);
    // SAFETY:
    // 1. `length` bytes from `start` lie in the page at `WINDOW`, which is mapped writable.
    // 2. `bytes` lies elsewhere, because nothing that Rust manages is at `WINDOW`.
    unsafe { core::ptr::copy_nonoverlapping(bytes.as_ptr(), start, length) }
}
