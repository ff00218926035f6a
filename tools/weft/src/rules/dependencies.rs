//! Every dependency from outside has a row in `docs/dependencies.md` that says why it is there.

use std::collections::BTreeSet;

use super::metadata::Package;
use super::{Context, Problem, markdown};
use crate::error::Outcome;

/// The document with the rows.
const DOCUMENT: &str = "docs/dependencies.md";

/// Compares the rows with what packages declare.
///
/// # Errors
/// None; the signature is that of all rules.
pub fn look(context: &Context<'_>) -> Outcome<Vec<Problem>> {
    Ok(problems(&context.packages, context.sources.text(DOCUMENT)))
}

fn problems(packages: &[Package], document: &str) -> Vec<Problem> {
    let rows = markdown::first_column(document);
    let declared = packages.iter().flat_map(|package| &package.dependencies);
    let outside = declared.filter(|dependency| dependency.path.is_none());
    let used: BTreeSet<_> = outside.map(|dependency| dependency.name.clone()).collect();
    let missing = used.difference(&rows).map(|name| {
        let remedy = "add a row with its reason and licence, or do without it";
        Problem::new(
            DOCUMENT,
            format!("the dependency `{name}` has no row"),
            remedy,
        )
    });
    let idle = rows.difference(&used).map(|name| {
        let what = format!("`{name}` has a row, and nothing depends on it");
        Problem::new(DOCUMENT, what, "take the row away")
    });
    missing.chain(idle).collect()
}

#[cfg(test)]
mod tests {
    use super::super::metadata::tests::package;
    use super::*;

    fn user_of(name: &str) -> Package {
        let mut user = package("tools/weft", "weft", &["tools/image"]);
        let mut outside = user.dependencies[0].clone();
        (outside.name, outside.path) = (name.to_owned(), None);
        user.dependencies.push(outside);
        user
    }

    #[test]
    fn a_dependency_without_a_row_is_refused() {
        assert_eq!(problems(&[user_of("clap")], "").len(), 1);
        assert_eq!(
            problems(&[user_of("clap")], "| `clap` | reads options | MIT |\n"),
            []
        );
    }

    #[test]
    fn a_row_without_a_dependency_is_refused() {
        assert!(
            problems(&[], "| `clap` | x | MIT |\n")[0]
                .what
                .contains("nothing depends on it")
        );
    }
}
