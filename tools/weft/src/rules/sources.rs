//! Every text file of the tree, read once for all rules that look at texts.

use std::fs;
use std::path::Path;

use crate::error::{Error, Outcome};

/// Folders that are no part of the tree, wherever they are.
const LEFT_OUT: [&str; 3] = [".git", "target", "node_modules"];

/// Endings of files that rules look at.
const TEXTS: [&str; 13] = [
    "rs", "toml", "md", "idl", "S", "s", "ld", "sh", "txt", "yml", "yaml", "json", "stderr",
];

/// A text file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Its path relative to the root of the tree, with `/`.
    pub path: String,
    /// What it holds.
    pub text: String,
}

impl File {
    /// Its lines with their numbers, from 1.
    pub fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text
            .lines()
            .enumerate()
            .map(|(index, line)| (index + 1, line))
    }

    /// Whether its name has this ending.
    pub fn is(&self, ending: &str) -> bool {
        Path::new(&self.path)
            .extension()
            .is_some_and(|found| found == ending)
    }
}

/// Every text file of the tree.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sources {
    files: Vec<File>,
}

impl Sources {
    /// Reads every text file below `root`.
    ///
    /// # Errors
    /// If a folder or file cannot be read.
    pub fn read(root: &Path) -> Outcome<Self> {
        let mut files = Vec::new();
        collect(root, root, &mut files)?;
        files.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(Self { files })
    }

    /// Files made up of paths and texts.
    pub fn from_texts<'a>(texts: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let file = |(path, text): (&str, &str)| File {
            path: path.into(),
            text: text.into(),
        };
        Self {
            files: texts.into_iter().map(file).collect(),
        }
    }

    /// All files.
    pub fn iter(&self) -> impl Iterator<Item = &File> {
        self.files.iter()
    }

    /// The files with this ending.
    pub fn with(&self, ending: &str) -> impl Iterator<Item = &File> {
        self.files.iter().filter(move |file| file.is(ending))
    }

    /// The text of one file; nothing if it is not there.
    pub fn text(&self, path: &str) -> &str {
        self.files
            .iter()
            .find(|file| file.path == path)
            .map_or("", |file| &file.text)
    }
}

fn collect(root: &Path, folder: &Path, files: &mut Vec<File>) -> Outcome {
    let unreadable = |cause: std::io::Error| Error::io("read the folder", folder, &cause);
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        if path.is_dir() && !path.is_symlink() {
            if !LEFT_OUT.contains(&name.as_str()) {
                collect(root, &path, files)?;
            }
        } else if is_text(&path) {
            let bytes = fs::read(&path).map_err(|cause| Error::io("read", &path, &cause))?;
            let inside = path.strip_prefix(root).unwrap_or(&path);
            let text = String::from_utf8_lossy(&bytes).into_owned();
            files.push(File {
                path: inside.display().to_string(),
                text,
            });
        }
    }
    Ok(())
}

fn is_text(path: &Path) -> bool {
    let ending = path.extension().unwrap_or_default().to_string_lossy();
    let folder = path.parent().and_then(Path::file_name).unwrap_or_default();
    TEXTS.contains(&ending.as_ref()) || folder == ".ci"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tree_holds_this_very_file() {
        let root = crate::project::Project::locate();
        let sources = Sources::read(root.root()).expect("the tree can be read");
        assert!(
            sources
                .text("tools/weft/src/rules/sources.rs")
                .contains("this_very_file")
        );
        assert!(sources.iter().all(|file| !file.path.starts_with("target/")));
    }
}
