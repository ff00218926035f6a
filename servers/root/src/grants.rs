//! Places the capabilities of a component in the slots that the specification names.

use alloc::vec::Vec;

use libipc::{
    CPtr, Rights,
    abi::boot,
    objects::{CNode, IrqControl, IrqHandler, IrqMode, Notification},
};
use weft_spec::{ComponentId, Grant, What, badge};

use crate::{
    domain::Domain,
    trouble::{Doing, Trouble},
    workshop::Workshop,
};

const OWN: CNode = CNode::OWN;

/// What grants are made from.
pub struct Stock<'a> {
    /// The objects of all components.
    pub domains: &'a mut [Domain],
    /// The endpoint on which root serves.
    pub root_endpoint: CPtr,
    /// For a component's grant of device memory (by slot) the untypeds.
    pub device_memory: &'a dyn Fn(ComponentId, &Grant) -> Vec<CPtr>,
}

impl Stock<'_> {
    fn domain(&self, id: ComponentId) -> Result<&Domain, Trouble> {
        self.domains
            .get(usize::from(id.0))
            .ok_or(Trouble::Dangling("component"))
    }

    fn endpoint(&self, id: ComponentId) -> Result<CPtr, Trouble> {
        if id == ComponentId::ROOT {
            return Ok(self.root_endpoint);
        }
        self.domain(id)?
            .endpoint
            .ok_or(Trouble::Dangling("endpoint"))
    }
}

/// Places the capabilities of one component, except threads of others and free memory.
///
/// # Errors
/// A refusal, or the specification names what is not there.
pub fn place(
    workshop: &mut Workshop,
    stock: &Stock<'_>,
    id: ComponentId,
    grants: &[Grant],
) -> Result<(), Trouble> {
    let domain = stock.domain(id)?;
    let mut replies = domain.replies.iter().copied();
    for grant in grants {
        match grant.what {
            What::Reply => {
                let reply = replies.next().ok_or(Trouble::Dangling("reply object"))?;
                copy(domain, grant, reply)?;
            }
            What::Irq { line, mode, bit } => {
                let handler = interrupt(workshop, domain, line, mode, bit)?;
                copy(domain, grant, handler)?;
            }
            What::DeviceMemory { .. } => {
                let untypeds = (stock.device_memory)(id, grant);
                move_all(domain.parts.cnode, grant, untypeds)?;
            }
            What::ThreadOf { .. } | What::FreeMemory { .. } => {}
            What::Client { server, interface } => {
                let badge = badge::of_client(id, interface);
                connect(workshop, domain, grant, (stock.endpoint(server)?, badge))?;
            }
            What::Tie { client } => {
                let badge = badge::of_tie(id);
                connect(workshop, domain, grant, (stock.endpoint(client)?, badge))?;
            }
            _ => one(stock, id, grant)?,
        }
    }
    Ok(())
}

/// Places what needs nothing but a copy, with or without a badge.
fn one(stock: &Stock<'_>, id: ComponentId, grant: &Grant) -> Result<(), Trouble> {
    let domain = stock.domain(id)?;
    let mint = |from, badge| {
        let target = domain.parts.cnode;
        target
            .mint(grant.slot.cptr(), OWN, from, grant.rights(), badge)
            .doing("mint a capability")
    };
    match grant.what {
        What::OwnCNode => copy(domain, grant, domain.parts.cnode.cptr()),
        What::OwnThread => copy(domain, grant, domain.parts.thread.cptr()),
        What::OwnSpace => copy(domain, grant, domain.parts.space.cptr()),
        What::Notification => copy(domain, grant, domain.parts.notification.cptr()),
        What::Endpoint => copy(domain, grant, stock.endpoint(id)?),
        What::Mint { server } => copy(domain, grant, stock.endpoint(server)?),
        What::Kick { peer, bit, .. } => {
            mint(stock.domain(peer)?.parts.notification.cptr(), 1 << bit)
        }
        What::Ports { first, last } => mint(boot::PORTS, badge::of_ports(first, last)),
        What::RegionFrame { region } => {
            let frame = domain.region_frames.get(usize::from(region));
            copy(domain, grant, *frame.ok_or(Trouble::Dangling("region"))?)
        }
        What::Log => copy(domain, grant, boot::LOG),
        What::Machine => copy(domain, grant, boot::MACHINE),
        What::IrqControl => copy(domain, grant, boot::IRQ_CONTROL),
        What::SchedControl { max } => mint(boot::sched_control(domain.core), max.into()),
        What::CNodeOf { component } => {
            copy(domain, grant, stock.domain(component)?.parts.cnode.cptr())
        }
        What::Reply
        | What::Client { .. }
        | What::Tie { .. }
        | What::Irq { .. }
        | What::ThreadOf { .. }
        | What::FreeMemory { .. }
        | What::DeviceMemory { .. } => Ok(()),
    }
}

