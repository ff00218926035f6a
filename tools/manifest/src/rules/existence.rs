//! Everything that is named exists: programs, servers, interfaces, and what the board has.

use weft_spec::ROOT_NAME;

use crate::{
    Catalogue,
    board::{self, Board},
    diagnostic::{At, Report},
    draft::{Draft, DraftComponent, Supervises},
    suggest,
};

pub(super) fn check(draft: &Draft, board: &Board, catalogue: &Catalogue, report: &mut Report<'_>) {
    its_board(draft, board, report);
    if let Some(root) = &draft.root {
        known_program(root, catalogue, report);
    }
    for component in &draft.components {
        known_program(&component.program, catalogue, report);
        servers(draft, component, report);
        interfaces(component, catalogue, report);
        hardware(component, board, report);
    }
}

fn its_board(draft: &Draft, board: &Board, report: &mut Report<'_>) {
    let is_it = |name: &At<String>| name.value == board.name.value;
    let Some(first) = draft
        .boards
        .first()
        .filter(|_| !draft.boards.iter().any(is_it))
    else {
        return;
    };
    let names: Vec<_> = draft
        .boards
        .iter()
        .map(|name| format!("`{}`", name.value))
        .collect();
    let message = format!("the manifest is for board {}", names.join(" or "));
    let what = format!("this file describes `{}`", board.name.value);
    let remedy = "name the board that the file describes";
    report.conflict(first.place, message, &[(board.name.place, what)], remedy);
}

fn known_program(program: &At<String>, catalogue: &Catalogue, report: &mut Report<'_>) {
    if !program.value.is_empty() && !catalogue.programs.contains(&program.value) {
        let known = catalogue.programs.iter().map(String::as_str);
        let message = format!("unknown program `{}`", program.value);
        report.error(
            program.place,
            message,
            suggest::remedy(&program.value, known),
        );
    }
}

fn servers(draft: &Draft, component: &DraftComponent, report: &mut Report<'_>) {
    let listed: &[At<String>] = match &component.supervises {
        Some(Supervises::Some(list)) => list,
        _ => &[],
    };
    let called = component.uses.iter().map(|connection| &connection.server);
    let called = called.filter(|server| server.value != ROOT_NAME);
    for name in called.chain(&component.mints) {
        unknown("server", name, draft, report);
        provides_something(draft, name, report);
    }
    listed
        .iter()
        .for_each(|name| unknown("component", name, draft, report));
}

fn provides_something(draft: &Draft, name: &At<String>, report: &mut Report<'_>) {
    let Some(server) = draft.component(&name.value) else {
        return;
    };
    if server.provides.is_empty() {
        let message = format!("`{}` is no server: it provides nothing", name.value);
        let other = (
            server.name.place,
            format!("`{}` is defined here", name.value),
        );
        let remedy = "add what it serves to its `provides`";
        report.conflict(name.place, message, &[other], remedy);
    }
}

fn unknown(what: &str, name: &At<String>, draft: &Draft, report: &mut Report<'_>) {
    if draft.component(&name.value).is_none() && !name.value.is_empty() {
        let message = format!("unknown {what} `{}`", name.value);
        report.error(
            name.place,
            message,
            suggest::remedy(&name.value, draft.names()),
        );
    }
}

fn interfaces(component: &DraftComponent, catalogue: &Catalogue, report: &mut Report<'_>) {
    let used = component
        .uses
        .iter()
        .map(|connection| connection.interface());
    for interface in component.provides.iter().chain(used) {
        if catalogue.interface(&interface.value).is_none() {
            let known = catalogue
                .interfaces
                .iter()
                .map(|interface| interface.name.as_str());
            let message = format!("unknown interface `{}`", interface.value);
            report.error(
                interface.place,
                message,
                suggest::remedy(&interface.value, known),
            );
        }
    }
}

fn hardware(component: &DraftComponent, board: &Board, report: &mut Report<'_>) {
    on_board("interrupt", &component.irqs, &board.irqs, report);
    on_board("range of ports", &component.ports, &board.ports, report);
    on_board(
        "block of registers",
        &component.registers,
        &board.registers,
        report,
    );
    on_board("bus", component.bus.as_slice(), &board.buses, report);
    on_board(
        "device memory",
        &component.device_memory,
        &board.device_memory,
        report,
    );
}

fn on_board<T>(
    what: &str,
    wanted: &[At<String>],
    things: &[(At<String>, T)],
    report: &mut Report<'_>,
) {
    for name in wanted
        .iter()
        .filter(|name| board::find(things, &name.value).is_none())
    {
        let message = format!("the board has no {what} `{}`", name.value);
        let known = things.iter().map(|(name, _)| name.value.as_str());
        report.error(name.place, message, suggest::remedy(&name.value, known));
    }
}
