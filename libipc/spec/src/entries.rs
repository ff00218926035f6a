//! The start-up entries of a component: its grants and regions, by name.

use alloc::{string::String, vec::Vec};

use weft_abi::startup::{EntryKind, RING_APART, slots};

use crate::{
    Access, BUS_ENTRY, Bus, Component, ComponentId, Grant, Region, Ring, RingId, RingPart, Slot,
    Source, SystemSpec, What, badge,
};

/// An entry of a start-up page before it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StartEntry {
    /// Its name; at most 24 bytes.
    pub name: String,
    /// What it describes.
    pub kind: EntryKind,
    /// The slot, 0 for none.
    pub slot: Slot,
    /// First value, by kind.
    pub v0: u64,
    /// Second value, by kind.
    pub v1: u64,
}

/// Every entry of a component's start-up page. `counts` tells what a grant of memory came to on this
/// machine: the number of untypeds, and bytes (free memory) or the first physical address (device memory);
/// of a component's thread, the second number is the bytes of memory that the component holds.
///
/// Each ring has, besides the pieces of memory, a [`EntryKind::Notification`] entry of the same name whose
/// `v0` are the bits by which the other side wakes this component, and (at the server) `v1` the badge with
/// which the client also makes plain calls. `core_of` tells on which core a component runs, which depends on how many the machine has: it
/// is how each side of a ring learns whether the other is beside it ([`RING_APART`]). `v1` of a connection is the badge by which the component learns that the
/// server is gone, 0 if it does not.
pub fn startup_entries(
    spec: &SystemSpec,
    id: ComponentId,
    counts: &dyn Fn(&Grant) -> (u64, u64),
    core_of: &dyn Fn(ComponentId) -> u8,
) -> Vec<StartEntry> {
    let Some(component) = spec.component(id) else {
        return Vec::new();
    };
    let served = component
        .serves
        .iter()
        .enumerate()
        .map(|(number, served)| StartEntry {
            name: served.interface.clone(),
            kind: EntryKind::Server,
            slot: Slot(slots::ENDPOINT.0),
            v0: number as u64,
            v1: served.version,
        });
    let grants = component.grants.iter().filter(|g| !g.name.is_empty());
    served
        .chain(grants.filter_map(|grant| of_grant(spec, id, grant, counts)))
        .chain(component.regions.iter().map(|region| StartEntry {
            slot: peer_core(spec, id, region, core_of).unwrap_or(region.slot),
            ..of_region(region)
        }))
        .chain(of_bus(component))
        .chain(wakes(spec, id, component))
        .collect()
}

/// The entry of a named grant; `None` for what a region's entry already carries.
fn of_grant(
    spec: &SystemSpec,
    own: ComponentId,
    grant: &Grant,
    counts: &dyn Fn(&Grant) -> (u64, u64),
) -> Option<StartEntry> {
    let (kind, v0, v1) = match grant.what {
        What::Client { server, interface } => {
            (EntryKind::Client, interface.into(), tie(spec, own, server))
        }
        What::Irq { line, bit, .. } => (EntryKind::Irq, 1 << bit, u64::from(line)),
        What::Ports { first, last } => (EntryKind::Ports, first.into(), last.into()),
        What::Log => (EntryKind::Log, 0, 0),
        What::Reply => (EntryKind::Reply, 0, 0),
        What::FreeMemory { .. } | What::DeviceMemory { .. } => {
            let (v0, v1) = counts(grant);
            (EntryKind::Other, v0, v1)
        }
        What::OwnThread => (EntryKind::Other, own.0.into(), counts(grant).1),
        What::ThreadOf { component } => (EntryKind::Other, component.0.into(), counts(grant).1),
        What::SchedControl { max } => (EntryKind::Other, max.into(), 0),
        What::RegionFrame { .. } | What::Kick { .. } | What::Tie { .. } => return None,
        _ => (EntryKind::Other, 0, 0),
    };
    Some(StartEntry {
        name: grant.name.clone(),
        kind,
        slot: grant.slot,
        v0,
        v1,
    })
}

/// The badge by which a component learns that a server of its is gone; 0 if it does not.
fn tie(spec: &SystemSpec, own: ComponentId, server: ComponentId) -> u64 {
    let grants = spec.component(server).map(|found| &found.grants);
    let mut grants = grants.into_iter().flatten();
    match grants.any(|grant| grant.what == What::Tie { client: own }) {
        true => badge::of_tie(server),
        false => 0,
    }
}

fn of_bus(component: &Component) -> Option<StartEntry> {
    (component.bus != Bus::DIRECT).then(|| StartEntry {
        name: BUS_ENTRY.into(),
        kind: EntryKind::Other,
        slot: Slot(0),
        v0: component.bus.offset,
        v1: component.bus.limit,
    })
}

fn of_region(region: &Region) -> StartEntry {
    let kind = match region.source {
        Source::Device { .. } => EntryKind::Mmio,
        Source::Dma => EntryKind::Dma,
        Source::Ring {
            part: RingPart::Submissions | RingPart::Completions,
            ..
        } => EntryKind::Ring,
        Source::Ring { .. } => EntryKind::Pool,
        Source::File { .. } => EntryKind::File,
    };
    StartEntry {
        name: region.name.clone(),
        kind,
        slot: region.slot,
        v0: region.address,
        v1: region.bytes(),
    }
}

/// What stands in the place of the slot of the part of a ring that the peer writes.
fn peer_core(
    spec: &SystemSpec,
    own: ComponentId,
    region: &Region,
    core_of: &dyn Fn(ComponentId) -> u8,
) -> Option<Slot> {
    let Source::Ring {
        ring,
        part: RingPart::Submissions | RingPart::Completions,
    } = region.source
    else {
        return None;
    };
    let ring = spec.rings.get(usize::from(ring.0))?;
    let peer = if own == ring.client {
        ring.server
    } else {
        ring.client
    };
    let is_apart = core_of(own) != core_of(peer);
    let told = Slot(if is_apart { RING_APART } else { 0 });
    (region.access == Access::Read).then_some(told)
}

/// By which bits the other sides of a component's rings wake it.
fn wakes(spec: &SystemSpec, id: ComponentId, component: &Component) -> Vec<StartEntry> {
    let rings = spec.rings.iter().enumerate();
    rings
        .filter_map(|(number, ring)| wake(spec, id, component, RingId(number as u16), ring))
        .collect()
}

fn wake(
    spec: &SystemSpec,
    id: ComponentId,
    component: &Component,
    number: RingId,
    ring: &Ring,
) -> Option<StartEntry> {
    let (peer, own, caller) = match id {
        _ if id == ring.client => (ring.server, RingPart::Submissions, 0),
        _ if id == ring.server => (
            ring.client,
            RingPart::Completions,
            badge::of_client(ring.client, ring.interface),
        ),
        _ => return None,
    };
    let source = Source::Ring {
        ring: number,
        part: own,
    };
    let base = component
        .regions
        .iter()
        .find(|region| region.source == source)?;
    let bits = spec
        .component(peer)?
        .grants
        .iter()
        .find_map(|grant| match grant.what {
            What::Kick { ring, bit, .. } if ring == number => Some(1 << bit),
            _ => None,
        })?;
    Some(StartEntry {
        name: base.name.clone(),
        kind: EntryKind::Notification,
        slot: Slot(slots::NOTIFICATION.0),
        v0: bits,
        v1: caller,
    })
}
