//! One `[component.NAME]`.

use toml::de::{DeTable, DeValue};
use weft_abi::{deadlines::DEADLINE_PRIORITY, layout, syscall::MAX_PRIORITY};
use weft_spec::{Counters, Fpu};

use super::connection;
use crate::{
    board::{Driver, Drivers},
    diagnostic::{At, FileId, Report},
    draft::{DraftComponent, KernelRight, Supervises},
    suggest,
    table::Fields,
    values::{as_numbers, as_pages, as_string, as_strings},
};

/// Round robin time unless the manifest says otherwise.
const DEFAULT_TIME_NS: u64 = 10_000_000;
const DEFAULT_STACK_PAGES: u32 = 16;
const MAX_REPLIES: u64 = 32;
const LAST_CORE: u64 = weft_abi::boot::MAX_CORES as u64 - 1;
/// A server with one could never answer later.
const SERVER_REPLIES: u64 = 4;
/// What the kernel makes in one piece, so that it is contiguous.
const MAX_DMA: u64 = 16 << 20;
/// Of each page of a file, root's CNode of 16,384 slots has two capabilities.
const MAX_FILE: u64 = 16 << 20;

/// A component as it was read.
pub(super) enum Read {
    /// It is part of the image.
    Component(Box<DraftComponent>),
    /// The board has nothing for it to drive.
    LeftOut(At<String>),
}

/// Reads a component. Where it has `driver`, what it does not say itself is what the board says of that driver.
pub(super) fn read<'t, 's>(
    name: At<String>,
    table: &'t DeTable<'s>,
    drivers: Option<&Drivers<'t, 's>>,
    report: &mut Report<'_>,
) -> Read {
    let what = format!("component `{}`", name.value);
    let fields = Fields::new(table, name.place, what);
    let Some((mut owned, usual_program)) = with_driver(fields, &name, drivers, report) else {
        return Read::LeftOut(name);
    };
    let fields = &mut owned;
    let blocking_ns = deadlines(fields, report);
    let priority = match &blocking_ns {
        Some(deadlines) => At {
            value: DEADLINE_PRIORITY,
            place: deadlines.place,
        },
        None => priority(fields, report),
    };
    let (budget_ns, period_ns) = time(fields, report, &name);
    let provides = fields.strings("provides", report);
    let (least_replies, default_replies) = if provides.is_empty() {
        (0, 0)
    } else {
        (1, SERVER_REPLIES)
    };
    let component = DraftComponent {
        cores: cores(fields, report, &name),
        program: fields.string("program", report).unwrap_or(usual_program),
        fpu: match fields.flag("fpu", report) {
            Some(At { value: true, .. }) => Fpu::Present,
            _ => Fpu::Absent,
        },
        counters: match fields.flag("counters", report) {
            Some(At { value: true, .. }) => Counters::Open,
            _ => Counters::Closed,
        },
        ceiling: fixed_level("ceiling", fields, report).unwrap_or_else(|| priority.clone()),
        priority,
        budget_ns,
        period_ns,
        blocking_ns,
        min_budget_ns: fields.duration("min-budget", report),
        stack_pages: fields
            .pages("stack", (layout::PAGE, layout::STACK_MAX), report)
            .unwrap_or(DEFAULT_STACK_PAGES),
        heap_pages: fields
            .pages("heap", (0, layout::HEAP_MAX), report)
            .unwrap_or(0),
        slots: slots(fields, report),
        replies: fields
            .number("replies", (least_replies, MAX_REPLIES), report)
            .map_or(default_replies as u32, |at| at.value as u32),
        provides,
        uses: connection::uses(fields, report),
        irqs: fields.strings("irqs", report),
        ports: fields.strings("ports", report),
        registers: fields.strings("registers", report),
        device_memory: fields.strings("device-memory", report),
        dma: sizes(fields, ("dma", "DMA memory", MAX_DMA), report),
        bus: fields.string("bus", report),
        files: sizes(fields, ("files", "file", MAX_FILE), report),
        kernel: kernel(fields, report),
        priorities: level("priorities", fields, report),
        supervises: supervises(fields, report),
        mints: fields.strings("mints", report),
        args: fields.strings("args", report),
        name,
    };
    owned.finish(report);
    Read::Component(Box::new(component))
}

