//! Capabilities and their slots.

use weft_abi::{CPtr, Rights, startup::slots};
use weft_spec::{Grant, Slot, What};

use super::{Context, bits, faults};
use crate::{
    board,
    catalogue::Passes,
    draft::{DraftComponent, KernelRight, without_core},
};

/// Slots kept for all free memory: the machine's untypeds, and what is left of those that root used.
const FREE_MEMORY_SLOTS: u32 = 192;
/// Slots kept for a range of device memory: a range of n pages is at most 2·log2(n) powers of two.
const DEVICE_MEMORY_SLOTS: u32 = 64;

const REPLY: Rights = READ_WRITE.union(Rights::GRANT);
pub(super) const READ_WRITE: Rights = Rights::READ.union(Rights::WRITE);

/// Hands out slots in ascending order.
pub(super) struct Slots {
    next: u32,
}

impl Slots {
    pub(super) fn new() -> Self {
        Self {
            next: slots::FIRST.0,
        }
    }

    /// The first slot that nothing occupies, nor anything behind it.
    pub(super) fn first_free(&self) -> u32 {
        self.next
    }

    /// A grant in the next slot or slots.
    pub(super) fn grant(&mut self, name: impl Into<String>, rights: Rights, what: What) -> Grant {
        let grant = Grant {
            name: name.into(),
            slot: Slot(self.next),
            rights: rights.bits(),
            what,
        };
        self.next += grant.slots();
        grant
    }
}

/// What every program has, in slots that it knows, and further reply objects.
pub(super) fn basic(component: &DraftComponent, slots: &mut Slots) -> Vec<Grant> {
    let known = |slot: CPtr, rights: Rights, what| Grant {
        name: String::new(),
        slot: Slot(slot.0),
        rights: rights.bits(),
        what,
    };
    let mut grants = vec![known(slots::CNODE, READ_WRITE, What::OwnCNode)];
    if component.replies > 0 {
        grants.push(known(slots::REPLY, REPLY, What::Reply));
    }
    if !component.provides.is_empty() {
        grants.push(known(slots::ENDPOINT, Rights::READ, What::Endpoint));
    }
    grants.push(known(slots::NOTIFICATION, READ_WRITE, What::Notification));
    grants.extend((1..component.replies).map(|_| slots.grant("reply", REPLY, What::Reply)));
    grants
}

/// What the manifest names, except memory.
pub(super) fn named(
    context: &Context<'_>,
    component: &DraftComponent,
    slots: &mut Slots,
) -> Option<Vec<Grant>> {
    let mut grants = connections(context, component, slots)?;
    for name in &component.mints {
        let what = What::Mint {
            server: context.id(&name.value)?,
        };
        grants.push(slots.grant(
            format!("mint.{}", without_core(&name.value)),
            Rights::WRITE | Rights::GRANT,
            what,
        ));
    }
    grants.extend(hardware(context, component, slots)?);
    grants.extend(kernel(component, slots));
    if let Some(max) = &component.priorities {
        grants.push(slots.grant(
            "priorities",
            READ_WRITE,
            What::SchedControl { max: max.value },
        ));
    }
    for other in context
        .order
        .iter()
        .filter(|other| faults::supervises(component, other))
    {
        let id = context.id(&other.name.value)?;
        let name = format!("domain.{}", other.name.value);
        let both = Rights::READ | Rights::WRITE;
        grants.push(slots.grant(name, Rights::all(), What::ThreadOf { component: id }));
        grants.push(slots.grant("", both, What::CNodeOf { component: id }));
    }
    Some(grants)
}

fn connections(
    context: &Context<'_>,
    component: &DraftComponent,
    slots: &mut Slots,
) -> Option<Vec<Grant>> {
    let mut grants = Vec::new();
    for connection in &component.uses {
        let (server, interface) = (&connection.server.value, &connection.interface().value);
        let rights = match context.catalogue.interface(interface)?.passes {
            Passes::Data => Rights::WRITE,
            Passes::Capabilities => Rights::WRITE | Rights::GRANT,
        };
        let number = context.interface_number(server, interface)?;
        let what = What::Client {
            server: context.id(server)?,
            interface: number,
        };
        grants.push(slots.grant(connection.name.value.clone(), rights, what));
    }
    Some(grants)
}

fn hardware(
    context: &Context<'_>,
    component: &DraftComponent,
    slots: &mut Slots,
) -> Option<Vec<Grant>> {
    let mut grants = Vec::new();
    for (index, name) in component.irqs.iter().enumerate() {
        let irq = board::find(&context.board.irqs, &name.value)?;
        let what = What::Irq {
            line: irq.line,
            mode: irq.mode,
            bit: bits::of_irq(index)?,
        };
        grants.push(slots.grant(name.value.clone(), READ_WRITE, what));
    }
    for name in &component.ports {
        let range = board::find(&context.board.ports, &name.value)?;
        let what = What::Ports {
            first: range.first as u16,
            last: range.last as u16,
        };
        grants.push(slots.grant(name.value.clone(), READ_WRITE, what));
    }
    Some(grants)
}

fn kernel(component: &DraftComponent, slots: &mut Slots) -> Vec<Grant> {
    let has = |right| component.kernel.iter().any(|given| given.value == right);
    let mut log = Rights::empty();
    log.set(Rights::READ, has(KernelRight::LogRead));
    log.set(Rights::WRITE, has(KernelRight::LogWrite));
    let given = [
        (!log.is_empty(), "log", log, What::Log),
        (
            has(KernelRight::Machine),
            "machine",
            Rights::WRITE,
            What::Machine,
        ),
        (
            has(KernelRight::IrqControl),
            "irq-control",
            READ_WRITE,
            What::IrqControl,
        ),
        (
            has(KernelRight::AddressSpace),
            "space",
            READ_WRITE,
            What::OwnSpace,
        ),
        (
            has(KernelRight::Thread),
            "thread",
            READ_WRITE,
            What::OwnThread,
        ),
    ];
    let given = given.into_iter().filter(|(given, ..)| *given);
    given
        .map(|(_, name, rights, what)| slots.grant(name, rights, what))
        .collect()
}

/// Device memory, and all free memory.
pub(super) fn memory(
    context: &Context<'_>,
    component: &DraftComponent,
    slots: &mut Slots,
) -> Option<Vec<Grant>> {
    let mut grants = Vec::new();
    for name in &component.device_memory {
        let range = board::find(&context.board.device_memory, &name.value)?;
        let what = What::DeviceMemory {
            base: range.first,
            bytes: range.bytes(),
            most: DEVICE_MEMORY_SLOTS,
        };
        grants.push(slots.grant(name.value.clone(), Rights::all(), what));
    }
    if component
        .kernel
        .iter()
        .any(|right| right.value == KernelRight::FreeMemory)
    {
        let what = What::FreeMemory {
            most: FREE_MEMORY_SLOTS,
        };
        grants.push(slots.grant("free-memory", Rights::all(), what));
    }
    Some(grants)
}
