//! What cannot be on another core than the first, and what cannot be on several.

use crate::{
    diagnostic::{Place, Report},
    draft::{Draft, DraftComponent, KernelRight, Supervises},
};

pub(super) fn check(draft: &Draft, report: &mut Report<'_>) {
    for component in &draft.components {
        match component.cores.len() {
            1 => on_another(component, report),
            _ => on_several(component, report),
        }
    }
}

fn on_another(component: &DraftComponent, report: &mut Report<'_>) {
    let other = component.cores.iter().find(|core| core.value != 0);
    if let (Some(core), Some(irq)) = (other, component.irqs.first()) {
        let name = &component.name.value;
        let message = format!("component `{name}` takes interrupts, which arrive on core 0 only");
        let other = (irq.place, "it takes this one".to_owned());
        let remedy = "remove `core`";
        report.conflict(core.place, message, &[other], remedy);
    }
}

fn on_several(component: &DraftComponent, report: &mut Report<'_>) {
    for (index, core) in component.cores.iter().enumerate() {
        let mut before = component.cores.iter().take(index);
        if let Some(first) = before.find(|first| first.value == core.value) {
            let message = format!("core {} is given twice in `cores`", core.value);
            let other = (first.place, "it is first given here".to_owned());
            report.conflict(core.place, message, &[other], "remove one of the two");
        }
    }
    if let (Some((key, place)), Some(second)) = (sole(component), component.cores.get(1)) {
        let name = &component.name.value;
        let message = format!("component `{name}` cannot be on several cores: it has `{key}`");
        let other = (place, format!("`{key}` is given here"));
        let remedy = "write `core`; what is to be on several cores can be its client";
        report.conflict(second.place, message, &[other], remedy);
    }
}

/// What a component has that two instances cannot have: a device, supervision, or a right that there is only once.
fn sole(component: &DraftComponent) -> Option<(&'static str, Place)> {
    let hardware = [
        ("irqs", &component.irqs),
        ("ports", &component.ports),
        ("registers", &component.registers),
        ("device-memory", &component.device_memory),
    ];
    let mut hardware = hardware.into_iter();
    let hardware = hardware.find_map(|(key, list)| Some((key, list.first()?.place)));
    let dma = || Some(("dma", component.dma.first()?.0.place));
    let supervision = || match component.supervises.as_ref()? {
        Supervises::All(place) => Some(("supervises", *place)),
        Supervises::Some(list) => Some(("supervises", list.first()?.place)),
    };
    let kernel = || {
        component.kernel.iter().find_map(|right| {
            let (name, _) = KernelRight::ALL.iter().find(|(_, it)| *it == right.value)?;
            let is_sole = matches!(
                right.value,
                KernelRight::FreeMemory | KernelRight::IrqControl
            );
            is_sole.then_some((*name, right.place))
        })
    };
    hardware.or_else(dma).or_else(supervision).or_else(kernel)
}