/// The component over its driver, and the program where neither names one: one of the component's name. It is not
/// looked for where the driver is not known. `None` if the board has nothing to drive.
fn with_driver<'t, 's>(
    mut fields: Fields<'t, 's>,
    name: &At<String>,
    drivers: Option<&Drivers<'t, 's>>,
    report: &mut Report<'_>,
) -> Option<(Fields<'t, 's>, At<String>)> {
    let Some(driver) = fields.string("driver", report) else {
        return Some((fields, name.clone()));
    };
    let program = At {
        value: String::new(),
        place: driver.place,
    };
    let found = drivers.map(|drivers| drivers.find(&driver, report));
    let table = match found {
        Some(Driver::Present(table)) => table,
        Some(Driver::Without) => return None,
        Some(Driver::Unknown) | None => return Some((fields, program)),
    };
    let what = format!("driver `{}`", driver.value);
    if fields.value("program").is_none() && !table.contains_key("program") {
        let message = format!(
            "neither {} nor the board's {what} has a `program`",
            fields.what()
        );
        report.error(
            driver.place,
            message,
            "add `program = \"…\"` to one of them",
        );
    }
    Some((fields.over(table, FileId::Board, what), program))
}

fn priority(fields: &mut Fields<'_, '_>, report: &mut Report<'_>) -> At<u8> {
    if fields.value("priority").is_none() {
        let message = format!("{} has no `priority`", fields.what());
        let remedy = format!("add `priority = N`, from 0 (least urgent) to {MAX_PRIORITY}");
        report.error(fields.place, message, remedy);
    }
    fixed_level("priority", fields, report).unwrap_or(At {
        value: 0,
        place: fields.place,
    })
}

/// The cores: one, or a list; the first where nothing is said.
fn cores(fields: &mut Fields<'_, '_>, report: &mut Report<'_>, name: &At<String>) -> Vec<At<u8>> {
    let one = fields.number("core", (0, LAST_CORE), report);
    let usual = At {
        value: 0,
        place: name.place,
    };
    let as_core = |number: At<u64>| At {
        value: number.value as u8,
        place: number.place,
    };
    let Some(list) = fields.value("cores") else {
        return vec![one.map_or(usual, as_core)];
    };
    if let Some(one) = fields.value("core") {
        let message = format!("both `core` and `cores` say where {} is", fields.what());
        let other = (list.place, "`cores` is given here".to_owned());
        report.conflict(one.place, message, &[other], "remove one of the two");
    }
    if list.value.as_array().is_some_and(|list| list.is_empty()) {
        let remedy = "name at least one, the usual one first: cores = [0, 2]";
        report.error(list.place, "`cores` names no core", remedy);
    }
    let numbers = as_numbers(&list, "`cores`", (0, LAST_CORE), report);
    let found: Vec<_> = numbers.into_iter().map(as_core).collect();
    match found.is_empty() {
        true => vec![usual],
        false => found,
    }
}

/// Whether a component has deadlines, and how long it can be kept from the processor.
fn deadlines(fields: &mut Fields<'_, '_>, report: &mut Report<'_>) -> Option<At<u64>> {
    let has = fields.flag("deadlines", report);
    let blocking = fields.duration("blocking", report);
    let Some(has) = has.filter(|has| has.value) else {
        if let Some(blocking) = blocking {
            let message = "`blocking` is for components with `deadlines = true`";
            report.error(blocking.place, message, "add that, or remove `blocking`");
        }
        return None;
    };
    if let Some(priority) = fields.value("priority") {
        let message = format!(
            "{} has deadlines and a priority; all with deadlines have priority {DEADLINE_PRIORITY}",
            fields.what()
        );
        report.error(priority.place, message, "remove `priority`, or `deadlines`");
    }
    if let Some(ceiling) = fields.value("ceiling") {
        let message = format!(
            "{} has deadlines and a ceiling, at which it would not run by them",
            fields.what()
        );
        report.error(ceiling.place, message, "remove `ceiling`, or `deadlines`");
    }
    for key in ["budget", "period"] {
        if fields.value(key).is_none() {
            let message = format!("{} has deadlines and no `{key}`", fields.what());
            let remedy = format!("add `{key} = \"…\"`: its deadlines are the ends of its periods");
            report.error(has.place, message, remedy);
        }
    }
    Some(At {
        value: blocking.map_or(0, |time| time.value),
        place: has.place,
    })
}

