//! No cycle of calls: a server that waits for one of its own clients would wait for ever.

use crate::{
    diagnostic::{Place, Report},
    draft::{Draft, Use},
};

pub(super) fn check(draft: &Draft, report: &mut Report<'_>) {
    let mut done = Vec::new();
    for component in &draft.components {
        visit(
            draft,
            &component.name.value,
            &mut Vec::new(),
            &mut done,
            report,
        );
    }
}

/// One call on the way: who calls, by which connection.
type Step<'d> = (&'d str, &'d Use);

fn visit<'d>(
    draft: &'d Draft,
    name: &'d str,
    way: &mut Vec<Step<'d>>,
    done: &mut Vec<&'d str>,
    report: &mut Report<'_>,
) {
    let Some(component) = draft.component(name) else {
        return;
    };
    // Instances call as their component does.
    let name = component.name.value.as_str();
    if let Some(from) = way.iter().position(|(caller, _)| *caller == name) {
        return cycle(way.get(from..).unwrap_or_default(), report);
    }
    if done.contains(&name) {
        return;
    }
    for connection in &component.uses {
        way.push((&component.name.value, connection));
        visit(draft, &connection.server.value, way, done, report);
        way.pop();
    }
    done.push(&component.name.value);
}

fn cycle(steps: &[Step<'_>], report: &mut Report<'_>) {
    let Some((first, opening)) = steps.first() else {
        return;
    };
    let callers: Vec<String> = steps
        .iter()
        .map(|(caller, _)| format!("`{caller}`"))
        .collect();
    let message = format!("cycle of calls: {} → `{first}`", callers.join(" → "));
    let place = |connection: &Use| -> Place { connection.name.place };
    let others: Vec<(Place, String)> = steps
        .iter()
        .skip(1)
        .map(|(caller, by)| {
            (
                place(by),
                format!("`{caller}` calls `{}` here", by.server.value),
            )
        })
        .collect();
    let remedy =
        "remove one of the connections; let that side be told by a deferred answer instead";
    report.conflict(place(opening), message, &others, remedy);
}
