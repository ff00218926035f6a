//! Lets components run.

use libipc::{
    CPtr, Rights,
    abi::{boot, deadlines::DEADLINE_PRIORITY, syscall::ThreadUses},
    objects::{Budget, CNode, Endpoint, SchedControl},
};
use weft_domain::{Turn, Urgency};
use weft_spec::{Component, ComponentId, Fpu, badge};

use crate::{
    domain::Domain,
    trouble::{Doing, Trouble},
    workshop::Workshop,
};

const OWN: CNode = CNode::OWN;

/// Puts the objects of a component together. `faults` is the endpoint that receives its faults.
///
/// # Errors
/// No slot, or a refusal.
pub fn configure(
    workshop: &mut Workshop,
    id: ComponentId,
    component: &Component,
    domain: &Domain,
    faults: CPtr,
) -> Result<(), Trouble> {
    let fault_endpoint = workshop.slot()?;
    let rights = Rights::WRITE | Rights::GRANT;
    OWN.mint(fault_endpoint, OWN, faults, rights, badge::of_faults(id))
        .doing("mint a fault endpoint")?;
    let parts = &domain.parts;
    let uses = match component.fpu {
        Fpu::Absent => ThreadUses::empty(),
        Fpu::Present => ThreadUses::VECTORS,
    };
    parts.configure(workshop, fault_endpoint, domain.entry, uses)?;
    // The thread has its own; what is kept of a connection would tell of a client that is none.
    OWN.delete(fault_endpoint)
        .doing("delete a fault endpoint")?;
    if let Some(endpoint) = domain.endpoint {
        parts
            .thread
            .serve(endpoint)
            .doing("name an endpoint's server")?;
        Endpoint::from(endpoint)
            .set_min_budget(component.schedule.min_budget_ns)
            .doing("set what clients must have left")?;
    }
    let schedule = component.schedule;
    let core = workshop.work_for(component);
    let turn = Turn {
        control: SchedControl::from(boot::sched_control(core)),
        urgency: match schedule.priority {
            DEADLINE_PRIORITY => Urgency::Deadlines {
                blocking_ns: schedule.blocking_ns,
            },
            priority => Urgency::Priority(priority),
        },
        time: Budget {
            budget_ns: schedule.budget_ns,
            period_ns: schedule.period_ns,
        },
    };
    parts.schedule(workshop, turn)?;
    if schedule.ceiling == DEADLINE_PRIORITY {
        // It has deadlines, and no priority at which it serves.
        return Ok(());
    }
    turn.control
        .set_ceiling(parts.thread, schedule.ceiling)
        .doing("set a ceiling")
}

/// Lets a component run as soon as root waits.
///
/// # Errors
/// A refusal.
pub fn start(domain: &Domain) -> Result<(), Trouble> {
    domain.parts.thread.resume().doing("start a thread")
}
