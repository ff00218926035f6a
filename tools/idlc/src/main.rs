//! `idlc`: checks interface files and makes the modules of the `proto` crate.

use std::process::ExitCode;

use clap::Parser;

mod cli;
mod files;
mod report;

fn main() -> ExitCode {
    cli::Arguments::parse().run()
}
