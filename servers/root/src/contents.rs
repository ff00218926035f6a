//! The memory of a component: program, stack, heap, start-up page, message page, regions.

use libipc::{
    CPtr, Rights,
    abi::{
        cap::{CacheMode, MapFlags},
        image::{Program, Segment},
        layout::{HEAP_BASE, PAGE, STACK_TOP, STARTUP_PAGE},
    },
};
use weft_domain::{Builder, Mapping};
use weft_spec::{
    Access, Component, Region, RingPart, Source, SystemSpec, segment_rights, segments,
};

use crate::{
    boot_image::BootImage,
    domain::Domain,
    pages::{Content, Page, pages},
    rings::RingFrames,
    trouble::Trouble,
    workshop::{self, LARGE, Run, SMALL, Workshop},
};

/// What the memory of components is made from.
pub struct Sources<'a> {
    /// What is built.
    pub spec: &'a SystemSpec,
    /// The boot image.
    pub image: &'a BootImage,
    /// The memory of the rings.
    pub rings: &'a [RingFrames],
    /// The frames of a region of device registers, by the region's place.
    pub registers: &'a dyn Fn(u16) -> Option<Run>,
}

const PAGES_IN_LARGE: u32 = 1 << (LARGE - SMALL);

/// Maps everything that a component sees. The start-up page gets its frame, but no content yet.
///
/// # Errors
/// No memory or slots, or the specification names what is not there.
pub fn map(
    workshop: &mut Workshop,
    domain: &mut Domain,
    component: &Component,
    sources: &Sources<'_>,
) -> Result<(), Trouble> {
    let programs = sources.image.view.programs();
    let program = programs
        .get(usize::from(component.program.0))
        .ok_or(Trouble::Dangling("program"))?;
    map_program(workshop, domain, program, sources.image)?;
    let stack = component.sizes.stack_pages;
    map_own(
        workshop,
        domain,
        STACK_TOP - component.sizes.stack_bytes(),
        stack,
    )?;
    map_heap(workshop, domain, component.sizes.heap_pages)?;
    domain.startup = workshop.frames(SMALL, 1)?.first;
    domain.own_bytes += PAGE;
    workshop.map_message_page(domain.parts.thread, domain.parts.space)?;
    for (index, region) in component.regions.iter().enumerate() {
        let place = (component, index as u16);
        let first = map_region(workshop, domain, region, place, sources)?;
        domain.region_frames.push(first);
    }
    Ok(())
}

fn map_program(
    workshop: &mut Workshop,
    domain: &mut Domain,
    program: &Program,
    image: &BootImage,
) -> Result<(), Trouble> {
    domain.entry = program.entry;
    for segment in segments(program) {
        for page in pages(segment) {
            map_page(workshop, domain, segment, page, image)?;
        }
    }
    Ok(())
}

fn map_page(
    workshop: &mut Workshop,
    domain: &mut Domain,
    segment: &Segment,
    page: Page,
    image: &BootImage,
) -> Result<(), Trouble> {
    let flags = MapFlags::new(segment_rights(segment) | Rights::READ, CacheMode::Normal);
    let to = domain.mapping(page.address, flags);
    let missing = Trouble::Dangling("page of the image");
    let content = match page.content {
        Content::Shared { page } => {
            let frame = workshop.copy(image.frame(page).ok_or(missing)?)?;
            return workshop.map(frame, to);
        }
        Content::Zero => None,
        Content::Copied { offset, bytes } => {
            let range = offset as usize..(offset + bytes) as usize;
            Some((0, image.view.bytes().get(range).ok_or(missing)?))
        }
    };
    domain.own_bytes += PAGE;
    workshop.page(to, content)
}

