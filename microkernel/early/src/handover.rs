//! What an architecture hands over when the machine is set up.

use crate::{Range, RangeSet};

/// Where all of physical memory appears in the kernel's address space, on every architecture: physical
/// address plus this.
pub const DIRECT_MAP: u64 = 0xffff_8000_0000_0000;

/// The machine, set up, on the boot core.
pub struct Handover<A> {
    /// The architecture.
    pub machine: A,
    /// Memory that nobody uses.
    pub free: RangeSet,
    /// Address space of devices.
    pub devices: RangeSet,
    /// PCI configuration space, if it is memory; not in `devices`.
    pub configuration: Option<Range>,
    /// The boot image: page-aligned, its last page filled up with zeros; not in `free`.
    pub image: Range,
    /// Memory of what runs only at boot: nobody's when that has ended, and in none of the others.
    pub init: Range,
    /// Physical address of the ACPI root pointer or device tree; 0 if there is none.
    pub firmware_table: u64,
    /// How many cores the machine has, used or not.
    pub cores: u32,
}
