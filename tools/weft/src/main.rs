//! The binary behind `cargo weft`: reads the command line and hands over to the library.

use std::process::ExitCode;

use clap::Parser;
use weft::cli::Cli;

fn main() -> ExitCode {
    match weft::verb::dispatch(Cli::parse()) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
