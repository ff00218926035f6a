//! `docs/soundness.md` lists the crates with unsafe code, and no others have any: whoever reviews
//! soundness knows where to look.

use std::collections::BTreeSet;
use std::path::Path;

use super::attributes::attributes;
use super::metadata::Package;
use super::sources::Sources;
use super::{Context, Problem, markdown};
use crate::error::Outcome;

/// The document with the list.
const DOCUMENT: &str = "docs/soundness.md";

/// Compares the list with the sources.
///
/// # Errors
/// None; the signature is that of all rules.
pub fn look(context: &Context<'_>) -> Outcome<Vec<Problem>> {
    let root = context.project.root();
    Ok(problems(&context.sources, &context.packages, root))
}

fn problems(sources: &Sources, packages: &[Package], root: &Path) -> Vec<Problem> {
    let mut has_unsafe = BTreeSet::new();
    let mut found = Vec::new();
    for file in sources.with("rs").filter(|file| allows_unsafe(&file.text)) {
        let holder = packages
            .iter()
            .find(|package| file.path.starts_with(&format!("{}/", package.folder(root))));
        match holder {
            Some(package) => {
                has_unsafe.insert(package.name.clone());
            }
            None => found.push(Problem::new(
                &file.path,
                "unsafe code outside of any package",
                "move it into a crate that docs/soundness.md lists",
            )),
        }
    }
    let listed = markdown::first_column(sources.text(DOCUMENT));
    found.extend(has_unsafe.difference(&listed).map(|name| {
        let what = format!("`{name}` allows unsafe code, and the list does not have it");
        Problem::new(
            DOCUMENT,
            what,
            "do without unsafe code, or add a row that says why not",
        )
    }));
    found.extend(listed.difference(&has_unsafe).map(|name| {
        let what = format!("`{name}` is in the list, and has no unsafe code");
        Problem::new(DOCUMENT, what, "take the row away")
    }));
    found
}

fn allows_unsafe(text: &str) -> bool {
    attributes(text).any(|(_, attribute)| {
        let plain: String = attribute.chars().filter(|c| !c.is_whitespace()).collect();
        plain.contains("allow(") && plain.contains("unsafe_code")
    })
}

#[cfg(test)]
mod tests {
    use super::super::metadata::tests::package;
    use super::*;

    const LIST: &str = "| crate | why |\n|---|---|\n| `weft-store` | places objects |\n";
    const ALLOWED: &str = "#![allow(unsafe_code, reason = \"x\")]";

    fn found(files: &[(&str, &str)]) -> Vec<Problem> {
        let packages = [
            package("microkernel/store", "weft-store", &[]),
            package("idl/proto", "proto", &[]),
        ];
        let sources = Sources::from_texts(files.iter().copied().chain([(DOCUMENT, LIST)]));
        problems(&sources, &packages, Path::new("/tree"))
    }

    #[test]
    fn the_list_agrees_with_the_sources() {
        assert_eq!(found(&[("microkernel/store/src/lib.rs", ALLOWED)]), []);
    }

    #[test]
    fn unsafe_code_outside_of_the_list_is_refused() {
        let found = found(&[
            ("microkernel/store/src/lib.rs", ALLOWED),
            ("idl/proto/src/lib.rs", ALLOWED),
            ("images/x.rs", ALLOWED),
        ]);
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found.iter().any(|problem| problem.what.contains("`proto`")));
    }

    #[test]
    fn a_row_without_unsafe_code_is_refused() {
        assert!(found(&[])[0].what.contains("has no unsafe code"));
    }
}
