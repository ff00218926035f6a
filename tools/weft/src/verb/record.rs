//! `record` and `replay`: traffic of servers that run on this machine, which `weft-record` does.

use std::process::ExitCode;

use weft_record::{Problem, TROUBLE};

/// Shows why it could not be done, with a status that is not that of differences.
pub fn end(done: Result<ExitCode, Problem>) -> ExitCode {
    done.unwrap_or_else(|problem| {
        eprintln!("error: {problem}");
        ExitCode::from(TROUBLE)
    })
}
