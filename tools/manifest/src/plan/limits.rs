//! Limits that only show when everything is laid out.

use weft_abi::{
    layout,
    startup::{self, EntryKind},
};
use weft_spec::{ComponentId, StartEntry, SystemSpec, startup_entries};

use super::Context;
use crate::{
    diagnostic::{At, Report},
    draft::DraftComponent,
};

/// Slots that a component has for itself unless the manifest says how many slots there are.
const FREE_SLOTS: u32 = 48;
const MOST_COMPONENTS: usize = 256;

/// log2 of the number of slots in a component's CNode.
pub(super) fn cnode_size(
    component: &DraftComponent,
    first_free: u32,
    report: &mut Report<'_>,
) -> Option<u8> {
    let needed = (first_free + FREE_SLOTS).next_power_of_two();
    let Some(slots) = &component.slots else {
        return Some(needed.trailing_zeros() as u8);
    };
    if slots.value < first_free {
        let message = format!(
            "too many entries: `{}` is given {first_free} slots' worth of capabilities",
            component.name.value
        );
        report.error(
            slots.place,
            message,
            format!("write `slots = {needed}`, or leave it out"),
        );
        return None;
    }
    Some(slots.value.trailing_zeros() as u8)
}

/// Reports what exceeds a limit; returns whether nothing does.
pub(super) fn check(spec: &SystemSpec, context: &Context<'_>, report: &mut Report<'_>) -> bool {
    let mut fits = true;
    if let Some(component) = context.order.get(MOST_COMPONENTS) {
        let message = format!("too many entries: more than {MOST_COMPONENTS} components");
        report.error(component.name.place, message, "remove components");
        fits = false;
    }
    for (id, component) in spec.numbered() {
        let Some(draft) = context.order.get(usize::from(id.0)) else {
            continue;
        };
        fits &= page(spec, id, draft, report);
        let end = component.regions.last().map_or(0, |region| region.end());
        if end > layout::IMAGE_BASE {
            let message = format!("the memory regions of `{}` exceed 512 MiB", component.name);
            report.error(
                draft.name.place,
                message,
                "make DMA memory and pools smaller",
            );
            fits = false;
        }
    }
    fits
}

/// Whether the start-up page of a component holds everything, under names that differ.
fn page(
    spec: &SystemSpec,
    id: ComponentId,
    draft: &DraftComponent,
    report: &mut Report<'_>,
) -> bool {
    let entries = startup_entries(spec, id, &|_| (0, 0), &|_| 0);
    let args: usize = draft.args.iter().map(|arg| arg.value.len() + 1).sum();
    let name = &draft.name;
    let (most, given) = (startup::MAX_ENTRIES, entries.len());
    if given > most {
        let message = format!("too many entries: `{}` is given {given} things", name.value);
        report.error(name.place, message, format!("give it at most {most}"));
    }
    if args > startup::MAX_ARGS {
        let message = format!("the arguments of `{}` have {args} bytes", name.value);
        let remedy = format!("use at most {}, ends included", startup::MAX_ARGS);
        report.error(name.place, message, remedy);
    }
    given <= most && args <= startup::MAX_ARGS && names_differ(name, &entries, report)
}

/// Whether no two things of one kind have the same name.
fn names_differ(component: &At<String>, entries: &[StartEntry], report: &mut Report<'_>) -> bool {
    let mut differ = true;
    for (index, entry) in entries.iter().enumerate() {
        let is_same = |other: &StartEntry| other.kind == entry.kind && other.name == entry.name;
        if entry.kind != EntryKind::Reply && entries.iter().take(index).any(is_same) {
            let (owner, name) = (&component.value, &entry.name);
            let message = format!("`{owner}` is given two things named `{name}`");
            let remedy = "rename a connection; rings go by their client's name";
            report.error(component.place, message, remedy);
            differ = false;
        }
    }
    differ
}
