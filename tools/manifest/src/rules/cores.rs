//! What cannot be on another core than the first.

use crate::{diagnostic::Report, draft::Draft};

pub(super) fn check(draft: &Draft, report: &mut Report<'_>) {
    let others = draft
        .components
        .iter()
        .filter(|component| component.core.value != 0);
    for component in others {
        if let Some(irq) = component.irqs.first() {
            let name = &component.name.value;
            let message =
                format!("component `{name}` takes interrupts, which arrive on core 0 only");
            let other = (irq.place, "it takes this one".to_owned());
            let remedy = "remove `core`";
            report.conflict(component.core.place, message, &[other], remedy);
        }
    }
}
