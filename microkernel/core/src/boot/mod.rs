//! Making root: the first thread, with everything the machine has.
//!
//! The kernel takes from the largest piece of plain memory what root's own objects need; all other memory,
//! and the boot image, is given to root as untyped capabilities, the roots of the derivation forest. Root's
//! read-only segments are mapped straight from the image; writable ones are copied. The frames and tables of
//! root's own address space have no capabilities: they live as long as the machine.
//!
//! | file | does |
//! |---|---|
//! | `error` | says why there is no root |
//! | `image` | checks the boot image, finds root in it |
//! | `memory` | cuts the machine's memory into pieces |
//! | `root` | builds root |

mod error;
mod image;
mod memory;
mod root;

use weft_abi::cap::MemoryClass;
use weft_hal::{Arch, PhysAddr};

use crate::Core;

pub use error::BootError;

/// A piece of physical address space that the kernel does not use; page aligned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Region {
    /// Where it begins.
    pub base: PhysAddr,
    /// How many bytes it has.
    pub len: u64,
    /// What it is.
    pub class: MemoryClass,
}

/// What the architecture found.
#[derive(Clone, Copy, Debug)]
pub struct Machine<'a> {
    /// All memory and device space that root may have. A region may contain the boot image or not.
    pub regions: &'a [Region],
    /// The boot image: a page-aligned address, and its length.
    pub image: (PhysAddr, u64),
    /// Memory of what runs only at boot. Root may have it too, but until root runs it is in use.
    pub init: Region,
    /// Physical address of the ACPI root pointer or device tree; 0 if there is none.
    pub firmware_table: u64,
    /// How many cores run; at least 1.
    pub cores: u8,
}

/// Checks the boot image and makes root ready to run. Called once.
pub fn start<A: Arch>(core: &mut Core<A>, machine: &Machine<'_>) -> Result<(), BootError> {
    let program = image::root_program(&core.memory, machine.image)?;
    let pieces = memory::Pieces::new(machine)?;
    root::build(core, machine, &program, &pieces)
}
