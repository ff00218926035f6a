//! A board file: names for the machine's interrupts, ports, registers and device memory, and the drivers that
//! stand for what manifests ask every board for.

use toml::de::{DeTable, DeValue};
use weft_abi::layout::PAGE;
use weft_spec::{Bus, Coherence, IrqMode};

use crate::{
    diagnostic::{At, FileId, Place, Report},
    early_console, suggest,
    table::Fields,
    units,
    values::wrong_kind,
};

/// A board.
#[derive(Debug)]
pub(crate) struct Board {
    pub(crate) name: At<String>,
    pub(crate) irqs: Vec<(At<String>, Irq)>,
    pub(crate) ports: Vec<(At<String>, Range)>,
    pub(crate) registers: Vec<(At<String>, Range)>,
    pub(crate) device_memory: Vec<(At<String>, Range)>,
    /// How devices reach memory.
    pub(crate) buses: Vec<(At<String>, Bus)>,
    pub(crate) coherence: Coherence,
}

/// A board's drivers: keys of components that have `driver` with that name.
#[derive(Debug)]
pub(crate) struct Drivers<'t, 's> {
    present: Vec<(At<String>, &'t DeTable<'s>)>,
    /// What the board has no hardware for.
    without: Vec<At<String>>,
}

/// What a board has for a component.
#[derive(Debug)]
pub(crate) enum Driver<'t, 's> {
    /// These keys.
    Present(&'t DeTable<'s>),
    /// Nothing, as its file says.
    Without,
    /// Nobody knows; that is reported.
    Unknown,
}

impl<'t, 's> Drivers<'t, 's> {
    /// The driver that a component asks for; one that the board has not is reported.
    pub(crate) fn find(&self, name: &At<String>, report: &mut Report<'_>) -> Driver<'t, 's> {
        if let Some(table) = find(&self.present, &name.value) {
            return Driver::Present(table);
        }
        if self.without.iter().any(|other| other.value == name.value) {
            return Driver::Without;
        }
        let message = format!("the board has no driver `{}`", name.value);
        let known = self.present.iter().map(|(name, _)| name.value.as_str());
        report.error(name.place, message, suggest::remedy(&name.value, known));
        Driver::Unknown
    }
}

/// An interrupt line.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Irq {
    pub(crate) line: u32,
    pub(crate) mode: IrqMode,
}

/// Numbers from `first` to `last`, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Range {
    pub(crate) first: u64,
    pub(crate) last: u64,
}

impl Range {
    pub(crate) fn overlaps(self, other: Self) -> bool {
        self.first <= other.last && other.first <= self.last
    }

    pub(crate) fn bytes(self) -> u64 {
        self.last - self.first + 1
    }
}

/// Finds something by its name.
pub(crate) fn find<'b, T>(things: &'b [(At<String>, T)], name: &str) -> Option<&'b T> {
    things
        .iter()
        .find(|(known, _)| known.value == name)
        .map(|(_, thing)| thing)
}

/// Reads a board file.
pub(crate) fn read<'t, 's>(
    table: &'t DeTable<'s>,
    report: &mut Report<'_>,
) -> (Board, Drivers<'t, 's>) {
    let start = Place {
        file: FileId::Board,
        offset: 0,
    };
    let mut fields = Fields::new(table, start, "the board");
    let board = Board {
        name: fields.required("name", report),
        irqs: each(&mut fields, "irq", irq, report),
        ports: each(&mut fields, "ports", ports, report),
        registers: each(&mut fields, "registers", memory, report),
        device_memory: each(&mut fields, "device-memory", memory, report),
        buses: each(&mut fields, "bus", bus, report),
        coherence: match fields.flag("coherent", report) {
            Some(At { value: false, .. }) => Coherence::Incoherent,
            _ => Coherence::Coherent,
        },
    };
    early_console::read(&mut fields, report);
    let drivers = drivers(&mut fields, report);
    fields.finish(report);
    (board, drivers)
}

