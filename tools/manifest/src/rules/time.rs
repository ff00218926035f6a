//! A budget fits into its period.

use crate::{diagnostic::Report, draft::Draft};

pub(super) fn check(draft: &Draft, report: &mut Report<'_>) {
    for component in &draft.components {
        if component.budget_ns.value > component.period_ns.value {
            let message = format!(
                "the budget of `{}` is longer than its period",
                component.name.value
            );
            let other = (
                component.period_ns.place,
                "the period is given here".to_owned(),
            );
            let remedy = "make the budget at most as long as the period";
            report.conflict(component.budget_ns.place, message, &[other], remedy);
        }
    }
}
