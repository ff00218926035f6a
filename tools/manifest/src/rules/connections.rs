//! The two ends of each connection fit: the server provides what the client expects.

use weft_spec::{ROOT_INTERFACE, ROOT_NAME};

use crate::{
    Catalogue,
    catalogue::RingSupport,
    diagnostic::Report,
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
    if connection.server.value == ROOT_NAME && interface.value != ROOT_INTERFACE {
        let message = format!(
            "missing interface: `{ROOT_NAME}` does not provide `{}`",
            interface.value
        );
        let remedy =
            format!("{ROOT_NAME} provides `{ROOT_INTERFACE}` only; connect to another server");
        report.error(interface.place, message, remedy);
    }
    let Some(server) = draft.component(&connection.server.value) else {
        return;
    };
    let fits = server
        .provides
        .iter()
        .any(|provided| provided.value == interface.value);
    if fits || server.provides.is_empty() {
        return;
    }
    let names: Vec<&str> = server
        .provides
        .iter()
        .map(|provided| provided.value.as_str())
        .collect();
    let place = server
        .provides
        .first()
        .map_or(server.name.place, |first| first.place);
    let other = (
        place,
        format!("`{}` provides {}", server.name.value, suggest::list(&names)),
    );
    let message = match &connection.interface {
        Some(_) => format!(
            "type mismatch: connection `{}` of `{}` is of interface `{}`, which `{}` does not provide",
            connection.name.value, client.name.value, interface.value, server.name.value
        ),
        None => format!(
            "missing interface: `{}` wants `{}` of `{}`, which does not provide it",
            client.name.value, interface.value, server.name.value
        ),
    };
    let remedy = format!(
        "connect to a server that provides `{}`, or say which interface is meant: \
         {} = {{ server = \"{}\", interface = \"{}\" }}",
        interface.value,
        connection.name.value,
        server.name.value,
        names.first().unwrap_or(&"…"),
    );
    report.conflict(interface.place, message, &[other], remedy);
}

fn ring_capable(connection: &Use, catalogue: &Catalogue, report: &mut Report<'_>) {
    let Some(ring) = &connection.ring else { return };
    let Some(interface) = catalogue.interface(&connection.interface().value) else {
        return;
    };
    if interface.ring == RingSupport::CallsOnly {
        let message = format!("interface `{}` has no methods for a ring", interface.name);
        let remedy = "remove `ring`, or mark methods of the interface with `@ring`";
        report.error(ring.place, message, remedy);
    }
}
