//! The order in which components start: servers before their clients, otherwise as in the text.

use crate::draft::{Draft, DraftComponent};

/// All components; the call graph has no cycle.
pub(super) fn servers_first(draft: &Draft) -> Vec<&DraftComponent> {
    let mut order: Vec<&DraftComponent> = Vec::with_capacity(draft.components.len());
    draft
        .components
        .iter()
        .for_each(|component| visit(draft, component, &mut order));
    order
}

fn visit<'d>(draft: &'d Draft, component: &'d DraftComponent, order: &mut Vec<&'d DraftComponent>) {
    if order
        .iter()
        .any(|known| known.name.value == component.name.value)
    {
        return;
    }
    let servers = component
        .uses
        .iter()
        .filter_map(|connection| draft.component(&connection.server.value));
    servers.for_each(|server| visit(draft, server, order));
    order.push(component);
}
