//! The whole system: programs, components and rings.

use alloc::{string::String, vec::Vec};

use serde::{Deserialize, Serialize};
use weft_abi::cap::CacheMode;

use crate::{Bus, Coherence, Component, Grant, Region, Ring, RingId, RingPart, Source, What};

/// A component, by its place in [`SystemSpec::components`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ComponentId(pub u16);

impl ComponentId {
    /// Root, which is no component but serves [`ROOT_INTERFACE`].
    pub const ROOT: Self = Self(u16::MAX);
}

/// The name by which manifests mean root.
pub const ROOT_NAME: &str = "root";
/// The most bytes of boot arguments: what root can hand over in one answer.
pub const MAX_BOOT_ARGS: usize = 1536;
/// The interface that root serves.
pub const ROOT_INTERFACE: &str = "system";

/// A program, by its place in the boot image's program table. 0 is root.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ProgramId(pub u16);

/// What the composer writes and root carries out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SystemSpec {
    /// The system's name, for people.
    pub name: String,
    /// The board that it was composed for.
    pub board: String,
    /// Whether programs are built so that they count and trace the calls of their methods.
    pub meters: bool,
    /// Whether devices look into the processors' caches.
    pub coherence: Coherence,
    /// The programs' names, in the order of the image's program table; the first is root.
    pub programs: Vec<String>,
    /// The components in the order in which they start: servers before their clients.
    pub components: Vec<Component>,
    /// The rings between components.
    pub rings: Vec<Ring>,
}

impl SystemSpec {
    /// The component of an identifier, if there is one.
    pub fn component(&self, id: ComponentId) -> Option<&Component> {
        self.components.get(usize::from(id.0))
    }

    /// Every component with its identifier, in the order in which they start.
    pub fn numbered(&self) -> impl Iterator<Item = (ComponentId, &Component)> {
        self.components
            .iter()
            .enumerate()
            .map(|(index, component)| (ComponentId(index as u16), component))
    }

    /// The components that know where memory is and so can point a device at it. Without an IOMMU, their devices
    /// can reach all memory.
    pub fn masters(&self) -> impl Iterator<Item = &Component> {
        let is_memory = |component: &Component, grant: &Grant| match grant.what {
            What::RegionFrame { region } => {
                let region = component.regions.get(usize::from(region));
                region.is_none_or(|region| !matches!(region.source, Source::Device { .. }))
            }
            _ => false,
        };
        let knows = move |component: &&Component| {
            let mut grants = component.grants.iter();
            grants.any(|grant| is_memory(component, grant))
        };
        self.components.iter().filter(knows)
    }

    /// By which bus a device reaches a piece of a ring, if one does: then its server knows where it is.
    pub fn bus_of_ring(&self, ring: RingId, part: RingPart) -> Option<Bus> {
        let is_pool = matches!(part, RingPart::ClientPool | RingPart::ServerPool);
        let server = self.rings.get(usize::from(ring.0)).filter(|_| is_pool)?;
        let server = self.component(server.server)?;
        let knows =
            |region: &Region| region.source == Source::Ring { ring, part } && region.slot.0 != 0;
        server.regions.iter().any(knows).then_some(server.bus)
    }

    /// By which bus a device reaches a component's region, if one does.
    pub fn bus_of(&self, component: &Component, region: &Region) -> Option<Bus> {
        match region.source {
            Source::Dma => Some(component.bus),
            Source::Ring { ring, part } => self.bus_of_ring(ring, part),
            Source::Device { .. } | Source::File { .. } => None,
        }
    }

    /// How a component's region is cached. Both sides of a ring see it in the same way.
    pub fn cache(&self, component: &Component, region: &Region) -> CacheMode {
        match (region.source, self.coherence) {
            (Source::Device { .. }, _) => CacheMode::Device,
            (_, Coherence::Coherent) => CacheMode::Normal,
            (_, Coherence::Incoherent) => match self.bus_of(component, region) {
                Some(_) => CacheMode::Uncached,
                None => CacheMode::Normal,
            },
        }
    }

    /// Finds a component by its name.
    pub fn find(&self, name: &str) -> Option<(ComponentId, &Component)> {
        self.numbered()
            .find(|(_, component)| component.name == name)
    }
}
