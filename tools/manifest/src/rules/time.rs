//! A budget fits into its period, a client has what its servers ask for, and all deadlines can be met.

use weft_abi::{
    deadlines::{DEADLINE_SHARE, Demand, first_missed},
    syscall::BUDGET_MARGIN_NS,
};

use crate::{
    diagnostic::{At, Report},
    draft::{Draft, DraftComponent},
};

pub(super) fn check(draft: &Draft, instances: &Draft, report: &mut Report<'_>) {
    for component in &draft.components {
        fits_its_period(component, report);
        for connection in &component.uses {
            if let Some(server) = draft.component(&connection.server.value) {
                has_enough(component, server, report);
            }
        }
    }
    can_be_met(instances, report);
}

fn fits_its_period(component: &DraftComponent, report: &mut Report<'_>) {
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

fn has_enough(client: &DraftComponent, server: &DraftComponent, report: &mut Report<'_>) {
    let Some(least) = &server.min_budget_ns else {
        return;
    };
    if client.budget_ns.value < least.value + BUDGET_MARGIN_NS {
        let (name, server) = (&client.name.value, &server.name.value);
        let message = format!(
            "the budget of `{name}` is less than 10 us above what its server `{server}` asks for"
        );
        let other = (least.place, format!("`{server}` asks for this much"));
        let remedy = "give the client a longer budget, or ask for less";
        report.conflict(client.budget_ns.place, message, &[other], remedy);
    }
}

/// Each core has deadlines of its own.
fn can_be_met(instances: &Draft, report: &mut Report<'_>) {
    let components = instances.components.iter();
    let mut cores: Vec<u8> = components.map(DraftComponent::core).collect();
    cores.sort_unstable();
    cores.dedup();
    for core in cores {
        can_be_met_on(core, instances, report);
    }
}

fn can_be_met_on(core: u8, instances: &Draft, report: &mut Report<'_>) {
    let mut all: Vec<(&DraftComponent, &At<u64>)> = instances
        .components
        .iter()
        .filter(|component| component.core() == core)
        .filter_map(|component| Some((component, component.blocking_ns.as_ref()?)))
        // Where budget and period are missing, that is the mistake.
        .filter(|(component, _)| component.budget_ns.place != component.name.place)
        .collect();
    all.sort_by_key(|(component, _)| component.period_ns.value);
    let demands = all.iter().map(|(component, blocking)| Demand {
        budget_ns: component.budget_ns.value,
        period_ns: component.period_ns.value,
        blocking_ns: blocking.value,
    });
    let missed = first_missed(demands).and_then(|index| all.get(index));
    let Some((component, _)) = missed else {
        return;
    };
    let message = format!(
        "`{}` could miss its deadlines: with those that come before it, it wants more than {DEADLINE_SHARE} % of the time",
        component.name.value
    );
    let remedy = "give the components with deadlines shorter budgets or longer periods";
    report.error(component.budget_ns.place, message, remedy);
}
