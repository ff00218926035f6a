//! `check`: everything that is checked besides tests.

use std::process::ExitCode;

use crate::cli::CheckArgs;
use crate::error::{Error, Outcome};
use crate::project::Project;
use crate::rules::{Context, Rule, TABLE};
use crate::setup::{self, Need};

/// Checks the chosen rules, or all, and shows every problem.
///
/// # Errors
/// If a rule is named that does not exist, or the tree cannot be read.
pub fn run(project: &Project, args: &CheckArgs) -> Outcome<ExitCode> {
    if args.list {
        TABLE
            .iter()
            .for_each(|rule| println!("{:<14}{}", rule.name, rule.holds));
        return Ok(ExitCode::SUCCESS);
    }
    let rules = chosen(&args.rules)?;
    setup::ensure(project, &[Need::RustTargets])?;
    let context = Context::read(project)?;
    let mut count = 0_usize;
    for rule in &rules {
        eprintln!("check: {}", rule.name);
        for problem in rule.look(&context) {
            println!("{problem}\n  rule: {} ({})", rule.holds, rule.name);
            count += 1;
        }
    }
    println!("check: {} rules, {count} problems", rules.len());
    Ok(if count == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn chosen(names: &[String]) -> Outcome<Vec<&'static Rule>> {
    if names.is_empty() {
        return Ok(TABLE.iter().collect());
    }
    let find = |name: &String| {
        TABLE.iter().find(|rule| rule.name == name).ok_or_else(|| {
            Error::new(format!("there is no rule `{name}`"))
                .remedy("`cargo weft check --list` shows all rules")
        })
    };
    names.iter().map(find).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_that_does_not_exist_is_refused() {
        assert!(chosen(&["layers".to_owned()]).is_ok_and(|rules| rules.len() == 1));
        assert!(chosen(&["beauty".to_owned()]).is_err());
        assert!(chosen(&[]).is_ok_and(|rules| rules.len() == TABLE.len()));
    }
}
