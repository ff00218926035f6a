//! How many rings end at a server: it keeps them, and the pools of who lends to it, in memory of its own of fixed size.

use libipc_ring::MAX_RINGS;

use crate::{
    diagnostic::Report,
    draft::{Draft, DraftComponent, Use},
};

pub(super) fn check(draft: &Draft, report: &mut Report<'_>) {
    for server in &draft.components {
        let all = draft.components.iter().flat_map(|client| &client.uses);
        if let Some(connection) = all.filter(|one| is_ring_to(one, server)).nth(MAX_RINGS) {
            let name = &server.name;
            let message = format!("more than {MAX_RINGS} rings end at `{}`", name.value);
            let server = (name.place, format!("`{}` is here", name.value));
            let remedy = "leave `ring` out where calls will do, or divide the server";
            report.conflict(connection.name.place, message, &[server], remedy);
        }
    }
}

fn is_ring_to(connection: &Use, server: &DraftComponent) -> bool {
    connection.ring.is_some() && connection.server.value == server.name.value
}
