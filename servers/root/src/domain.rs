//! The objects of a component, before they are put together.

use alloc::vec::Vec;

use libipc::{
    CPtr, Kind,
    abi::{boot, cap::MapFlags},
    objects::SchedControl,
};
use weft_domain::{Builder, Mapping, Parts};
use weft_spec::{Component, Counters, What};

use crate::{trouble::Trouble, workshop::Workshop};

/// The objects of a component.
pub struct Domain {
    /// The core that it is on.
    pub core: u8,
    /// Those that every domain has.
    pub parts: Parts,
    /// Its endpoint, if it serves.
    pub endpoint: Option<CPtr>,
    /// Its reply objects, in the order of slots.
    pub replies: Vec<CPtr>,
    /// For each of its regions the first frame.
    pub region_frames: Vec<CPtr>,
    /// The frame of its start-up page.
    pub startup: CPtr,
    /// Bytes of memory that it has for itself.
    pub own_bytes: u64,
    /// Where it starts.
    pub entry: u64,
}

impl Domain {
    /// Makes the objects.
    ///
    /// # Errors
    /// No memory or slots, or a refusal.
    pub fn new(workshop: &mut Workshop, component: &Component) -> Result<Self, Trouble> {
        let core = workshop.work_for(component);
        let endpoint = has(component, What::Endpoint).then(|| workshop.make(Kind::Endpoint, 0));
        let replies = component
            .grants
            .iter()
            .filter(|grant| grant.what == What::Reply);
        let parts = Parts::new(workshop, component.sizes.cnode_size)?;
        if component.counters == Counters::Open {
            let control = SchedControl::from(boot::sched_control(core));
            parts.allow_counters(workshop, control)?;
        }
        Ok(Self {
            core,
            parts,
            endpoint: endpoint.transpose()?,
            replies: replies
                .map(|_| workshop.make(Kind::Reply, 0))
                .collect::<Result<_, _>>()?,
            region_frames: Vec::new(),
            startup: CPtr::NULL,
            own_bytes: 0,
            entry: 0,
        })
    }

    /// A mapping in its address space.
    pub fn mapping(&self, address: u64, flags: MapFlags) -> Mapping {
        Mapping {
            space: self.parts.space,
            address,
            flags,
        }
    }
}

fn has(component: &Component, what: What) -> bool {
    component.grants.iter().any(|grant| grant.what == what)
}
