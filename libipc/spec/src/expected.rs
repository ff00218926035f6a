//! What each CNode must hold: the list that root places and that the live CNodes are compared with.

use alloc::vec::Vec;

use weft_abi::{Kind, Rights};

use crate::{ComponentId, Grant, Slot, SystemSpec, What, badge};

/// One capability that must (or may) be in a CNode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expected {
    /// Where.
    pub slot: Slot,
    /// Of which kind.
    pub kind: Kind,
    /// With exactly these rights.
    pub rights: Rights,
    /// With this badge, or what the kernel reports in its place.
    pub badge: u64,
    /// Whether it must be there.
    pub presence: Presence,
}

/// Whether a capability must be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// It must.
    Required,
    /// It may: how many there are depends on the machine's memory.
    Allowed,
}

/// All that the CNode of `id` holds when the system has been built, in ascending order of slots; nothing
/// else is in it. Empty if there is no such component.
pub fn expected_capabilities(spec: &SystemSpec, id: ComponentId) -> Vec<Expected> {
    let Some(component) = spec.component(id) else {
        return Vec::new();
    };
    component
        .grants
        .iter()
        .flat_map(|grant| run(id, grant))
        .collect()
}

/// The capabilities of one grant.
fn run(id: ComponentId, grant: &Grant) -> impl Iterator<Item = Expected> {
    let presence = match grant.what {
        What::FreeMemory { .. } | What::DeviceMemory { .. } => Presence::Allowed,
        _ => Presence::Required,
    };
    let first = Expected {
        slot: grant.slot,
        kind: kind(grant.what),
        rights: grant.rights(),
        badge: badge_of(id, grant.what),
        presence,
    };
    (0..grant.slots()).map(move |n| Expected {
        slot: Slot(grant.slot.0 + n),
        ..first
    })
}

/// The kind of object that a grant names.
const fn kind(what: What) -> Kind {
    match what {
        What::OwnCNode | What::CNodeOf { .. } => Kind::CNode,
        What::OwnThread | What::ThreadOf { .. } => Kind::Thread,
        What::OwnSpace => Kind::AddressSpace,
        What::Reply => Kind::Reply,
        What::Endpoint | What::Client { .. } | What::Tie { .. } | What::Mint { .. } => {
            Kind::Endpoint
        }
        What::Notification | What::Kick { .. } => Kind::Notification,
        What::Irq { .. } => Kind::IrqHandler,
        What::Ports { .. } => Kind::IoPorts,
        What::RegionFrame { .. } => Kind::Frame,
        What::Log => Kind::Log,
        What::Machine => Kind::Machine,
        What::IrqControl => Kind::IrqControl,
        What::SchedControl { .. } => Kind::SchedControl,
        What::FreeMemory { .. } | What::DeviceMemory { .. } => Kind::Untyped,
    }
}

/// The badge that the kernel reports for a grant; ports and priorities have their limits there.
const fn badge_of(id: ComponentId, what: What) -> u64 {
    match what {
        What::Client { interface, .. } => badge::of_client(id, interface),
        What::Tie { .. } => badge::of_tie(id),
        What::Kick { bit, .. } => 1 << bit,
        What::Ports { first, last } => badge::of_ports(first, last),
        What::SchedControl { max } => max as u64,
        _ => 0,
    }
}
