//! The areas of further cores: stacks, what they touch on their way in and out of the kernel, and the kernel's state.
//!
//! They are shown at addresses of their own, below the kernel in the root entry that every address space has from it, and
//! nowhere else: so their guard pages hold, and a stray store through the direct map does not reach them.

use core::cell::UnsafeCell;
use core::mem::{MaybeUninit, offset_of};
use core::ptr;
use core::sync::atomic::{AtomicU64, Ordering};

use weft_abi::Rights;
use weft_abi::cap::CacheMode;
use weft_early::region::{PAGE, Range};
use weft_early::tables::{Builder, Encoding, Mapping, OutOfTables, TableMemory};

use super::{PerCore, Stacks};
use crate::layout::Layout;
use crate::paging::KernelHalf;

/// Where the first is.
const BASE: u64 = 0xffff_ff80_0000_0000;
/// From one to the next.
const STRIDE: u64 = 0x4_0000;
/// Greatest size of the kernel's state.
const STATE_BYTES: usize = 0x1_7000;

#[repr(C, align(4096))]
struct State(UnsafeCell<MaybeUninit<[u8; STATE_BYTES]>>);

#[repr(C)]
struct Contents {
    stacks: Stacks,
    core: UnsafeCell<MaybeUninit<PerCore>>,
    state: State,
}

/// Bytes of memory of an area.
const AREA_BYTES: u64 = size_of::<Contents>() as u64;
const _: () = assert!(AREA_BYTES <= STRIDE && AREA_BYTES.is_multiple_of(PAGE));

/// How many areas are mapped.
static MAPPED: AtomicU64 = AtomicU64::new(0);
/// How many of them have a core.
static MADE: AtomicU64 = AtomicU64::new(0);

/// Memory for areas, one behind the other.
#[derive(Clone, Copy)]
pub(crate) struct Areas {
    /// The memory.
    pub(crate) range: Range,
}

impl Areas {
    /// Takes memory for so many out of what is free and shown, or for as many as there is memory.
    pub(crate) fn take(layout: &mut Layout, wanted: usize) -> Self {
        let sizes = (1..=wanted as u64).rev().map(|count| count * AREA_BYTES);
        let mut taken = sizes.filter_map(|bytes| {
            let start = layout.free.take(bytes, KernelHalf::LIMIT)?;
            Some(Range::sized(start, bytes))
        });
        let range = taken.next().unwrap_or_default();
        layout.mapped.remove(range);
        Self { range }
    }

    /// Tables that surely suffice to map them: each 2 MiB begins one, and there are the two levels above.
    pub(crate) const TABLE_BYTES: u64 = (64 * STRIDE / (1 << 21) + 2) * PAGE;

    /// Maps them all, but the guard pages.
    pub(crate) fn map<M: TableMemory, E: Encoding>(
        self,
        builder: &mut Builder<M, E>,
    ) -> Result<(), OutOfTables> {
        let count = self.range.length() / AREA_BYTES;
        for index in 0..count {
            let start = BASE + index * STRIDE;
            builder.map(Mapping {
                virtual_start: start,
                range: Range::sized(self.range.start + index * AREA_BYTES, AREA_BYTES),
                rights: Rights::READ | Rights::WRITE,
                cache: CacheMode::Normal,
            })?;
            Stacks::GUARDS
                .iter()
                .for_each(|guard| builder.unmap(start + *guard as u64));
        }
        MAPPED.store(count, Ordering::Relaxed);
        Ok(())
    }
}

/// An area that is mapped.
#[derive(Clone, Copy)]
pub(super) struct Area(u64);

impl Area {
    /// All areas.
    pub(super) fn all() -> impl Iterator<Item = Self> {
        (0..MAPPED.load(Ordering::Relaxed)).map(|index| Self(BASE + index * STRIDE))
    }

    fn contents(self) -> *mut Contents {
        ptr::with_exposed_provenance_mut(self.0 as usize)
    }

    /// Makes what the core touches on its way in and out of the kernel, and describes its stacks. Called once for each
    /// area, in their order, before its core is started.
    pub(super) fn make_core(self) -> &'static PerCore {
        let place = (self.0 as usize + offset_of!(Contents, core)) as *mut PerCore;
        // SAFETY:
        // 1. mapped and aligned: `all` makes areas that are; nobody else uses the memory, which is the kernel's for ever.
        unsafe { place.write(PerCore::new()) };
        // SAFETY:
        // 1. mapped for ever, and any bytes are stacks; they are cells, so a shared reference forbids nothing.
        let stacks = unsafe { &(*self.contents()).stacks };
        self.core().describe(stacks);
        MADE.fetch_add(1, Ordering::Relaxed);
        self.core()
    }

    /// What `make_core` has made.
    pub(super) fn core(self) -> &'static PerCore {
        let place = (self.0 as usize + offset_of!(Contents, core)) as *const PerCore;
        // SAFETY:
        // 1. made before anybody asks: it was mapped and written by `make_core`, and its fields are cells.
        unsafe { &*place }
    }

    /// The place of the kernel's state. Given once, before the core is started.
    pub(super) fn state<S>(self) -> &'static mut MaybeUninit<S> {
        const {
            assert!(size_of::<S>() <= STATE_BYTES, "see STATE_BYTES");
            assert!(align_of::<S>() <= align_of::<State>());
        }
        let place = (self.0 as usize + offset_of!(Contents, state)) as *mut MaybeUninit<S>;
        // SAFETY:
        // 1. mapped for ever, large and aligned enough; need not be initialised.
        // 2. the only reference: it is asked for once.
        unsafe { &mut *place }
    }
}

/// Whether no further core may run.
pub(crate) fn is_alone() -> bool {
    MADE.load(Ordering::Relaxed) == 0
}

/// The area with a core that an address is in, and its offset there.
pub(super) fn holding(address: u64) -> Option<(Area, usize)> {
    let offset = address.checked_sub(BASE)?;
    let is_made = offset / STRIDE < MADE.load(Ordering::Relaxed);
    is_made.then(|| (Area(address - offset % STRIDE), (offset % STRIDE) as usize))
}
