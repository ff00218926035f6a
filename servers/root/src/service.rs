//! What root does when the system runs: the interface `system`, and faults that no supervisor can take.
//!
//! A component that faults is ended, so that those who wait for it get an error instead of waiting for ever.

use libipc::{
    CPtr, Caller, Fault, FaultAnswer, FaultKind, Message, Reply, Request, Service,
    abi::{
        boot,
        layout::{PAGE, STACK_MAX, STACK_TOP},
    },
    objects::{CNode, Log, Machine, Thread},
};
use proto::system;
use weft_spec::{Component, ComponentId, SystemSpec, What, badge};

use crate::{build::Built, domain::Domain};

/// Root, as its clients see it.
pub struct Root {
    built: Built,
}

impl Root {
    /// Serves a system that was built.
    pub fn new(built: Built) -> Self {
        Self { built }
    }

    fn component(&self, client: u64) -> Option<(ComponentId, &Component, &Domain)> {
        let id = badge::component(client as u32)?;
        let domain = self.built.domains.get(usize::from(id.0))?;
        Some((id, self.built.spec.component(id)?, domain))
    }
}

impl Service for Root {
    fn request(&mut self, request: Request<'_>) {
        match request.message.label() {
            // It is deferred, but nobody answers it: no further reply object is needed.
            system::labels::POWER_OFF => power_off(request.message),
            _ => system::dispatch(self, request),
        }
    }

    fn fault(&mut self, fault: Fault) -> FaultAnswer {
        if let Some((id, component, domain)) = self.component(fault.badge) {
            report(component, fault);
            end(&self.built.spec, &self.built.domains, id, domain);
        }
        FaultAnswer::Stop
    }
}

fn report(component: &Component, fault: Fault) {
    let (address, ip, code) = (fault.address, fault.ip, fault.code);
    let name = &component.name;
    let stack = component.sizes.stack_bytes();
    if !is_overflow(fault, stack) {
        let reason = fault.text();
        return libipc::log!(
            "{name} is ended: {reason} (address {address:#x}, instruction {ip:#x}, code {code:#x})"
        );
    }
    let kib = stack >> 10;
    match (stack * 2).min(STACK_MAX) >> 10 {
        more if more > kib => libipc::log!(
            "{name} is ended: stack overflow, {kib} KiB were not enough; give it more in the manifest: \
             `stack = \"{more} KiB\"` (address {address:#x}, instruction {ip:#x})"
        ),
        _ => libipc::log!(
            "{name} is ended: stack overflow, {kib} KiB were not enough, and there cannot be more (address {address:#x}, \
             instruction {ip:#x})"
        ),
    }
}

/// Whether a program went beyond the end of its stack of so many bytes.
fn is_overflow(fault: Fault, stack_bytes: u64) -> bool {
    let below_stack = STACK_TOP - STACK_MAX - PAGE..STACK_TOP - stack_bytes;
    let touches = matches!(fault.kind, FaultKind::Read | FaultKind::Write);
    touches && below_stack.contains(&fault.address)
}

/// Destroys the thread of a component and ends its connections. Its original capability is with the supervisor, if there
/// is one.
fn end(spec: &SystemSpec, domains: &[Domain], id: ComponentId, domain: &Domain) {
    let (cnode, slot) =
        original_thread(spec, domains, id).unwrap_or((CNode::OWN, domain.parts.thread.cptr()));
    if let Err(refusal) = cnode.delete(slot) {
        libipc::log!(
            "a faulty component cannot be ended: {}",
            refusal.text().trim()
        );
    }
    weft_domain::disconnect(domain.parts.cnode);
}

fn original_thread(
    spec: &SystemSpec,
    domains: &[Domain],
    id: ComponentId,
) -> Option<(CNode, CPtr)> {
    spec.components
        .iter()
        .zip(domains)
        .find_map(|(supervisor, domain)| {
            let wanted = What::ThreadOf { component: id };
            let grant = supervisor
                .grants
                .iter()
                .find(|grant| grant.what == wanted)?;
            Some((domain.parts.cnode, grant.slot.cptr()))
        })
}

/// The greatest status that a machine can tell; those above are told as this one.
const GREATEST_STATUS: u8 = 127;

/// Switches the machine off with the status in a request; a request without one means 0.
fn power_off(message: &mut Message) {
    let status = message.payload().first().copied().unwrap_or(0);
    libipc::log!("power off with status {status}");
    if let Err(refusal) = Machine::from(boot::MACHINE).off(status.min(GREATEST_STATUS)) {
        libipc::log!(
            "the machine cannot be switched off: {}",
            refusal.text().trim()
        );
    }
}

const _: () = assert!(weft_spec::MAX_BOOT_ARGS == system::MAX_ARGUMENTS as usize);

impl system::Server for Root {
    fn power_off(&mut self, _: Caller, status: u8, _: Reply<(), core::convert::Infallible>) {
        // Only reached if `request` did not do it already.
        let _ = Machine::from(boot::MACHINE).off(status.min(GREATEST_STATUS));
    }

    fn boot_arguments(
        &mut self,
        _: Caller,
    ) -> libipc::codec::Bytes<{ system::MAX_ARGUMENTS as usize }> {
        bounded(self.built.arguments.as_bytes())
    }

    fn read_log(
        &mut self,
        _: Caller,
        position: u64,
    ) -> (libipc::codec::Bytes<{ system::MAX_LOG as usize }>, u64) {
        let mut buffer = [0; system::MAX_LOG as usize];
        match Log::from(boot::LOG).read(position, &mut buffer) {
            Ok(read) => (
                bounded(buffer.get(..read.length).unwrap_or_default()),
                read.next,
            ),
            Err(_) => (bounded(&[]), position),
        }
    }

    fn usage(&mut self, _: Caller) -> (u64, u64, u32, u8) {
        let told = Thread::from(boot::THREAD).describe();
        let (cpu_ns, priority) = told.map_or((0, 0), |told| (told.cpu_ns, told.priority));
        let held = CNode::from(boot::CNODE).count();
        let capabilities = held.map_or(0, |held| held.used as u32);
        (cpu_ns, self.built.own_bytes, capabilities, priority)
    }
}

/// As many of the bytes as fit.
fn bounded<const N: usize>(bytes: &[u8]) -> libipc::codec::Bytes<N> {
    let fitting = bytes.get(..bytes.len().min(N)).unwrap_or_default();
    libipc::codec::Bytes::from_slice(fitting).unwrap_or_default()
}
