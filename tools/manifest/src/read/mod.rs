//! TOML to a draft: kinds of values, ranges, unknown and missing keys.

mod component;
mod connection;

use toml::de::{DeTable, DeValue};

use crate::{
    diagnostic::{At, FileId, Place, Report},
    draft::{Draft, DraftComponent},
    duplicate::{self, Syntax},
    table::{Fields, in_order, wrong_kind},
};

const START: Place = Place {
    file: FileId::Manifest,
    offset: 0,
};

/// Reads a manifest. What cannot be read is reported and left out; `None` if the text is no TOML.
pub(crate) fn manifest(text: &str, report: &mut Report<'_>) -> Option<Draft> {
    let (table, errors) = DeTable::parse_recoverable(text);
    let syntax = duplicate::report_syntax(text, FileId::Manifest, table.get_ref(), &errors, report);
    if syntax == Syntax::Damaged {
        return None;
    }
    let mut fields = Fields::new(table.get_ref(), START, "the manifest");
    let (name, board) = system(&mut fields, report);
    let components = components(&mut fields, report);
    if components.is_empty() {
        let remedy = "add a table `[component.NAME]` for each program that shall run";
        report.error(START, "the manifest has no component", remedy);
    }
    fields.finish(report);
    Some(Draft {
        name,
        board,
        components,
    })
}

fn system(fields: &mut Fields<'_, '_>, report: &mut Report<'_>) -> (At<String>, At<String>) {
    let nothing = || At {
        value: String::new(),
        place: START,
    };
    let Some(value) = fields.value("system") else {
        let remedy = "begin with `[system]`, `name = \"…\"` and `board = \"…\"`";
        report.error(START, "the manifest has no table `[system]`", remedy);
        return (nothing(), nothing());
    };
    let Some(table) = value.value.as_table() else {
        wrong_kind(&value, "`system`", "a table", report);
        return (nothing(), nothing());
    };
    let mut system = Fields::new(table, value.place, "`[system]`");
    let names = (
        system.required("name", report),
        system.required("board", report),
    );
    system.finish(report);
    names
}

fn components(fields: &mut Fields<'_, '_>, report: &mut Report<'_>) -> Vec<DraftComponent> {
    let Some(value) = fields.value("component") else {
        return Vec::new();
    };
    let Some(table) = value.value.as_table() else {
        wrong_kind(&value, "`component`", "tables `[component.NAME]`", report);
        return Vec::new();
    };
    let mut read = Vec::new();
    for (name, value) in in_order(table, FileId::Manifest) {
        match value.value {
            DeValue::Table(table) => read.push(component::read(name, table, report)),
            _ => wrong_kind(
                &value,
                &format!("component `{}`", name.value),
                "a table",
                report,
            ),
        }
    }
    read
}
