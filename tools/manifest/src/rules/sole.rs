//! What only one component can have: the rest of memory, and supervision, for which it needs an endpoint.

use crate::{
    diagnostic::{Place, Report},
    draft::{Draft, DraftComponent, KernelRight, Supervises},
};

pub(super) fn check(draft: &Draft, report: &mut Report<'_>) {
    let memory: Vec<(&DraftComponent, Place)> = draft
        .components
        .iter()
        .filter_map(|component| {
            let right = component
                .kernel
                .iter()
                .find(|right| right.value == KernelRight::FreeMemory)?;
            Some((component, right.place))
        })
        .collect();
    one_only("`free-memory` claimed twice", &memory, report);
    let supervisors: Vec<(&DraftComponent, Place)> = draft
        .components
        .iter()
        .filter_map(|component| Some((component, place(component.supervises.as_ref()?)?)))
        .collect();
    one_only("a second supervisor", &supervisors, report);
    for (component, place) in &supervisors {
        has_endpoint(component, *place, report);
    }
}

fn has_endpoint(supervisor: &DraftComponent, place: Place, report: &mut Report<'_>) {
    if supervisor.provides.is_empty() {
        let message = format!(
            "supervisor `{}` has no endpoint to receive faults",
            supervisor.name.value
        );
        report.error(
            place,
            message,
            "let it provide an interface, or let root receive the faults",
        );
    }
}

fn place(supervises: &Supervises) -> Option<Place> {
    match supervises {
        Supervises::All(place) => Some(*place),
        Supervises::Some(list) => list.first().map(|first| first.place),
    }
}

fn one_only(message: &str, claims: &[(&DraftComponent, Place)], report: &mut Report<'_>) {
    let Some(((first, first_place), others)) = claims.split_first() else {
        return;
    };
    for (component, place) in others {
        let message = format!("{message}: `{}`", component.name.value);
        let other = (
            *first_place,
            format!("`{}` has it already", first.name.value),
        );
        report.conflict(*place, message, &[other], "let one component have it");
    }
}