fn drivers<'t, 's>(fields: &mut Fields<'t, 's>, report: &mut Report<'_>) -> Drivers<'t, 's> {
    let mut drivers = Vec::new();
    for (name, value) in fields.pairs("driver", report) {
        let what = format!("driver `{}`", name.value);
        let DeValue::Table(table) = value.value else {
            wrong_kind(&value, &what, "a table", report);
            continue;
        };
        drivers.push((name, table));
    }
    Drivers {
        present: drivers,
        without: fields.strings("without", report),
    }
}

/// Reads a table of tables; an item that is not right is reported and left out.
fn each<T>(
    fields: &mut Fields<'_, '_>,
    key: &'static str,
    read: fn(&mut Fields<'_, '_>, &mut Report<'_>) -> Option<T>,
    report: &mut Report<'_>,
) -> Vec<(At<String>, T)> {
    let mut things = Vec::new();
    for (name, value) in fields.pairs(key, report) {
        let what = format!("{key} `{}`", name.value);
        let DeValue::Table(table) = value.value else {
            wrong_kind(&value, &what, "a table", report);
            continue;
        };
        let mut item = Fields::new(table, value.place, what);
        things.extend(read(&mut item, report).map(|thing| (name, thing)));
        item.finish(report);
    }
    things
}

fn irq(fields: &mut Fields<'_, '_>, report: &mut Report<'_>) -> Option<Irq> {
    let line = number(fields, "line", 1023, report)?;
    let trigger = fields.required("trigger", report);
    let mode = match trigger.value.as_str() {
        "edge" => IrqMode::Edge,
        "level-low" => IrqMode::LevelLow,
        "level-high" => IrqMode::LevelHigh,
        "" => return None,
        other => {
            let message = format!("`trigger` is \"{other}\"");
            report.error(
                trigger.place,
                message,
                "use one of `edge`, `level-high`, `level-low`",
            );
            return None;
        }
    };
    Some(Irq {
        line: line as u32,
        mode,
    })
}

fn ports(fields: &mut Fields<'_, '_>, report: &mut Report<'_>) -> Option<Range> {
    let first = number(fields, "first", u16::MAX.into(), report)?;
    let last = number(fields, "last", u16::MAX.into(), report)?;
    if last < first {
        report.error(
            fields.place,
            format!("{} ends before it begins", fields.what()),
            "exchange the two",
        );
        return None;
    }
    Some(Range { first, last })
}

fn memory(fields: &mut Fields<'_, '_>, report: &mut Report<'_>) -> Option<Range> {
    let first = number(fields, "at", (1 << 46) - 1, report)?;
    let size = fields.required("size", report);
    let bytes = units::bytes(&size.value).filter(|bytes| (1..=1 << 46).contains(bytes));
    match bytes {
        Some(bytes) if bytes % PAGE == 0 && first % PAGE == 0 => Some(Range {
            first,
            last: first + bytes - 1,
        }),
        _ => {
            let message = format!("{} is no range of whole pages", fields.what());
            report.error(
                size.place,
                message,
                "write `at` and `size` as multiples of 4 KiB",
            );
            None
        }
    }
}

/// Where devices see memory from address 0 on, and how much of it.
fn bus(fields: &mut Fields<'_, '_>, report: &mut Report<'_>) -> Option<Bus> {
    let offset = number(fields, "at", (1 << 46) - 1, report)?;
    let size = fields.required("size", report);
    let limit = units::bytes(&size.value).filter(|bytes| (PAGE..=1 << 46).contains(bytes));
    match limit {
        Some(limit) if limit % PAGE == 0 && offset % PAGE == 0 => Some(Bus { offset, limit }),
        _ => {
            let message = format!("{} shows no whole pages", fields.what());
            let remedy = "write `at` and `size` as multiples of 4 KiB";
            report.error(size.place, message, remedy);
            None
        }
    }
}

fn number(
    fields: &mut Fields<'_, '_>,
    key: &'static str,
    most: u64,
    report: &mut Report<'_>,
) -> Option<u64> {
    if fields.value(key).is_none() {
        report.error(
            fields.place,
            format!("{} has no `{key}`", fields.what()),
            format!("add `{key} = N`"),
        );
    }
    fields.number(key, (0, most), report).map(|at| at.value)
}
