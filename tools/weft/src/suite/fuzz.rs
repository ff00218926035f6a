//! Property tests for a long time.
//!
//! A property test draws other cases each time it runs. So they are run again and again until the
//! package's time is up, whatever number of cases they have otherwise.

use std::path::Path;
use std::time::{Duration, Instant};

use super::tally::Tally;
use super::trial::{Failing, Program, Ran, Trial, With};
use super::{Context, Length, packages};
use crate::error::{Error, Outcome};
use crate::rules::metadata::Package;
use crate::rules::sources::Sources;

/// How long each package's properties are tried.
const TIME: Duration = Duration::from_secs(60);

/// How long one round may take.
const LIMIT: Duration = Duration::from_secs(600);

/// Tries all property tests of the tree.
///
/// # Errors
/// If the tree cannot be read. A package that does not build is a failure of its own.
pub fn run(context: &Context<'_>, tally: &mut Tally) -> Outcome {
    let sources = Sources::read(context.project.root())?;
    for package in packages::host(context.project)? {
        let trial = Trial {
            tests: names(&sources, context.project.root(), &package),
            package: package.name,
            with: With::Host,
        };
        let count = u64::try_from(trial.tests.len()).unwrap_or_default();
        if count == 0 {
            continue;
        }
        if context.length == Length::Usual {
            let package = &trial.package;
            tally.skip(count, &format!("fuzz {package}: a minute, with --long"));
            continue;
        }
        let programs = trial.build(context.project.root(), &context.project.target("fuzz"));
        match programs.and_then(|programs| again_and_again(&trial, &programs, TIME)) {
            Ok(rounds) => {
                eprintln!("test: fuzz {trial} ... ok, {rounds} times");
                tally.pass(count);
            }
            Err(error) => tally.fail(&format!("fuzz {}", trial.package), &error.to_string()),
        }
    }
    Ok(())
}

/// The names of a package's property tests.
fn names(sources: &Sources, root: &Path, package: &Package) -> Vec<String> {
    let folder = Path::new(&package.manifest_path).with_file_name("");
    let files = sources
        .with("rs")
        .filter(|file| root.join(&file.path).starts_with(&folder));
    files
        .flat_map(|file| properties(&file.text))
        .map(str::to_owned)
        .collect()
}

/// The names of the functions in blocks of `proptest!`.
fn properties(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut end: Option<String> = None;
    for line in text.lines() {
        let inside = line.trim_start();
        let indent = line.strip_suffix(inside).unwrap_or_default();
        if inside == "proptest! {" {
            end = Some(format!("{indent}}}"));
        } else if end.as_deref() == Some(line) {
            end = None;
        } else if let (Some(_), Some(rest)) = (&end, inside.strip_prefix("fn ")) {
            found.extend(rest.split('(').next());
        }
    }
    found
}

/// Runs tests until one fails or the time is up. Gives how often they ran.
fn again_and_again(trial: &Trial, programs: &[Program], time: Duration) -> Outcome<u64> {
    let count = trial.tests.len();
    let start = Instant::now();
    let mut rounds = 0;
    loop {
        let Ran { passed, wrong } = trial.run(programs, LIMIT, Failing::MadeSmall)?;
        if let Some(wrong) = wrong {
            return Err(Error::new(wrong));
        }
        if passed < u64::try_from(count).unwrap_or_default() {
            return Err(Error::new(format!(
                "only {passed} of the {count} tests of {trial} are there"
            )));
        }
        rounds += 1;
        if start.elapsed() >= time {
            return Ok(rounds);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trial(tests: &[&str]) -> Trial {
        Trial {
            package: "p".into(),
            with: With::Host,
            tests: tests.iter().map(|test| (*test).to_owned()).collect(),
        }
    }

    #[test]
    fn property_tests_are_told_from_other_functions() {
        let text = "fn a() {}\n    proptest! {\n        #![config]\n        #[test]\n        \
            fn b(x in 0..1) {\n        }\n        fn c(\n    }\n    fn d() {}\n";
        assert_eq!(properties(text), ["b", "c"]);
    }

    #[test]
    fn tests_that_are_not_there_are_noticed() {
        assert!(again_and_again(&trial(&["a"]), &[], Duration::ZERO).is_err());
        assert_eq!(again_and_again(&trial(&[]), &[], Duration::ZERO), Ok(1));
    }
}
