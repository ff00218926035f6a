//! The two ends of each connection fit: the server provides what the client expects.

use weft_spec::{ROOT_INTERFACE, ROOT_NAME};

use crate::{
    Catalogue,
    catalogue::RingSupport,
    diagnostic::{At, Report},
    draft::{Draft, DraftComponent, Use},
    suggest,
};

pub(super) fn check(draft: &Draft, catalogue: &Catalogue, report: &mut Report<'_>) {
    for component in &draft.components {
        for connection in &component.uses {
            provided(draft, component, connection, report);
            ring_capable(connection, catalogue, report);
        }
    }
}

fn provided(draft: &Draft, client: &DraftComponent, connection: &Use, report: &mut Report<'_>) {
    let interface = connection.interface();
    match draft.component(&connection.server.value) {
        Some(server) => {
            let fits = |provided: &At<String>| provided.value == interface.value;
            if !server.provides.is_empty() && !server.provides.iter().any(fits) {
                not_provided(client, server, connection, report);
            }
        }
        None if connection.server.value == ROOT_NAME && interface.value != ROOT_INTERFACE => {
            let wanted = &interface.value;
            let message = format!("missing interface: `{ROOT_NAME}` does not provide `{wanted}`");
            let remedy =
                format!("{ROOT_NAME} provides `{ROOT_INTERFACE}` only; connect to another server");
            report.error(interface.place, message, remedy);
        }
        None => {}
    }
}

fn not_provided(
    client: &DraftComponent,
    server: &DraftComponent,
    connection: &Use,
    report: &mut Report<'_>,
) {
    let (name, wanted) = (&connection.name.value, connection.interface());
    let (client, interface, to) = (&client.name.value, &wanted.value, &server.name.value);
    let names: Vec<&str> = server
        .provides
        .iter()
        .map(|one| one.value.as_str())
        .collect();
    let place = server
        .provides
        .first()
        .map_or(server.name.place, |first| first.place);
    let other = (place, format!("`{to}` provides {}", suggest::list(&names)));
    let message = match &connection.interface {
        Some(_) => format!(
            "type mismatch: connection `{name}` of `{client}` is of interface `{interface}`, \
             which `{to}` does not provide"
        ),
        None => format!(
            "missing interface: `{client}` wants `{interface}` of `{to}`, which does not provide it"
        ),
    };
    let remedy = format!(
        "connect to a server that provides `{interface}`, or say which interface is meant: \
         {name} = {{ server = \"{to}\", interface = \"{}\" }}",
        names.first().unwrap_or(&"…"),
    );
    report.conflict(wanted.place, message, &[other], remedy);
}

fn ring_capable(connection: &Use, catalogue: &Catalogue, report: &mut Report<'_>) {
    let Some(ring) = &connection.ring else { return };
    let Some(interface) = catalogue.interface(&connection.interface().value) else {
        return;
    };
    if interface.ring == RingSupport::CallsOnly {
        let message = format!(
            "interface `{}` has no methods for a ring and none that lend buffers",
            interface.name
        );
        let remedy = "remove `ring`, or mark methods of the interface with `@ring`";
        report.error(ring.place, message, remedy);
    }
    let pools = ring.client_pool_pages + ring.server_pool_pages;
    if interface.ring == RingSupport::PoolsOnly && pools == 0 {
        let message = format!(
            "only the pools of a ring are of use to `{}`",
            interface.name
        );
        let remedy = "add `client-pool` for buffers that are lent `in`, `server-pool` for `out`";
        report.error(ring.place, message, remedy);
    }
}
