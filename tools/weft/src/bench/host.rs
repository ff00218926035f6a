//! Figures of this machine's own processor: the ring beside what Linux and other crates offer for the same.
//!
//! They are times, which differ from run to run and from machine to machine, so nothing is held against them. The
//! program that measures is a package of its own (`weft-hostbench`), built with optimisation.

use std::process::Command;

use super::figure::{self, Figures};
use crate::build::rust;
use crate::command;
use crate::error::{Error, Outcome};
use crate::project::Project;

/// The program's package and name.
const PACKAGE: &str = "weft-hostbench";

/// Measures what has a text in its name.
///
/// # Errors
/// If the program does not build, or prints something else than lines of figures.
pub fn run(project: &Project, text: &str) -> Outcome<Figures> {
    let program = rust::host(project, PACKAGE, &["iceoryx2"])?.join(PACKAGE);
    let mut measuring = Command::new(&program);
    measuring.args(["--json", "--filter", text]);
    let output = command::collect(&mut measuring)?;
    eprint!("{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8_lossy(&output.stdout);
    let figures = figure::parse(&text, &program)?;
    if figures == Figures::default() {
        return Err(Error::new("nothing was measured").at(program.display()));
    }
    Ok(figures)
}
