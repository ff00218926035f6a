//! What belongs to the interfaces is what they make now: the modules in `idl/proto`, the accepted summaries
//! in `idl/golden`; and the interfaces are written as the formatter writes them.

use super::{Context, Problem, clippy};
use crate::command;
use crate::error::Outcome;

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
    Ok(QUESTIONS.iter().flat_map(ask).collect())
}
