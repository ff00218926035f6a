//! A view of one page that belongs to a process that is being built.

use core::ops::Range;

use libipc::abi::layout::{IMAGE_BASE, PAGE, REGIONS_BASE};

/// Where the page is mapped: behind all regions that a manifest can give a component. A program that builds
/// others leaves this page of its own address space to the window.
pub const WINDOW: u64 = IMAGE_BASE - 0x1_0000;

/// Writes bytes at an offset of the page that is mapped at [`WINDOW`]. Bytes behind the page's end are left out.
pub(crate) fn write(offset: u64, bytes: &[u8]) {
    let range = room(offset, bytes.len());
    let start = core::ptr::with_exposed_provenance_mut::<u8>(WINDOW as usize + range.start);
    // SAFETY:
    // 1. `range` lies in the page at `WINDOW` (tested). Where a page is mapped there, writable, it is by this
    //    crate's `fill`; where none is, the processor stops the program.
    // 2. `bytes` lies elsewhere, because nothing that Rust manages is at `WINDOW`.
    // 3. Bytes need no alignment.
    unsafe { core::ptr::copy_nonoverlapping(bytes.as_ptr(), start, range.len()) }
}

/// What part of a page a number of bytes at an offset fills.
fn room(offset: u64, length: usize) -> Range<usize> {
    let page = PAGE as usize;
    let start = usize::try_from(offset).unwrap_or(page).min(page);
    start..start.saturating_add(length).min(page)
}

const _: () = assert!(REGIONS_BASE < WINDOW && WINDOW.is_multiple_of(PAGE));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_behind_the_pages_end_are_left_out() {
        assert_eq!(room(0, 4096), 0..4096);
        assert_eq!(room(0, 5000), 0..4096);
        assert_eq!(room(4000, 200), 4000..4096);
        assert_eq!(room(4096, 1), 4096..4096);
        assert_eq!(room(u64::MAX, usize::MAX), 4096..4096);
    }
}
