//! TOML to a draft: kinds of values, ranges, unknown and missing keys.

mod component;
mod connection;

use toml::de::{DeTable, DeValue};

use crate::{
    diagnostic::{At, FileId, Place, Report},
    draft::{Draft, DraftComponent},
    duplicate::{self, Syntax},
    table::{Fields, in_order},
    values::wrong_kind,
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
    let System { name, board, root } = system(&mut fields, report);
    let components = components(&mut fields, report);
    if components.is_empty() && root.is_none() {
        let remedy = "add a table `[component.NAME]` for each program that shall run";
        report.error(START, "the manifest has no component", remedy);
    }
    fields.finish(report);
    Some(Draft {
        name,
        board,
        root,
        components,
    })
}

/// What `[system]` says.
struct System {
    name: At<String>,
    board: At<String>,
    root: Option<At<String>>,
}

impl System {
    /// Stands for a table that is missing.
    fn missing() -> Self {
        let nothing = At {
            value: String::new(),
            place: START,
        };
        Self {
            name: nothing.clone(),
            board: nothing,
            root: None,
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
        board: fields.required("board", report),
        root: fields.string("root", report),
    };
    fields.finish(report);
    system
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
