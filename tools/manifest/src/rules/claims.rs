//! Nothing of the hardware is given to two components.

use crate::{
    board::{self, Board, Range},
    diagnostic::{At, Report},
    draft::{Draft, DraftComponent},
};

/// A claim: who, by which name, what.
struct Claim<'d> {
    component: &'d str,
    name: &'d At<String>,
    range: Range,
}

pub(super) fn check(draft: &Draft, board: &Board, report: &mut Report<'_>) {
    let irqs = claims(
        draft,
        |c| &c.irqs,
        |name| {
            let line = board::find(&board.irqs, name)?.line.into();
            Some(Range {
                first: line,
                last: line,
            })
        },
    );
    no_overlap("interrupt", &irqs, report);
    let ports = claims(
        draft,
        |c| &c.ports,
        |name| board::find(&board.ports, name).copied(),
    );
    no_overlap("I/O port range", &ports, report);
    let mut memory = claims(
        draft,
        |c| &c.registers,
        |name| board::find(&board.registers, name).copied(),
    );
    let windows = |name: &str| board::find(&board.device_memory, name).copied();
    memory.extend(claims(draft, |c| &c.device_memory, windows));
    no_overlap("memory", &memory, report);
}

fn claims<'d>(
    draft: &'d Draft,
    list: impl Fn(&'d DraftComponent) -> &'d Vec<At<String>>,
    find: impl Fn(&str) -> Option<Range>,
) -> Vec<Claim<'d>> {
    let mut all = Vec::new();
    for component in &draft.components {
        for name in list(component) {
            let claim = |range| Claim {
                component: &component.name.value,
                name,
                range,
            };
            all.extend(find(&name.value).map(claim));
        }
    }
    all
}

fn no_overlap(what: &str, claims: &[Claim<'_>], report: &mut Report<'_>) {
    for (index, second) in claims.iter().enumerate() {
        let mut before = claims.iter().take(index);
        let overlapping = before.find(|first| first.range.overlaps(second.range));
        let Some(first) = overlapping else { continue };
        if first.component == second.component && first.name.value == second.name.value {
            continue;
        }
        let message = format!(
            "{what} claimed twice: `{}` wants `{}`",
            second.component, second.name.value
        );
        let text = format!("`{}` already has `{}`", first.component, first.name.value);
        let remedy = "let one component have it, and the other one be its client";
        report.conflict(
            second.name.place,
            message,
            &[(first.name.place, text)],
            remedy,
        );
    }
}
