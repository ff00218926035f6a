//! The system specification: what the composer writes into the boot image and root carries out.
//!
//! Everything is decided on the host, down to the slot of each capability and the address of each
//! region. Root only executes; it has no policy of its own, and so the distribution of authority is
//! the specification by construction. [`expected`] says what each CNode must hold, and the same list
//! places the capabilities and is compared with the live CNodes afterwards.
//!
//! Neighbours: `manifest` makes a [`SystemSpec`] from TOML, `image` stores it, `root` reads it,
//! the process server uses [`StartupPage`] for the programs that it starts.

#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

pub mod badge;
mod blob;
mod bus;
mod compare;
mod component;
mod entries;
mod expected;
mod grant;
mod page;
mod region;
mod ring;
mod system;
mod view;

pub use blob::{SpecError, decode, encode};
pub use bus::{BUS_ENTRY, Bus, Coherence};
pub use compare::{Live, Mismatch, compare, holds_exactly};
pub use component::{Component, Counters, Fpu, Schedule, Served, Sizes};
pub use entries::{StartEntry, startup_entries};
pub use expected::{Expected, Presence, expected_capabilities};
pub use grant::{Grant, IrqMode, Slot, What};
pub use page::{PageError, StartupPage};
pub use region::{Access, LARGE_FRAME, Region, Source, is_large};
pub use ring::{Ring, RingId, RingPart};
pub use system::{ComponentId, MAX_BOOT_ARGS, ProgramId, ROOT_INTERFACE, ROOT_NAME, SystemSpec};
pub use view::{
    ImageFault, ImageView, SegmentFault, check as check_program, program_name, segment_rights,
    segments,
};