fn copy(domain: &Domain, grant: &Grant, from: CPtr) -> Result<(), Trouble> {
    let target = domain.parts.cnode;
    target
        .copy(grant.slot.cptr(), OWN, from, grant.rights())
        .doing("copy a capability")
}

/// Makes a connection. Root keeps the session, so that the server is told when the component is gone.
fn connect(
    workshop: &mut Workshop,
    domain: &Domain,
    grant: &Grant,
    (endpoint, badge): (CPtr, u64),
) -> Result<(), Trouble> {
    let session = workshop.slot()?;
    OWN.mint(session, OWN, endpoint, grant.rights(), badge)
        .doing("mint a connection")?;
    copy(domain, grant, session)
}

/// Makes the handler of an interrupt that signals a bit of the component's notification.
fn interrupt(
    workshop: &mut Workshop,
    domain: &Domain,
    line: u32,
    mode: weft_spec::IrqMode,
    bit: u8,
) -> Result<CPtr, Trouble> {
    let mode = match mode {
        weft_spec::IrqMode::Edge => IrqMode::EdgeHigh,
        weft_spec::IrqMode::LevelLow => IrqMode::LevelLow,
        weft_spec::IrqMode::LevelHigh => IrqMode::LevelHigh,
    };
    let (handler, signal) = (workshop.slot()?, workshop.slot()?);
    IrqControl::from(boot::IRQ_CONTROL)
        .create(line, mode, OWN, handler)
        .doing("take an interrupt")?;
    OWN.mint(
        signal,
        OWN,
        domain.parts.notification.cptr(),
        Rights::WRITE,
        1 << bit,
    )
    .doing("mint a notification")?;
    IrqHandler::from(handler)
        .bind(Notification::from(signal))
        .doing("bind an interrupt")?;
    Ok(handler)
}

/// Moves capabilities into the consecutive slots of a grant, as many as it has.
///
/// # Errors
/// A refusal.
pub fn move_all(
    cnode: CNode,
    grant: &Grant,
    from: impl IntoIterator<Item = CPtr>,
) -> Result<u32, Trouble> {
    let slots = grant.slot.0..grant.slot.0 + grant.slots();
    let mut moved = 0;
    for (to, from) in slots.zip(from) {
        cnode
            .move_from(CPtr(to), OWN, from)
            .doing("move a capability")?;
        moved += 1;
    }
    Ok(moved)
}

/// Gives supervisors the original capabilities of the threads that they look after; root keeps copies.
///
/// # Errors
/// No slot, a refusal, or the specification names what is not there.
pub fn move_threads(
    workshop: &mut Workshop,
    stock: &mut Stock<'_>,
    supervisor: ComponentId,
    grants: &[Grant],
) -> Result<(), Trouble> {
    let target = stock.domain(supervisor)?.parts.cnode;
    for grant in grants {
        let What::ThreadOf { component } = grant.what else {
            continue;
        };
        let original = stock.domain(component)?.parts.thread.cptr();
        let kept = workshop.copy(original)?;
        target
            .move_from(grant.slot.cptr(), OWN, original)
            .doing("move a thread")?;
        if let Some(domain) = stock.domains.get_mut(usize::from(component.0)) {
            domain.parts.thread = kept.into();
        }
    }
    Ok(())
}