/// Maps new small pages, readable and writable.
fn map_own(
    workshop: &mut Workshop,
    domain: &mut Domain,
    address: u64,
    count: u32,
) -> Result<(), Trouble> {
    let frames = workshop.frames(SMALL, count)?;
    domain.own_bytes += u64::from(count) * PAGE;
    workshop.map_all(
        frames,
        SMALL,
        Mapping::plain(domain.parts.space, address, Access::ReadWrite.rights()),
    )
}

/// Maps the heap by large frames as far as they fill, then by small ones.
fn map_heap(workshop: &mut Workshop, domain: &mut Domain, heap_pages: u32) -> Result<(), Trouble> {
    let large = heap_pages / PAGES_IN_LARGE;
    if large > 0 {
        let frames = workshop.frames(LARGE, large)?;
        domain.own_bytes += u64::from(large) << LARGE;
        workshop.map_all(
            frames,
            LARGE,
            Mapping::plain(domain.parts.space, HEAP_BASE, Access::ReadWrite.rights()),
        )?;
    }
    let rest = HEAP_BASE + (u64::from(large) << LARGE);
    match heap_pages % PAGES_IN_LARGE {
        0 => Ok(()),
        small => map_own(workshop, domain, rest, small),
    }
}

/// Makes the page tables that filling and mapping the start-up page need.
///
/// # Errors
/// No memory for page tables, or a refusal.
pub fn reserve_startup_page(workshop: &mut Workshop, domain: &Domain) -> Result<(), Trouble> {
    workshop.reserve_window(domain.startup)?;
    workshop.reserve(domain.startup, startup_mapping(domain))
}

/// Fills the start-up page and maps it.
///
/// # Errors
/// A refusal.
pub fn finish_startup_page(
    workshop: &mut Workshop,
    domain: &Domain,
    content: &[u8],
) -> Result<(), Trouble> {
    workshop.fill(domain.startup, 0, content)?;
    workshop.map(domain.startup, startup_mapping(domain))
}

fn startup_mapping(domain: &Domain) -> Mapping {
    Mapping::plain(domain.parts.space, STARTUP_PAGE, Access::Read.rights())
}

/// Maps a region; gives its first frame.
fn map_region(
    workshop: &mut Workshop,
    domain: &mut Domain,
    region: &Region,
    (component, index): (&Component, u16),
    sources: &Sources<'_>,
) -> Result<CPtr, Trouble> {
    let frames = match region.source {
        Source::Device { physical } => {
            (sources.registers)(index).ok_or(Trouble::NoSuchMemory(physical))?
        }
        Source::Dma => {
            domain.own_bytes += region.bytes();
            workshop.frames_below(component.bus.limit, region.pages)?
        }
        Source::File { first_page } => file(workshop, sources.image, first_page, region.pages)?,
        Source::Ring { ring, part } => {
            let frames = ring_part(sources.rings, ring.0, part)?;
            match region.access {
                Access::ReadWrite => frames,
                Access::Read => workshop.copies(frames)?,
            }
        }
    };
    let cache = sources.spec.cache(component, region);
    let flags = MapFlags::new(region.access.rights(), cache);
    let log2 = region.frame_log2();
    workshop.map_all(frames, log2, domain.mapping(region.address, flags))?;
    Ok(frames.first)
}

/// Frames of the image, for one more mapping.
fn file(
    workshop: &mut Workshop,
    image: &BootImage,
    first: u32,
    count: u32,
) -> Result<Run, Trouble> {
    let frames = workshop.slots(count)?;
    for (slot, page) in frames.slots().zip(first..) {
        let missing = Trouble::Dangling("page of a file");
        workshop::copy(image.frame(page.into()).ok_or(missing)?, slot)?;
    }
    Ok(frames)
}

fn ring_part(rings: &[RingFrames], ring: u16, part: RingPart) -> Result<Run, Trouble> {
    let frames = rings
        .get(usize::from(ring))
        .ok_or(Trouble::Dangling("ring"))?;
    frames
        .get(part as usize)
        .copied()
        .flatten()
        .ok_or(Trouble::Dangling("part of a ring"))
}
