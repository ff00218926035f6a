//! Every dependency, however deep, may be used under a licence that this project accepts.

use spdx::{Expression, ParseMode};

use super::metadata::{self, Package};
use super::{Context, Problem};
use crate::error::Outcome;

/// The licences that are accepted, by their SPDX names.
const ACCEPTED: [&str; 7] = [
    "MIT",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "0BSD",
    "Zlib",
    "Unicode-3.0",
];

/// Packages under another licence, each for a reason that stands in a decision. They build what is measured beside this system on
/// the host, and are in no image.
const ALSO: [(&str, &str); 1] = [("libloading", "ISC")];

/// Looks at the licence of every package that is used.
///
/// # Errors
/// If Cargo cannot tell what is used.
pub fn look(context: &Context<'_>) -> Outcome<Vec<Problem>> {
    Ok(metadata::everything(context.project)?
        .iter()
        .filter_map(problem)
        .collect())
}

fn problem(package: &Package) -> Option<Problem> {
    let place = format!("{} {}", package.name, package.version);
    let remedy = "use another crate";
    let Some(licence) = &package.license else {
        return Some(Problem::new(place, "it names no licence", remedy));
    };
    // Old packages write `MIT/Apache-2.0`, which lax reading takes as a choice.
    let Ok(expression) = Expression::parse_mode(licence, ParseMode::LAX) else {
        return Some(Problem::new(
            place,
            format!("its licence `{licence}` is unreadable"),
            remedy,
        ));
    };
    let is_accepted = |required: &spdx::LicenseReq| {
        required.license.id().is_some_and(|id| {
            ACCEPTED.contains(&id.name) || ALSO.contains(&(package.name.as_str(), id.name))
        })
    };
    if expression.evaluate(is_accepted) {
        return None;
    }
    Some(Problem::new(
        place,
        format!("its licence `{licence}` is not accepted"),
        remedy,
    ))
}

#[cfg(test)]
mod tests {
    use super::super::metadata::tests::package;
    use super::*;

    fn is_refused(licence: Option<&str>) -> bool {
        let mut user = package("x", "x", &[]);
        user.license = licence.map(str::to_owned);
        problem(&user).is_some()
    }

    #[test]
    fn accepted_licences_and_choices_with_one_are_taken() {
        for licence in [
            "MIT",
            "MIT/Apache-2.0",
            "GPL-3.0-only OR Zlib",
            "MIT AND Unicode-3.0",
        ] {
            assert!(!is_refused(Some(licence)), "{licence}");
        }
        assert!(!is_refused(Some("Apache-2.0 WITH LLVM-exception")));
    }

    #[test]
    fn other_licences_are_refused() {
        for licence in [
            "MPL-2.0",
            "MIT AND GPL-2.0-only",
            "CDDL-1.0",
            "anything goes",
        ] {
            assert!(is_refused(Some(licence)), "{licence}");
        }
        assert!(is_refused(None));
    }
}
