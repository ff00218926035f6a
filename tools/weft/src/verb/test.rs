//! `test`: all tests, closed by one line.

use std::process::ExitCode;

use crate::cli::TestArgs;
use crate::error::Outcome;
use crate::project::Project;
use crate::setup;
use crate::suite::tally::Tally;
use crate::suite::{self, Context, Length, Suite, TABLE};

/// Runs every suite for the chosen board. A run without a single test fails.
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
    let mut tally = Tally::default();
    let is_wanted = |suite: &&Suite| {
        suite.is_for(args.board)
            && suite.is_named(&args.suites)
            && suite.is_due(length, &args.suites)
    };
    for suite in TABLE.iter().filter(is_wanted) {
        suite.run(&context, &mut tally);
    }
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
