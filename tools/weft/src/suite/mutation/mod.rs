//! Tests of the tests: makes deliberate mistakes, one at a time, in a copy of the tree, and expects
//! tests to fail.
//!
//! The mistakes are chosen by hand, where one would be hard to see and bad to have: orderings and
//! fences, checks of what a peer or a disk says, rules about rights. Mistakes made at random would
//! mostly be ones that change nothing.
//!
//! A mistake is caught if a test can be named that fails, that ends its program (a stack that overflows, a panic while another one unwinds),
//! or that there is no end of. One that does not build, or whose tests cannot be run, is an error.

pub mod scratch;
pub mod table;

use std::path::Path;
use std::time::{Duration, Instant};

use super::tally::Tally;
use super::trial::{Failing, Program, Ran, Trial};
use super::{Context, Length};
use crate::error::{Error, Outcome};
use scratch::Scratch;
use table::Mutant;

/// How long the tests may take without a mistake.
const LIMIT: Duration = Duration::from_secs(600);

/// What a mistake may make of the time that the tests take: this many times as much, and this much more.
const TIMES: u32 = 5;
const MORE: Duration = Duration::from_secs(30);

/// Tests, and how long they take without a mistake, or what is wrong with them.
type Sound = (Trial, Result<Duration, String>);

/// Makes every mistake.
///
/// # Errors
/// If the mutants cannot be read or the tree cannot be copied.
pub fn run(context: &Context<'_>, tally: &mut Tally) -> Outcome {
    let mut mutants = table::read(context.project)?;
    mutants.retain(|mutant| mutant.name.contains(context.case));
    if context.length == Length::Usual {
        let count = u64::try_from(mutants.len()).unwrap_or_default();
        tally.skip(count, "mutation: mutants for --long");
        return Ok(());
    }
    let folder = context.project.target("mutation");
    let scratch = Scratch::copy(context.project, &folder.join("tree"))?;
    mutants.sort_by(|a, b| a.package.cmp(&b.package));
    for of_package in mutants.chunk_by(|a, b| a.package == b.package) {
        try_package(of_package, &scratch, &folder, tally);
    }
    Ok(())
}

/// Makes the mistakes that the tests of one package must notice.
fn try_package(mutants: &[Mutant], scratch: &Scratch, folder: &Path, tally: &mut Tally) {
    let mut sound: Vec<Sound> = Vec::new();
    for trial in mutants.iter().map(Mutant::trial) {
        if !sound.iter().any(|(known, _)| *known == trial) {
            eprintln!("test: {trial}, without a mistake");
            let time = time_without(&trial, || trial.build(scratch.root(), folder));
            sound.push((trial, time));
        }
    }
    for mutant in mutants {
        let trial = mutant.trial();
        let result = match sound.iter().find(|(known, _)| *known == trial) {
            Some((_, Ok(time))) => scratch.with(mutant, || {
                let programs = trial.build(scratch.root(), folder)?;
                trial.run(&programs, *time * TIMES + MORE, Failing::LeftAlone)
            }),
            Some((_, Err(wrong))) => Err(Error::new(wrong)),
            None => continue,
        };
        count(mutant, result, tally);
    }
}

/// How long tests take, all of which must pass while there is no mistake.
fn time_without(
    trial: &Trial,
    build: impl FnOnce() -> Outcome<Vec<Program>>,
) -> Result<Duration, String> {
    let programs = build().map_err(|error| error.to_string())?;
    let start = Instant::now();
    match trial.run(&programs, LIMIT, Failing::LeftAlone) {
        Ok(Ran {
            wrong: Some(it), ..
        }) => Err(format!("{trial} fails without a mistake: {it}")),
        Ok(Ran { passed: 0, .. }) => Err(format!("{trial}: there is no such test")),
        Ok(_) => Ok(start.elapsed()),
        Err(error) => Err(error.to_string()),
    }
}

fn count(mutant: &Mutant, result: Outcome<Ran>, tally: &mut Tally) {
    let name = format!("mutant {}", mutant.name);
    match result {
        Ok(Ran {
            wrong: Some(wrong), ..
        }) => {
            let by = wrong.lines().next().unwrap_or_default();
            eprintln!("test: {name} ... caught: {by}");
            tally.pass(1);
        }
        Ok(Ran { wrong: None, .. }) => {
            let trial = mutant.trial();
            tally.fail(&name, &format!("SURVIVED {trial} (in {})", mutant.file));
        }
        Err(error) => tally.fail(&name, &error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::suite::trial::With;

    fn mutant() -> Mutant {
        Mutant {
            name: "m".into(),
            file: "f".into(),
            old: "a".into(),
            new: "b".into(),
            package: "p".into(),
            with: With::Host,
            tests: Vec::new(),
        }
    }

    #[test]
    fn only_a_mistake_that_makes_tests_fail_is_caught() {
        let ran = |passed, wrong: Option<&str>| Ran {
            passed,
            wrong: wrong.map(str::to_owned),
        };
        let mut tally = Tally::default();
        count(&mutant(), Ok(ran(3, Some("no"))), &mut tally);
        assert_eq!(tally.closing_line(), "1 passed, 0 failed");
        count(&mutant(), Ok(ran(4, None)), &mut tally);
        count(&mutant(), Err(Error::new("it does not build")), &mut tally);
        assert_eq!(tally.closing_line(), "1 passed, 2 failed");
        assert!(tally.details().any(|line| line.contains("SURVIVED")));
    }

    #[test]
    fn tests_that_do_not_run_without_a_mistake_prove_nothing() {
        let trial = mutant().trial();
        let none = time_without(&trial, || Ok(Vec::new()));
        assert!(none.is_err_and(|why| why.contains("no such test")));
        let broken = time_without(&trial, || Err(Error::new("it does not build")));
        assert!(broken.is_err());
    }
}
