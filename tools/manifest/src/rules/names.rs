//! Names: what they are made of, and none twice in a list.

use weft_spec::ROOT_NAME;

use crate::{
    diagnostic::{At, Report},
    draft::{Draft, DraftComponent},
};

/// So that `domain.NAME`, and `NAME.peer` of a ring, fit into a start-up entry's name.
const LONGEST: usize = 16;

pub(super) fn check(draft: &Draft, report: &mut Report<'_>) {
    for component in &draft.components {
        well_formed("component", &component.name, report);
        reserved(&component.name, report);
        instances(component, report);
        let connections = component.uses.iter().map(|connection| &connection.name);
        connections.for_each(|name| well_formed("connection", name, report));
        component
            .dma
            .iter()
            .for_each(|(name, _)| well_formed("DMA memory", name, report));
        component
            .files
            .iter()
            .for_each(|(name, _)| well_formed("file", name, report));
        let lists = [
            ("provides", &component.provides),
            ("irqs", &component.irqs),
            ("ports", &component.ports),
            ("registers", &component.registers),
            ("device-memory", &component.device_memory),
            ("mints", &component.mints),
        ];
        lists
            .iter()
            .for_each(|(key, list)| no_repetition(key, list, report));
        kernel_once(component, report);
    }
}

/// The names of instances are longer than their component's.
fn instances(component: &DraftComponent, report: &mut Report<'_>) {
    let own = &component.name;
    let mut further = component.instances().skip(1);
    if own.value.len() <= LONGEST
        && let Some((name, core)) = further.find(|(name, _)| name.len() > LONGEST)
    {
        let message = format!("`{name}`, of `cores`, is too long a name for a component");
        let other = (core.place, "this instance is named so".to_owned());
        let remedy = format!("shorten `{}`: {LONGEST} characters are there", own.value);
        report.conflict(own.place, message, &[other], remedy);
    }
}

fn reserved(name: &At<String>, report: &mut Report<'_>) {
    if name.value == ROOT_NAME {
        let message = format!("`{ROOT_NAME}` is no name for a component: root is always there");
        report.error(name.place, message, "use another name");
    }
}

fn well_formed(what: &str, name: &At<String>, report: &mut Report<'_>) {
    let text = &name.value;
    let first = text.starts_with(|c: char| c.is_ascii_lowercase());
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_".contains(c);
    if !(first && text.chars().all(allowed) && text.len() <= LONGEST) {
        let message = format!("`{text}` is no name for a {what}");
        let remedy =
            format!("use 1 to {LONGEST} of a-z, 0-9, `-` and `_`, beginning with a letter");
        report.error(name.place, message, remedy);
    }
}

fn no_repetition(key: &str, list: &[At<String>], report: &mut Report<'_>) {
    for (index, item) in list.iter().enumerate() {
        if let Some(first) = list
            .iter()
            .take(index)
            .find(|first| first.value == item.value)
        {
            let message = format!("duplicate name `{}` in `{key}`", item.value);
            let other = (first.place, format!("`{}` is first given here", item.value));
            report.conflict(item.place, message, &[other], "remove one of the two");
        }
    }
}

fn kernel_once(component: &DraftComponent, report: &mut Report<'_>) {
    for (index, item) in component.kernel.iter().enumerate() {
        let before = component
            .kernel
            .iter()
            .take(index)
            .find(|first| first.value == item.value);
        if let Some(first) = before {
            let other = (first.place, "it is first given here".to_owned());
            let message = "duplicate name in `kernel`";
            report.conflict(item.place, message, &[other], "remove one of the two");
        }
    }
}
