//! Memory besides program, stack and heap, and the capabilities that go with it.
//!
//! Regions follow each other from `REGIONS_BASE` with an unmapped page between them. Large device memory begins where large
//! frames do, and the component may ask where it is, to find in it what a device names by its address.

use weft_abi::{Rights, layout};
use weft_spec::{
    Access, ComponentId, Grant, LARGE_FRAME, Region, RingId, RingPart, Slot, Source, What, is_large,
};

use super::{Context, bits, grants::Slots, rings::Planned};
use crate::{
    board,
    draft::{DraftComponent, PoolReach, ServerEnd},
};

/// Collects the regions of one component.
struct Builder<'a> {
    regions: Vec<Region>,
    next: u64,
    slots: &'a mut Slots,
    grants: &'a mut Vec<Grant>,
}

impl Builder<'_> {
    fn add(&mut self, name: String, pages: u32, access: Access, source: Source, slot: Slot) {
        let region = Region {
            name,
            address: self.next,
            pages,
            access,
            source,
            slot,
        };
        self.next = region.end() + layout::PAGE;
        self.regions.push(region);
    }

    /// Grants the first frame of the region that is added next.
    fn frame_of_next(&mut self) -> Slot {
        let what = What::RegionFrame {
            region: self.regions.len() as u16,
        };
        self.grant(Rights::READ | Rights::PHYS, what)
    }

    fn grant(&mut self, rights: Rights, what: What) -> Slot {
        let grant = self.slots.grant("", rights, what);
        let slot = grant.slot;
        self.grants.push(grant);
        slot
    }
}

/// Plans a component's regions; adds their capabilities to `grants`.
pub(super) fn plan(
    context: &Context<'_>,
    component: &DraftComponent,
    id: ComponentId,
    slots: &mut Slots,
    grants: &mut Vec<Grant>,
) -> Option<Vec<Region>> {
    let mut builder = Builder {
        regions: Vec::new(),
        next: layout::REGIONS_BASE,
        slots,
        grants,
    };
    for name in &component.registers {
        let range = board::find(&context.board.registers, &name.value)?;
        let pages = (range.bytes() / layout::PAGE) as u32;
        let source = Source::Device {
            physical: range.first,
        };
        let slot = match is_large(range.first, range.bytes()) {
            true => {
                builder.next = builder.next.next_multiple_of(LARGE_FRAME);
                builder.frame_of_next()
            }
            false => Slot(0),
        };
        builder.add(name.value.clone(), pages, Access::ReadWrite, source, slot);
    }
    for (name, pages) in &component.dma {
        let slot = builder.frame_of_next();
        builder.add(
            name.value.clone(),
            *pages,
            Access::ReadWrite,
            Source::Dma,
            slot,
        );
    }
    for (name, pages) in &component.files {
        let source = Source::File { first_page: 0 };
        let name = name.value.clone();
        builder.add(name, *pages, Access::Read, source, Slot(0));
    }
    for (number, planned) in context.rings.iter().enumerate() {
        if planned.ring.client == id || planned.ring.server == id {
            ring(
                context,
                component,
                RingId(number as u16),
                planned,
                &mut builder,
            )?;
        }
    }
    Some(builder.regions)
}

/// Adds the pieces of a ring on one of its sides.
fn ring(
    context: &Context<'_>,
    component: &DraftComponent,
    number: RingId,
    planned: &Planned<'_>,
    builder: &mut Builder<'_>,
) -> Option<()> {
    let is_client = planned.client.name.value == component.name.value;
    let (base, peer) = match is_client {
        true => (planned.ring.connection.clone(), planned.ring.server),
        false => (planned.client.name.value.clone(), planned.ring.client),
    };
    let other = context.order.get(usize::from(peer.0))?;
    let bit = bits::of_ring(context, other, number)?;
    let kick = builder.grant(
        Rights::WRITE,
        What::Kick {
            ring: number,
            peer,
            bit,
        },
    );
    if planned.end == ServerEnd::Told && !is_client {
        builder.grant(Rights::WRITE, What::Tie { client: peer });
    }
    for part in RingPart::ALL
        .into_iter()
        .filter(|part| planned.ring.pages(*part) > 0)
    {
        let own = part.written_by_client() == is_client;
        let is_pool = matches!(part, RingPart::ClientPool | RingPart::ServerPool);
        let slot = match is_pool {
            false if own => kick,
            true if planned.reach == PoolReach::Device && !is_client => builder.frame_of_next(),
            _ => Slot(0),
        };
        let access = if own { Access::ReadWrite } else { Access::Read };
        let source = Source::Ring { ring: number, part };
        builder.add(
            part_name(&base, own, is_pool),
            planned.ring.pages(part),
            access,
            source,
            slot,
        );
    }
    Some(())
}

fn part_name(base: &str, own: bool, is_pool: bool) -> String {
    match (own, is_pool) {
        (true, false) => base.to_owned(),
        (false, false) => format!("{base}.peer"),
        (true, true) => format!("{base}.out"),
        (false, true) => format!("{base}.in"),
    }
}
