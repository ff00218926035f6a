//! The command line.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use idlc::Source;
use idlc::model::Interface;

use crate::files::{self, Problem};
use crate::report;

/// Checks interface files and makes Rust modules of them.
#[derive(Debug, Parser)]
#[command(name = "idlc")]
pub(crate) struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Checks files that belong together.
    Check(Sources),
    /// Makes a module of each file.
    Gen(Generate),
}

#[derive(Debug, Args)]
struct Sources {
    /// Interface files, or folders of them.
    #[arg(default_value = "idl")]
    sources: Vec<PathBuf>,
}

#[derive(Debug, Args)]
struct Generate {
    #[command(flatten)]
    sources: Sources,
    /// The folder of the modules.
    #[arg(long, default_value = "idl/proto/src/interfaces")]
    out: PathBuf,
    /// Writes nothing, and fails if a module is not what its file makes.
    #[arg(long)]
    check: bool,
}

impl Arguments {
    /// Does what was asked for and tells of problems.
    pub(crate) fn run(self) -> ExitCode {
        let done = match self.verb {
            Verb::Check(sources) => sources.compile().map(|_| ()),
            Verb::Gen(generate) => generate.run(),
        };
        match done {
            Ok(()) => ExitCode::SUCCESS,
            Err(problem) => {
                eprintln!("idlc: {problem}");
                ExitCode::FAILURE
            }
        }
    }
}

impl Sources {
    fn compile(&self) -> Result<(Vec<Source>, Vec<Interface>), Problem> {
        let sources = files::read(&self.sources)?;
        match idlc::compile(&sources) {
            Ok(interfaces) => Ok((sources, interfaces)),
            Err(diagnostics) => {
                report::print(&sources, &diagnostics);
                Err(Problem::Mistakes(diagnostics.len()))
            }
        }
    }
}

impl Generate {
    fn run(self) -> Result<(), Problem> {
        let (sources, interfaces) = self.sources.compile()?;
        let modules = idlc::generate::modules(&sources, &interfaces)?;
        if self.check {
            return files::compare(&self.out, &modules);
        }
        files::write(&self.out, &modules)
    }
}
