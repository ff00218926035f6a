//! Deliberate mistakes, and the tests that must notice them. They are written in TOML, in
//! `tools/weft/mutants/*.toml`.

use std::fs;

use serde::Deserialize;

use crate::build::tree;
use crate::error::{Error, Outcome};
use crate::project::Project;
use crate::suite::trial::{Trial, With};

/// Where the files are.
const FOLDER: &str = "tools/weft/mutants";

/// A file of mutants.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Mutants {
    mutant: Vec<Mutant>,
}

/// A mistake: one place of one file, written differently.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mutant {
    /// What is wrong with it.
    pub name: String,
    /// The file, from the root of the tree.
    pub file: String,
    /// What stands there; exactly once.
    pub old: String,
    /// What the mistake puts in its place.
    pub new: String,
    /// The package whose tests must fail.
    pub package: String,
    /// What they run with.
    #[serde(default)]
    pub with: With,
    /// Texts of which the name of a test that is run has one; none chooses all tests.
    #[serde(default)]
    pub tests: Vec<String>,
}

impl Mutant {
    /// The tests that must fail.
    pub fn trial(&self) -> Trial {
        Trial {
            package: self.package.clone(),
            with: self.with,
            tests: self.tests.clone(),
        }
    }

    /// Makes the mistake in the text of the file.
    ///
    /// # Errors
    /// If the old text is not there exactly once: code has changed and the mutant must follow.
    pub fn apply(&self, text: &str) -> Outcome<String> {
        match text.matches(&self.old).count() {
            1 => Ok(text.replacen(&self.old, &self.new, 1)),
            count => Err(Error::new(format!("its old text is there {count} times"))
                .at(&self.file)
                .remedy(format!(
                    "adapt the mutant in {FOLDER}; its text must be there once"
                ))),
        }
    }
}

/// Reads all mutants.
///
/// # Errors
/// If a file cannot be read or is no table of mutants.
pub fn read(project: &Project) -> Outcome<Vec<Mutant>> {
    let folder = project.root().join(FOLDER);
    let mut all = Vec::new();
    for file in tree::files(&folder)? {
        let path = folder.join(file);
        let text = fs::read_to_string(&path).map_err(|cause| Error::io("read", &path, &cause))?;
        let found: Mutants = toml::from_str(&text)
            .map_err(|cause| Error::new(cause.to_string()).at(path.display()))?;
        all.extend(found.mutant);
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_mutant_can_be_made_in_the_tree_and_has_a_name_of_its_own() {
        let project = Project::locate();
        let all = read(&project).expect("they can be read");
        let names: BTreeSet<_> = all.iter().map(|mutant| &mutant.name).collect();
        assert_eq!(names.len(), all.len());
        for mutant in &all {
            let text = std::fs::read_to_string(project.root().join(&mutant.file));
            let text = text.unwrap_or_else(|error| panic!("{}: {error}", mutant.file));
            let made = mutant.apply(&text);
            assert!(
                made.is_ok_and(|made| made != text),
                "{}: its old text is not in {} exactly once",
                mutant.name,
                mutant.file
            );
        }
    }

    #[test]
    fn a_mistake_is_made_only_where_its_text_is_exactly_once() {
        let mutant: Mutants = toml::from_str(
            "[[mutant]]\nname = 'm'\nfile = 'f'\nold = 'a < b'\nnew = 'a <= b'\npackage = 'p'",
        )
        .expect("a mutant");
        let mutant = mutant.mutant.first().expect("one");
        assert_eq!(mutant.apply("if a < b {}"), Ok("if a <= b {}".to_owned()));
        assert!(mutant.apply("if a > b {}").is_err());
        let error = mutant.apply("a < b; a < b").expect_err("twice");
        assert!(error.to_string().contains("2 times"), "{error}");
    }
}
