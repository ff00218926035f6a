//! Device registers and device memory, taken out of the untypeds that cover them.

use alloc::vec::Vec;

use libipc::{
    CPtr, Kind,
    abi::{
        boot::{self, BootInfo},
        cap::MemoryClass,
    },
    objects::{CNode, Untyped},
};
use weft_spec::{ComponentId, Grant, Slot, Source, SystemSpec, What};

use crate::{
    devices::{self, Range, Shape, Step},
    pieces::Piece,
    trouble::{Doing, Trouble},
    workshop::{Run, Workshop},
};

/// Who is given a range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Owner {
    /// A region of a component.
    Region(ComponentId, u16),
    /// A grant of a component, by its slot.
    Grant(ComponentId, Slot),
}

/// What was made of device memory.
pub struct Registry {
    made: Vec<(Owner, Vec<Run>)>,
}

impl Registry {
    /// Makes frames and untypeds for all components.
    ///
    /// # Errors
    /// If the machine has nothing at an address, no slot is left, or the kernel refuses.
    pub fn make(
        workshop: &mut Workshop,
        boot: &BootInfo,
        spec: &SystemSpec,
    ) -> Result<Self, Trouble> {
        let wanted = wanted(spec);
        let ranges: Vec<Range> = wanted.iter().map(|(_, range)| *range).collect();
        let (slots, pieces) = device_untypeds(boot);
        let steps = devices::plan(&pieces, &ranges).map_err(|index| {
            Trouble::NoSuchMemory(ranges.get(index).map_or(0, |range| range.base))
        })?;
        let mut made: Vec<(Owner, Vec<Run>)> = wanted
            .iter()
            .map(|(owner, _)| (*owner, Vec::new()))
            .collect();
        for step in steps {
            let run = carry_out(workshop, &slots, step)?;
            if let Some((_, runs)) = step.range.and_then(|range| made.get_mut(range)) {
                runs.push(run);
            }
        }
        Ok(Self { made })
    }

    fn runs(&self, owner: Owner) -> &[Run] {
        self.made
            .iter()
            .find(|(known, _)| *known == owner)
            .map_or(&[], |(_, runs)| runs)
    }

    /// The frames of a component's region. They are in consecutive slots because nothing else is made between.
    pub fn frames(&self, component: ComponentId, region: u16) -> Option<Run> {
        let runs = self.runs(Owner::Region(component, region));
        let first = runs.first()?.first;
        Some(Run {
            first,
            count: runs.iter().map(|run| run.count).sum(),
        })
    }

    /// The untypeds of a component's grant.
    pub fn untypeds(&self, component: ComponentId, grant: &Grant) -> Vec<CPtr> {
        let runs = self.runs(Owner::Grant(component, grant.slot));
        runs.iter().flat_map(|run| run.slots()).collect()
    }
}

/// Everything that the specification gives of device memory.
fn wanted(spec: &SystemSpec) -> Vec<(Owner, Range)> {
    let mut wanted = Vec::new();
    for (id, component) in spec.numbered() {
        for (index, region) in component.regions.iter().enumerate() {
            if let Source::Device { physical } = region.source {
                let range = Range {
                    base: physical,
                    bytes: region.bytes(),
                    shape: Shape::Frames {
                        log2: region.frame_log2(),
                    },
                };
                wanted.push((Owner::Region(id, index as u16), range));
            }
        }
        for grant in &component.grants {
            if let What::DeviceMemory { base, bytes, .. } = grant.what {
                let range = Range {
                    base,
                    bytes,
                    shape: Shape::Untypeds,
                };
                wanted.push((Owner::Grant(id, grant.slot), range));
            }
        }
    }
    wanted
}

/// The untypeds of device memory: slots, and what they cover.
fn device_untypeds(boot: &BootInfo) -> (Vec<CPtr>, Vec<Piece>) {
    boot.untypeds
        .iter()
        .take(boot.untyped_count as usize)
        .filter(|entry| entry.class == MemoryClass::Device as u8)
        .map(|entry| {
            (
                CPtr(entry.slot),
                Piece {
                    base: entry.base,
                    log2: entry.size,
                },
            )
        })
        .unzip()
}

fn carry_out(workshop: &mut Workshop, slots: &[CPtr], step: Step) -> Result<Run, Trouble> {
    let run = workshop.slots(step.count as u32)?;
    let untyped = slots.get(step.untyped).ok_or(Trouble::NoSuchMemory(0))?;
    let (kind, size) = match step.shape {
        Shape::Frames { .. } => (Kind::Frame, step.log2),
        Shape::Untypeds => (Kind::Untyped, step.log2),
    };
    Untyped::from(*untyped)
        .retype_many(kind, size, CNode::from(boot::CNODE), run.first, step.count)
        .doing("make device memory")?;
    Ok(run)
}
