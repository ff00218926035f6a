//! Reads a manifest and checks it into a system specification.
//!
//! A manifest (`images/*.toml`) names components, the interfaces that connect them, and what each may
//! reach; a board file (`images/boards/*.toml`) gives names to the machine's interrupts, ports and
//! registers, so that no manifest contains an address, and says which drivers it needs, so that one manifest
//! is enough for several boards. [`check`] reports every mistake at once, each
//! with its place, the other place where two contradict, and what to do; it never panics.
//!
//! The way of a manifest: `read` (TOML to a draft, by kinds of values) → `instances` (one component for each core)
//! → `rules` (what must hold between components) → `plan` (order, slots, addresses) → [`weft_spec::SystemSpec`].
//! There is no I/O in here.

#![forbid(unsafe_code)]

mod board;
mod catalogue;
mod diagnostic;
mod draft;
mod duplicate;
mod early_console;
mod instances;
mod plan;
mod read;
mod rules;
mod suggest;
mod table;
mod units;
mod values;

pub use catalogue::{Catalogue, Interface, Passes, RingSupport};
pub use diagnostic::{Diagnostic, Note, Position};
pub use early_console::early_console;

use diagnostic::{FileId, Report};
use duplicate::Syntax;
use toml::Spanned;
use toml::de::DeTable;
use weft_spec::SystemSpec;

/// A source text and the name by which people know it.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// The file's name, as messages show it.
    pub path: &'a str,
    /// What is in it.
    pub text: &'a str,
}

/// Finds the names of the boards that a manifest is for, the usual one first, so that the caller can read a
/// board's file. None if the manifest does not say; [`check`] then reports that.
pub fn board_names(manifest: &str) -> Vec<String> {
    let (table, _) = DeTable::parse_recoverable(manifest);
    let Some(system) = table.get_ref().get("system") else {
        return Vec::new();
    };
    let system = system.get_ref();
    let list = system
        .get("boards")
        .and_then(|list| list.get_ref().as_array());
    let only = system.get("board");
    let names = list.into_iter().flatten().chain(only);
    names
        .filter_map(|name| Some(name.get_ref().as_str()?.to_owned()))
        .collect()
}

/// Checks a manifest for a board and makes the system specification.
///
/// # Errors
/// Every mistake of both texts, in the order of places; never an empty list.
pub fn check(
    manifest: Source<'_>,
    board: Source<'_>,
    catalogue: &Catalogue,
) -> Result<SystemSpec, Vec<Diagnostic>> {
    let mut report = Report::new(manifest, board);
    let machine = table(board.text, FileId::Board, &mut report);
    let machine = machine
        .as_ref()
        .map(|table| board::read(table.get_ref(), &mut report));
    let system = table(manifest.text, FileId::Manifest, &mut report);
    let system = system.as_ref().map(|table| {
        let drivers = machine.as_ref().map(|(_, drivers)| drivers);
        read::manifest(table.get_ref(), drivers, &mut report)
    });
    if let (Some(draft), Some((board, _))) = (system, &machine) {
        let instances = instances::of(&draft);
        rules::check(&draft, &instances, board, catalogue, &mut report);
        if report.is_clean()
            && let Some(spec) = plan::plan(&instances, board, catalogue, &mut report)
        {
            return Ok(spec);
        }
    }
    Err(report.finish())
}

/// What a text holds; `None` if it is no TOML.
fn table<'t>(text: &'t str, file: FileId, report: &mut Report<'_>) -> Option<Spanned<DeTable<'t>>> {
    let (table, errors) = DeTable::parse_recoverable(text);
    let syntax = duplicate::report_syntax(text, file, table.get_ref(), &errors, report);
    (syntax == Syntax::Readable).then_some(table)
}
