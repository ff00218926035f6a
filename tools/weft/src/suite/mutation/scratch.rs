//! A copy of the tree in which mistakes are made: the person's own files stay as they are.
//!
//! Files whose bytes are there already are left alone, so that Cargo builds again only what a mistake
//! is in.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::table::Mutant;
use crate::build::{output, tree};
use crate::command;
use crate::error::{Error, Outcome};
use crate::project::Project;

/// The copy.
#[derive(Debug)]
pub struct Scratch {
    root: PathBuf,
}

impl Scratch {
    /// Makes the copy in `folder` the same as the tree: every file that version control knows, or would
    /// know if it were added.
    ///
    /// # Errors
    /// If Git or the file system refuses.
    pub fn copy(project: &Project, folder: &Path) -> Outcome<Self> {
        output::folder(folder)?;
        let wanted = known_files(project.root())?;
        for path in tree::files(folder)? {
            if !wanted.contains(&path) {
                let path = folder.join(path);
                fs::remove_file(&path).map_err(|cause| Error::io("remove", &path, &cause))?;
                // Fails at the first folder that is not empty.
                let inside = path
                    .ancestors()
                    .skip(1)
                    .take_while(|above| *above != folder);
                let _ = inside.map(fs::remove_dir).find(Result::is_err);
            }
        }
        for path in &wanted {
            same(&project.root().join(path), &folder.join(path))?;
        }
        Ok(Self {
            root: folder.to_path_buf(),
        })
    }

    /// The copy's root.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Makes a mistake in the copy while `work` goes on, and takes it back.
    ///
    /// # Errors
    /// If the mistake does not fit the file, a file cannot be written, or `work` fails.
    pub fn with<T>(&self, mutant: &Mutant, work: impl FnOnce() -> Outcome<T>) -> Outcome<T> {
        self.changed(&mutant.file, |text| mutant.apply(text), work)
    }

    /// Changes a file of the copy while `work` goes on, and takes the change back.
    ///
    /// # Errors
    /// If the change does not fit the file, a file cannot be written, or `work` fails.
    pub fn changed<T>(
        &self,
        file: &str,
        change: impl FnOnce(&str) -> Outcome<String>,
        work: impl FnOnce() -> Outcome<T>,
    ) -> Outcome<T> {
        let path = self.root.join(file);
        let text = fs::read_to_string(&path).map_err(|cause| Error::io("read", &path, &cause))?;
        output::write(&path, change(&text)?.as_bytes())?;
        let result = work();
        output::write(&path, text.as_bytes())?;
        result
    }
}

fn known_files(root: &Path) -> Outcome<BTreeSet<PathBuf>> {
    let mut git = Command::new("git");
    git.current_dir(root).args(["ls-files", "-z", "--cached"]);
    git.args(["--others", "--exclude-standard"]);
    let listed = command::read(&mut git)?;
    let paths = listed.split('\0').filter(|path| !path.is_empty());
    // What was deleted and not committed yet is still listed.
    Ok(paths
        .map(PathBuf::from)
        .filter(|path| root.join(path).is_file())
        .collect())
}

fn same(from: &Path, to: &Path) -> Outcome {
    let bytes = fs::read(from).map_err(|cause| Error::io("read", from, &cause))?;
    if fs::read(to).is_ok_and(|present| present == bytes) {
        return Ok(());
    }
    tree::copy_file(from, to)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::suite::trial::With;

    fn git(root: &Path, arguments: &[&str]) {
        let mut git = Command::new("git");
        command::read(git.current_dir(root).args(arguments)).expect("git works");
    }

    #[test]
    fn mistakes_are_made_in_the_copy_only_and_taken_back() {
        let base = std::env::temp_dir().join(format!("weft-scratch-{}", std::process::id()));
        let (tree, copy) = (base.join("tree"), base.join("copy"));
        for folder in [&tree, &copy] {
            output::folder(folder).expect("made");
        }
        git(&tree, &["init", "--quiet"]);
        fs::write(tree.join("file"), "a < b").expect("written");
        fs::write(copy.join("left over"), "").expect("written");
        let project = Project::new(tree.clone(), None);
        let scratch = Scratch::copy(&project, &copy).expect("copied");
        assert!(!copy.join("left over").exists());
        let mutant = Mutant {
            name: "m".into(),
            file: "file".into(),
            old: "<".into(),
            new: ">".into(),
            package: "p".into(),
            with: With::Host,
            tests: Vec::new(),
        };
        let read = |root: &Path| fs::read_to_string(root.join("file")).expect("it is there");
        let during = scratch.with(&mutant, || Ok((read(&copy), read(&tree))));
        assert_eq!(during, Ok(("a > b".to_owned(), "a < b".to_owned())));
        assert_eq!(read(&copy), "a < b");
        fs::remove_dir_all(&base).expect("removed");
    }
}
