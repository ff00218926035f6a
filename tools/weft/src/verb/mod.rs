//! The verbs, a file each.

pub mod abi;
pub mod bench;
pub mod board;
pub mod build;
pub mod call;
pub mod check;
pub mod doctor;
pub mod idl;
pub mod image;
pub mod new;
pub mod record;
pub mod run;
pub mod test;

use std::process::ExitCode;

use crate::cli::{Cli, Verb};
use crate::error::Outcome;
use crate::project::Project;

/// Does what the command line says.
///
/// # Errors
/// Whatever keeps the verb from being done; what the verb itself finds is in the exit code.
pub fn dispatch(cli: Cli) -> Outcome<ExitCode> {
    let project = Project::locate();
    match cli.verb {
        Verb::Run(args) => run::run(&project, &args),
        Verb::Test(args) => test::run(&project, &args),
        Verb::Bench(args) => bench::run(&project, &args),
        Verb::Build(args) => build::run(&project, &args),
        Verb::Call(args) => call::run(&project, &args),
        Verb::Record(args) => Ok(record::end(args.run())),
        Verb::Replay(args) => Ok(record::end(args.run())),
        Verb::Image(args) => image::run(&project, &args),
        Verb::Board(args) => board::run(&project, &args),
        Verb::New(args) => new::run(&project, &args),
        Verb::Abi(args) => abi::run(&project, &args),
        Verb::Idl(args) => idl::run(&project, args),
        Verb::Check(args) => check::run(&project, &args),
        Verb::Doctor => doctor::run(&project),
    }
}
