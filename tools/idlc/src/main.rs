//! `idlc`: checks interface files and makes the modules of the `proto` crate.

use std::process::ExitCode;

use clap::Parser;

mod cli;

fn main() -> ExitCode {
    cli::Arguments::parse().run()
}
