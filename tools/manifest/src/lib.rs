//! Reads a manifest and checks it into a system specification.
//!
//! A manifest (`images/*.toml`) names components, the interfaces that connect them, and what each may
//! reach; a board file (`images/boards/*.toml`) gives names to the machine's interrupts, ports and
//! registers, so that no manifest contains an address. [`check`] reports every mistake at once, each
//! with its place, the other place where two contradict, and what to do; it never panics.
//!
//! The way of a manifest: `read` (TOML to a draft, by kinds of values) → `rules` (what must hold between
//! components) → `plan` (order, slots, addresses) → [`weft_spec::SystemSpec`]. There is no I/O in here.

#![forbid(unsafe_code)]

mod board;
mod catalogue;
mod diagnostic;
mod draft;
mod duplicate;
mod plan;
mod read;
mod rules;
mod suggest;
mod table;
mod units;
mod values;

pub use catalogue::{Catalogue, Interface, Passes, RingSupport};
pub use diagnostic::{Diagnostic, Note, Position};

use diagnostic::{FileId, Report};
use weft_spec::SystemSpec;

/// A source text and the name by which people know it.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// The file's name, as messages show it.
    pub path: &'a str,
    /// What is in it.
    pub text: &'a str,
}

/// Finds the name of the board that a manifest is for, so that the caller can read the board's file.
/// `None` if the manifest does not say; [`check`] then reports that.
pub fn board_name(manifest: &str) -> Option<String> {
    let (table, _) = toml::de::DeTable::parse_recoverable(manifest);
    let system = table.get_ref().get("system")?.get_ref();
    Some(system.get("board")?.get_ref().as_str()?.to_owned())
}

/// Finds the programs that a manifest names, in the order of the text and without repetition, so that
/// the caller can build them. Mistakes are left to [`check`].
pub fn program_names(manifest: &str) -> Vec<String> {
    let mut report = Report::new(
        Source {
            path: "",
            text: manifest,
        },
        Source { path: "", text: "" },
    );
    let draft = read::manifest(manifest, &mut report);
    let mut names: Vec<String> = Vec::new();
    for component in draft.into_iter().flat_map(|draft| draft.components) {
        if !names.contains(&component.program.value) {
            names.push(component.program.value);
        }
    }
    names
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
    let draft = read::manifest(manifest.text, &mut report);
    let board = board::read(board.text, FileId::Board, &mut report);
    if let (Some(draft), Some(board)) = (draft, board) {
        rules::check(&draft, &board, catalogue, &mut report);
        if report.is_clean()
            && let Some(spec) = plan::plan(&draft, &board, catalogue, &mut report)
        {
            return Ok(spec);
        }
    }
    Err(report.finish())
}
