//! The boot image: its frames, and its bytes in root's address space.

use alloc::vec::Vec;

use libipc::{
    CPtr, Kind, Rights,
    abi::{
        boot::{self, BootInfo},
        cap::MemoryClass,
        layout::{IMAGE_BASE, PAGE},
    },
    objects::{AddressSpace, CNode, Untyped},
};
use weft_domain::Mapping;
use weft_spec::ImageView;

use crate::{
    trouble::{Doing, Trouble},
    workshop::{Run, SMALL, Workshop},
};

/// The greatest number of frames that the kernel makes at once.
const AT_ONCE: u64 = 4096;

/// The boot image.
pub struct BootImage {
    /// Its content.
    pub view: ImageView<'static>,
    /// Frames of consecutive pages: the first page's number, and the slots.
    runs: Vec<(u64, Run)>,
}

impl BootImage {
    /// Makes frames of the memory that holds the image and maps them.
    ///
    /// # Errors
    /// If the memory is not there, cannot be mapped, or holds no sound image.
    pub fn map(workshop: &mut Workshop, boot: &BootInfo) -> Result<Self, Trouble> {
        let mut runs = Vec::new();
        for entry in boot.untypeds.iter().take(boot.untyped_count as usize) {
            let inside = (boot.image_base..boot.image_base + boot.image_len).contains(&entry.base);
            if entry.class == MemoryClass::Retained as u8 && inside {
                let first = (entry.base - boot.image_base) / PAGE;
                frames(workshop, CPtr(entry.slot), entry.size, first, &mut runs)?;
            }
        }
        let own = AddressSpace::from(boot::SPACE);
        for (first, run) in &runs {
            let address = IMAGE_BASE + first * PAGE;
            workshop.map_all(*run, SMALL, Mapping::plain(own, address, Rights::READ))?;
        }
        let pages: u64 = runs.iter().map(|(_, run)| u64::from(run.count)).sum();
        if pages * PAGE < boot.image_len {
            return Err(Trouble::NoSuchMemory(boot.image_base + pages * PAGE));
        }
        let start = core::ptr::with_exposed_provenance::<u8>(IMAGE_BASE as usize);
        // SAFETY: 1. all pages from `IMAGE_BASE` on were just mapped, at least `image_len` bytes (checked);
        // 2. they stay mapped: nothing unmaps the frames of `runs`; 3. nobody writes them: root maps them
        // read-only, and components get read-only mappings of copies; 4. bytes need no alignment.
        let bytes = unsafe { core::slice::from_raw_parts(start, boot.image_len as usize) };
        Ok(Self {
            view: ImageView::new(bytes)?,
            runs,
        })
    }

    /// The frame of a page.
    pub fn frame(&self, page: u64) -> Option<CPtr> {
        self.runs.iter().find_map(|(first, run)| {
            let index = page.checked_sub(*first)?;
            run.get(u32::try_from(index).ok()?)
        })
    }
}

/// Makes all frames of one untyped.
fn frames(
    workshop: &mut Workshop,
    untyped: CPtr,
    log2: u8,
    first: u64,
    runs: &mut Vec<(u64, Run)>,
) -> Result<(), Trouble> {
    let pages = 1_u64 << (log2 - SMALL);
    let mut done = 0;
    while done < pages {
        let count = (pages - done).min(AT_ONCE);
        let run = workshop.slots(count as u32)?;
        Untyped::from(untyped)
            .retype_many(
                Kind::Frame,
                SMALL,
                CNode::from(boot::CNODE),
                run.first,
                count,
            )
            .doing("make frames of the boot image")?;
        runs.push((first + done, run));
        done += count;
    }
    Ok(())
}
