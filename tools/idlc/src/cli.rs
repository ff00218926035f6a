//! The command line of `idlc`.

use std::process::ExitCode;

use clap::Parser;
use idlc::command::Verb;

/// Checks interface files and makes Rust modules of them.
#[derive(Debug, Parser)]
#[command(name = "idlc")]
pub(crate) struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

impl Arguments {
    /// Does what was asked for and tells of problems.
    pub(crate) fn run(self) -> ExitCode {
        match self.verb.run() {
            Ok(()) => ExitCode::SUCCESS,
            Err(problem) => {
                eprintln!("idlc: {problem}");
                ExitCode::FAILURE
            }
        }
    }
}
