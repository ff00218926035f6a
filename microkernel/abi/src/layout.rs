//! The address-space layout of the programs that the system itself starts.
//!
//! Convention between root, the process server and libipc; the kernel only uses it for root. Everything
//! lies below 1 GiB, so that a small program needs one page table of each upper level.

/// Text that enters the ABI hash.
pub(crate) const DESCRIPTION: &str = "layout:1";

/// Bytes in a page.
pub const PAGE: u64 = 4096;
/// The first address of a program's own segments.
pub const PROGRAM_BASE: u64 = 0x0020_0000;
/// The end of the stack (it grows down); the page below the lowest stack page is never mapped.
pub const STACK_TOP: u64 = 0x0fff_8000;
/// The greatest stack, in bytes.
pub const STACK_MAX: u64 = 0x0018_0000;
/// Where the start-up page is mapped, read-only (root: the boot information).
pub const STARTUP_PAGE: u64 = 0x0fff_c000;
/// Where the main thread's message page is mapped.
pub const MESSAGE_PAGE: u64 = 0x0fff_e000;
/// Where the heap begins.
pub const HEAP_BASE: u64 = 0x1000_0000;
/// The greatest heap, in bytes.
pub const HEAP_MAX: u64 = 0x1000_0000;
/// Where device registers, DMA memory, rings and pools are mapped.
pub const REGIONS_BASE: u64 = 0x2000_0000;
/// Where root maps the boot image, read-only.
pub const IMAGE_BASE: u64 = 0x4000_0000;
/// The end of user addresses on every architecture; the last page below is never mapped.
pub const USER_END: u64 = 0x0000_7fff_ffff_f000;
