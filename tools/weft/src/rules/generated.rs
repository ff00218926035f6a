//! What is generated is what would be generated now: of the interfaces the modules in `idl/proto` and the accepted
//! summaries in `idl/golden`, of the kernel's tables the reference of the system calls; and the interfaces are written as
//! the formatter writes them.

use std::fs;

use super::{Context, Problem, clippy};
use crate::command;
use crate::error::Outcome;
use crate::reference;

/// What is asked, and what to type if the answer is no.
const QUESTIONS: &[(&str, &str)] = &[
    ("fmt", "type: cargo weft idl fmt"),
    ("gen", "type: cargo weft idl gen"),
    (
        "accept",
        "type: cargo weft idl accept, if that is what was meant",
    ),
];

/// Asks the interface compiler to compare.
///
/// # Errors
/// If it cannot be started.
pub fn look(context: &Context<'_>) -> Outcome<Vec<Problem>> {
    let ask = |(verb, remedy): &(&str, &str)| {
        let mut cargo = command::cargo();
        cargo.current_dir(context.project.root());
        cargo.args(["run", "--quiet", "--package", "idlc", "--", verb, "--check"]);
        clippy::verdict(&mut cargo, remedy)
    };
    let stale = reference::files().into_iter().filter_map(|(path, wanted)| {
        let found = fs::read_to_string(context.project.root().join(path));
        let same = found.is_ok_and(|found| found == wanted);
        let what = "it is not what the tables of the ABI make";
        (!same).then(|| Problem::new(path, what, "type: cargo weft abi"))
    });
    Ok(QUESTIONS.iter().flat_map(ask).chain(stale).collect())
}
