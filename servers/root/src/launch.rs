//! Lets components run.

use libipc::{
    CPtr, Rights,
    abi::{
        boot,
        layout::{STACK_TOP, STARTUP_PAGE},
    },
    objects::{Budget, CNode, Notification, SchedControl, Start, ThreadConfiguration},
};
use weft_spec::{Component, ComponentId, badge};

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
    let thread = domain.thread;
    let configuration = ThreadConfiguration {
        cnode: domain.cnode,
        space: domain.space,
        fault_endpoint,
    };
    thread
        .configure(configuration)
        .doing("configure a thread")?;
    thread
        .bind(Notification::from(domain.notification))
        .doing("bind a notification")?;
    if let Some(endpoint) = domain.endpoint {
        thread.serve(endpoint).doing("name an endpoint's server")?;
    }
    let start = Start {
        ip: domain.entry,
        sp: STACK_TOP,
        arguments: [STARTUP_PAGE, 0],
        thread_block: 0,
    };
    thread.set_start(start).doing("set a thread's start")?;
    schedule(component, domain)
}

fn schedule(component: &Component, domain: &Domain) -> Result<(), Trouble> {
    let schedule = component.schedule;
    let control = SchedControl::from(boot::SCHED_CONTROL);
    let time = Budget {
        budget_ns: schedule.budget_ns,
        period_ns: schedule.period_ns,
    };
    control
        .configure(domain.sched, schedule.priority, time)
        .doing("set a priority")?;
    control
        .set_ceiling(domain.thread, schedule.ceiling)
        .doing("set a ceiling")?;
    domain
        .sched
        .bind(domain.thread)
        .doing("bind a scheduling context")
}

/// Lets a component run as soon as root waits.
///
/// # Errors
/// A refusal.
pub fn start(domain: &Domain) -> Result<(), Trouble> {
    domain.thread.resume().doing("start a thread")
}
