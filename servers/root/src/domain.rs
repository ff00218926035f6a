//! The objects of a component, before they are put together.

use alloc::vec::Vec;

use libipc::{
    CPtr, Kind,
    abi::cap::MapFlags,
    objects::{AddressSpace, CNode, SchedContext, Thread},
};
use weft_spec::{Component, What};

use crate::{trouble::Trouble, workshop::Workshop};

/// The objects of a component.
pub struct Domain {
    /// Its CNode.
    pub cnode: CNode,
    /// Its address space.
    pub space: AddressSpace,
    /// Its thread.
    pub thread: Thread,
    /// Its share of processor time.
    pub sched: SchedContext,
    /// The notification bound to its thread.
    pub notification: CPtr,
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
    /// No memory or slots.
    pub fn new(workshop: &mut Workshop, component: &Component) -> Result<Self, Trouble> {
        let endpoint = has(component, What::Endpoint).then(|| workshop.make(Kind::Endpoint, 0));
        let replies = component
            .grants
            .iter()
            .filter(|grant| grant.what == What::Reply);
        Ok(Self {
            cnode: workshop
                .make(Kind::CNode, component.sizes.cnode_size)?
                .into(),
            space: workshop.make(Kind::AddressSpace, 0)?.into(),
            thread: workshop.make(Kind::Thread, 0)?.into(),
            sched: workshop.make(Kind::SchedContext, 0)?.into(),
            notification: workshop.make(Kind::Notification, 0)?,
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
    pub fn mapping(&self, address: u64, flags: MapFlags) -> crate::workshop::Mapping {
        crate::workshop::Mapping {
            space: self.space,
            address,
            flags,
        }
    }
}

fn has(component: &Component, what: What) -> bool {
    component.grants.iter().any(|grant| grant.what == what)
}
