//! `test`: all tests, closed by one line.

use std::panic;
use std::process::ExitCode;
use std::thread;

use crate::cli::TestArgs;
use crate::error::Outcome;
use crate::project::Project;
use crate::setup;
use crate::suite::tally::Tally;
use crate::suite::{self, Context, Length, Place, Suite, TABLE};

/// Runs every suite for the chosen board: those of machines beside those of the host, because neither keeps two processors busy.
/// A run without a single test fails.
///
/// # Errors
/// If set-up fails.
pub fn run(project: &Project, args: &TestArgs) -> Outcome<ExitCode> {
    setup::ensure(project, &setup::ALL)?;
    let length = if args.long {
        Length::Long
    } else {
        Length::Usual
    };
    let context = Context {
        project,
        length,
        case: &args.case,
    };
    suite::known(&args.suites)?;
    let is_wanted = |suite: &&Suite| {
        suite.is_for(args.board)
            && suite.is_named(&args.suites)
            && suite.is_due(length, &args.suites)
    };
    let (host, machines): (Vec<_>, Vec<_>) = TABLE
        .iter()
        .filter(is_wanted)
        .partition(|suite| suite.place == Place::Host);
    let tally = thread::scope(|scope| {
        let machines = scope.spawn(|| run_all(&machines, &context));
        let mut tally = run_all(&host, &context);
        tally.add(
            machines
                .join()
                .unwrap_or_else(|cause| panic::resume_unwind(cause)),
        );
        tally
    });
    println!();
    tally.times().for_each(|line| println!("{line}"));
    tally.details().for_each(|line| println!("{line}"));
    println!("{}", tally.closing_line());
    let is_good = !tally.has_failures() && !tally.is_empty();
    Ok(if is_good {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Runs suites one after another.
fn run_all(suites: &[&Suite], context: &Context<'_>) -> Tally {
    let mut tally = Tally::default();
    for suite in suites {
        suite.run(context, &mut tally);
    }
    tally
}
