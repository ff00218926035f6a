//! How many rings end at a server: it keeps them, and the pools of who lends to it, in memory of its own of fixed size.
//! And who can be told of a server's end: what tells it is a connection in the server's hands, and only a component with
//! several interfaces refuses what comes by a connection that is for none of them.

use libipc_ring::MAX_RINGS;

use crate::{
    diagnostic::Report,
    draft::{Draft, DraftComponent, ServerEnd, Use},
};

pub(super) fn check(draft: &Draft, instances: &Draft, report: &mut Report<'_>) {
    for client in &draft.components {
        told(client, report);
    }
    for server in &instances.components {
        let all = instances.components.iter().flat_map(|client| &client.uses);
        if let Some(connection) = all.filter(|one| is_ring_to(one, server)).nth(MAX_RINGS) {
            let name = &server.name;
            let message = format!("more than {MAX_RINGS} rings end at `{}`", name.value);
            let server = (name.place, format!("`{}` is here", name.value));
            let remedy = "leave `ring` out where calls will do, or divide the server";
            report.conflict(connection.name.place, message, &[server], remedy);
        }
    }
}

/// Who wants to be told.
fn told(client: &DraftComponent, report: &mut Report<'_>) {
    let rings = client.uses.iter().filter_map(|one| one.ring.as_ref());
    for ring in rings.filter(|ring| ring.end == ServerEnd::Told) {
        if client.provides.len() < 2 {
            let name = &client.name.value;
            let message = format!("`{name}` cannot be told of a server's end");
            let remedy =
                "leave `end` out: only components that provide several interfaces are told";
            report.error(ring.place, message, remedy);
        }
    }
}

fn is_ring_to(connection: &Use, server: &DraftComponent) -> bool {
    connection.ring.is_some() && connection.server.value == server.name.value
}
