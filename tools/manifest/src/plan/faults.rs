//! Who receives the faults of a component.
//!
//! The supervisor does, unless it calls the component itself, directly or through others: it would then
//! wait for the answer of a server whose fault only it could take. Root receives those.

use weft_spec::ComponentId;

use super::Context;
use crate::draft::{DraftComponent, Supervises};

pub(super) fn receiver(context: &Context<'_>, component: &DraftComponent) -> Option<ComponentId> {
    let supervisor = context
        .order
        .iter()
        .find(|other| supervises(other, component))?;
    if calls(context, supervisor, &component.name.value) {
        return None;
    }
    context.id(&supervisor.name.value)
}

/// Whether one component supervises another; none supervises itself.
pub(super) fn supervises(supervisor: &DraftComponent, component: &DraftComponent) -> bool {
    let name = &component.name.value;
    match &supervisor.supervises {
        Some(_) if supervisor.name.value == *name => false,
        Some(Supervises::All(_)) => true,
        Some(Supervises::Some(list)) => list.iter().any(|listed| listed.value == *name),
        None => false,
    }
}

/// Whether calls of a component can lead to the one with this name. The call graph has no cycle.
fn calls(context: &Context<'_>, caller: &DraftComponent, name: &str) -> bool {
    caller
        .uses
        .iter()
        .map(|connection| connection.server.value.as_str())
        .any(|server| {
            let next = context
                .order
                .iter()
                .find(|other| other.name.value == server);
            server == name || next.is_some_and(|next| calls(context, next, name))
        })
}
