//! Priorities: a server's ceiling is at least that of each of its clients, so that a client never waits
//! for a server that runs below it.

use weft_abi::deadlines::DEADLINE_PRIORITY;

use crate::{
    diagnostic::Report,
    draft::{Draft, DraftComponent},
};

pub(super) fn check(draft: &Draft, report: &mut Report<'_>) {
    for component in &draft.components {
        above_own_priority(component, report);
        for connection in &component.uses {
            let Some(server) = draft.component(&connection.server.value) else {
                continue;
            };
            let client = component.ceiling.value;
            // A server at the priority of deadlines would be one of those that wait for theirs.
            let with_deadlines = client == DEADLINE_PRIORITY && server.ceiling.value == client;
            if server.ceiling.value < client || with_deadlines {
                below_client(server, component, report);
            }
        }
    }
}

fn above_own_priority(component: &DraftComponent, report: &mut Report<'_>) {
    if component.ceiling.value < component.priority.value {
        let (ceiling, priority) = (component.ceiling.value, component.priority.value);
        let message = format!(
            "ceiling {ceiling} of `{}` is below its priority",
            component.name.value
        );
        let other = (
            component.priority.place,
            format!("its priority is {priority}"),
        );
        let remedy = format!("write `ceiling = {priority}` or more, or leave it out");
        report.conflict(component.ceiling.place, message, &[other], remedy);
    }
}

fn below_client(server: &DraftComponent, client: &DraftComponent, report: &mut Report<'_>) {
    let message = format!(
        "ceiling {} of server `{}` is below its client `{}`",
        server.ceiling.value, server.name.value, client.name.value
    );
    let text = format!(
        "`{}` runs at up to {}",
        client.name.value, client.ceiling.value
    );
    let above = u8::from(client.ceiling.value == DEADLINE_PRIORITY);
    let least = client.ceiling.value + above;
    let remedy = format!("give `{}` `ceiling = {}` or more", server.name.value, least);
    report.conflict(
        server.ceiling.place,
        message,
        &[(client.ceiling.place, text)],
        remedy,
    );
}
