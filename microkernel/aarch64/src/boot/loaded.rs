//! What the loader left, seen through the boot page tables: device tree and boot image.

use core::ptr;

use weft_early::Range;
use weft_early::region::PAGE;

use crate::fdt;
use crate::layout::Layout;

/// What the boot tables map around the tree's beginning.
const GIB: u64 = 1 << 30;

/// Longest device tree that is read.
const MAX_TREE: usize = 2 << 20;

/// The device tree's bytes, if there is one at `address`.
pub(super) fn tree(address: u64) -> Option<&'static [u8]> {
    if address == 0 || !address.is_multiple_of(8) {
        return None;
    }
    let start = ptr::with_exposed_provenance::<u8>(address as usize);
    // SAFETY:
    // 1. the boot tables map the gigabyte that it begins in; nobody writes there.
    let header = unsafe { core::slice::from_raw_parts(start, fdt::HEADER) };
    let length = fdt::length(header).filter(|length| *length <= MAX_TREE)?;
    let last = address.checked_add(length as u64)?.checked_sub(1)?;
    if last / GIB != address / GIB {
        return None;
    }
    // SAFETY:
    // 1. as above; it ends in the same gigabyte.
    Some(unsafe { core::slice::from_raw_parts(start, length) })
}

/// Makes sure that the boot image begins on a page and is followed by zeros.
pub(super) fn place_image(layout: &mut Layout, image: Range, reach: Range) -> Range {
    let mut placed = image;
    if !image.start.is_multiple_of(PAGE) {
        let bytes = image.grown_to_pages().length();
        let start = layout.free.take(bytes, reach.end);
        let Some(start) = start.filter(|start| *start >= reach.start) else {
            panic!("there is no memory to move the boot image to");
        };
        placed = Range::sized(start, image.length());
        copy(image, start);
        layout.free.add(image.shrunk_to_pages());
    }
    clear(Range {
        start: placed.end,
        end: placed.grown_to_pages().end,
    });
    placed
}

fn copy(from: Range, to: u64) {
    let source = ptr::with_exposed_provenance::<u8>(from.start as usize);
    let target = ptr::with_exposed_provenance_mut::<u8>(to as usize);
    // SAFETY:
    // 1. both are memory in the gigabyte that the boot tables map.
    // 2. the target was free, so they do not overlap and nobody uses it.
    unsafe { ptr::copy_nonoverlapping(source, target, from.length() as usize) };
}

/// Clears memory in the kernel's gigabyte that nobody uses: the rest of a page, or pages that were free.
pub(super) fn clear(range: Range) {
    let target = ptr::with_exposed_provenance_mut::<u8>(range.start as usize);
    // SAFETY:
    // 1. mapped by the boot tables, and nobody uses it (the callers' choice).
    unsafe { ptr::write_bytes(target, 0, range.length() as usize) };
}
