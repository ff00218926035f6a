//! TOML to a draft: kinds of values, ranges, unknown and missing keys.

mod component;
mod connection;

use component::Read;

use toml::de::{DeTable, DeValue};

use crate::{
    board::Drivers,
    diagnostic::{At, FileId, Place, Report},
    draft::{Draft, DraftComponent, Supervises, without_core},
    table::{Fields, in_order},
    values::wrong_kind,
};

const START: Place = Place {
    file: FileId::Manifest,
    offset: 0,
};

/// Reads a manifest for a board with these drivers; `None` stands for a board that could not be read. What cannot
/// be read is reported and left out.
pub(crate) fn manifest<'t, 's>(
    table: &'t DeTable<'s>,
    drivers: Option<&Drivers<'t, 's>>,
    report: &mut Report<'_>,
) -> Draft {
    let mut fields = Fields::new(table, START, "the manifest");
    let System {
        name,
        boards,
        root,
        meters,
    } = system(&mut fields, report);
    let components = components(&mut fields, drivers, report);
    if components.is_empty() && root.is_none() {
        let remedy = "add a table `[component.NAME]` for each program that shall run";
        report.error(START, "the manifest has no component", remedy);
    }
    fields.finish(report);
    Draft {
        name,
        boards,
        root,
        meters,
        components,
    }
}

/// What `[system]` says.
struct System {
    name: At<String>,
    boards: Vec<At<String>>,
    root: Option<At<String>>,
    meters: bool,
}

impl System {
    /// Stands for a table that is missing.
    fn missing() -> Self {
        let nothing = At {
            value: String::new(),
            place: START,
        };
        Self {
            name: nothing,
            boards: Vec::new(),
            root: None,
            meters: false,
        }
    }
}

fn system(fields: &mut Fields<'_, '_>, report: &mut Report<'_>) -> System {
    let Some(value) = fields.value("system") else {
        let remedy = "begin with `[system]`, `name = \"…\"` and `board = \"…\"`";
        report.error(START, "the manifest has no table `[system]`", remedy);
        return System::missing();
    };
    let Some(table) = value.value.as_table() else {
        wrong_kind(&value, "`system`", "a table", report);
        return System::missing();
    };
    let mut fields = Fields::new(table, value.place, "`[system]`");
    let system = System {
        name: fields.required("name", report),
        boards: boards(&mut fields, report),
        root: fields.string("root", report),
        meters: fields.flag("meters", report).is_some_and(|at| at.value),
    };
    fields.finish(report);
    system
}

/// The boards: one, or a list.
fn boards(fields: &mut Fields<'_, '_>, report: &mut Report<'_>) -> Vec<At<String>> {
    let Some(list) = fields.value("boards") else {
        let only = fields.required("board", report);
        return Some(only)
            .filter(|board| !board.value.is_empty())
            .into_iter()
            .collect();
    };
    if let Some(board) = fields.value("board") {
        let other = (list.place, "`boards` is given here".to_owned());
        let message = "both `board` and `boards` say which boards it is for";
        report.conflict(board.place, message, &[other], "remove one of the two");
    }
    let boards = fields.strings("boards", report);
    if boards.is_empty() {
        let remedy = "name at least one, the usual one first: boards = [\"NAME\"]";
        report.error(list.place, "`boards` names no board", remedy);
    }
    boards
}

fn components<'t, 's>(
    fields: &mut Fields<'t, 's>,
    drivers: Option<&Drivers<'t, 's>>,
    report: &mut Report<'_>,
) -> Vec<DraftComponent> {
    let Some(value) = fields.value("component") else {
        return Vec::new();
    };
    let Some(table) = value.value.as_table() else {
        wrong_kind(&value, "`component`", "tables `[component.NAME]`", report);
        return Vec::new();
    };
    let (mut read, mut left_out) = (Vec::new(), Vec::new());
    for (name, value) in in_order(table, FileId::Manifest) {
        match value.value {
            DeValue::Table(table) => match component::read(name, table, drivers, report) {
                Read::Component(component) => read.push(*component),
                Read::LeftOut(name) => left_out.push(name.value),
            },
            _ => wrong_kind(
                &value,
                &format!("component `{}`", name.value),
                "a table",
                report,
            ),
        }
    }
    forget(&left_out, &mut read);
    read
}

/// Forgets connections to components that are left out.
fn forget(left_out: &[String], components: &mut [DraftComponent]) {
    let is_there = |name: &At<String>| {
        !left_out
            .iter()
            .any(|gone| gone == without_core(&name.value))
    };
    for component in components {
        component
            .uses
            .retain(|connection| is_there(&connection.server));
        component.mints.retain(is_there);
        if let Some(Supervises::Some(list)) = &mut component.supervises {
            list.retain(is_there);
        }
    }
}