/// A priority that is not that of deadlines.
fn fixed_level(
    key: &'static str,
    fields: &mut Fields<'_, '_>,
    report: &mut Report<'_>,
) -> Option<At<u8>> {
    let found = level(key, fields, report)?;
    if found.value == DEADLINE_PRIORITY {
        let message = format!("`{key}` is {DEADLINE_PRIORITY}, which is that of deadlines");
        let (below, above) = (DEADLINE_PRIORITY - 1, DEADLINE_PRIORITY + 1);
        let remedy =
            format!("write {below} or {above}, or `deadlines = true` instead of a priority");
        report.error(found.place, message, remedy);
        return None;
    }
    Some(found)
}

fn level(
    key: &'static str,
    fields: &mut Fields<'_, '_>,
    report: &mut Report<'_>,
) -> Option<At<u8>> {
    let number = fields.number(key, (0, MAX_PRIORITY.into()), report)?;
    Some(At {
        value: number.value as u8,
        place: number.place,
    })
}

/// Budget and period; each stands for the other where only one is given.
fn time(
    fields: &mut Fields<'_, '_>,
    report: &mut Report<'_>,
    name: &At<String>,
) -> (At<u64>, At<u64>) {
    let budget = fields.duration("budget", report);
    let period = fields.duration("period", report);
    let default = At {
        value: DEFAULT_TIME_NS,
        place: name.place,
    };
    match (budget, period) {
        (Some(budget), Some(period)) => (budget, period),
        (Some(time), None) | (None, Some(time)) => (time.clone(), time),
        (None, None) => (default.clone(), default),
    }
}

fn slots(fields: &mut Fields<'_, '_>, report: &mut Report<'_>) -> Option<At<u32>> {
    let number = fields.number("slots", (16, 1 << 14), report)?;
    if !number.value.is_power_of_two() {
        let message = format!("`slots` is no power of two: {}", number.value);
        let up = number.value.next_power_of_two();
        report.error(number.place, message, format!("write {} or {up}", up / 2));
        return None;
    }
    Some(At {
        value: number.value as u32,
        place: number.place,
    })
}

/// A table of names and sizes, which are at most so many bytes; as pages.
fn sizes(
    fields: &mut Fields<'_, '_>,
    (key, what, most): (&'static str, &str, u64),
    report: &mut Report<'_>,
) -> Vec<(At<String>, u32)> {
    let mut regions = Vec::new();
    for (name, size) in fields.pairs(key, report) {
        let what = format!("{what} `{}`", name.value);
        if let Some(pages) = as_pages(&size, &what, (layout::PAGE, most), report) {
            regions.push((name, pages));
        }
    }
    regions
}

fn kernel(fields: &mut Fields<'_, '_>, report: &mut Report<'_>) -> Vec<At<KernelRight>> {
    let mut rights = Vec::new();
    for name in fields.strings("kernel", report) {
        match KernelRight::from_name(&name.value) {
            Some(value) => rights.push(At {
                value,
                place: name.place,
            }),
            None => {
                let known = KernelRight::ALL.iter().map(|(name, _)| *name);
                let message = format!("the kernel grants no `{}`", name.value);
                report.error(name.place, message, suggest::remedy(&name.value, known));
            }
        }
    }
    rights
}

fn supervises(fields: &mut Fields<'_, '_>, report: &mut Report<'_>) -> Option<Supervises> {
    let value = fields.value("supervises")?;
    if !matches!(value.value, DeValue::String(_)) {
        return Some(Supervises::Some(as_strings(&value, "`supervises`", report)));
    }
    let text = as_string(&value, "`supervises`", report)?;
    if text.value != "all" {
        let message = format!("`supervises` is \"{}\"", text.value);
        report.error(
            text.place,
            message,
            "write \"all\" or a list of components, as in [\"vfs\"]",
        );
    }
    Some(Supervises::All(text.place))
}
