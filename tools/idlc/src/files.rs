//! Reading sources; writing and comparing modules.
//!
//! What is written takes the place of what was written before: a file whose source is gone is removed. Only files that carry a
//! mark of this compiler are, so that a folder in which somebody else's files are too loses none of them.

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::Source;
use crate::generate::{Broken, Module};

/// Why a run failed.
#[derive(Debug)]
pub enum Problem {
    /// A file could not be read or written.
    File(PathBuf, io::Error),
    /// There is nothing to compile.
    NoSources,
    /// So many mistakes, which have been printed.
    Mistakes(usize),
    /// Modules that are not what their sources make.
    Stale(Vec<PathBuf>),
    /// Files that are not written as the formatter writes them.
    Untidy(Vec<PathBuf>),
    /// So many changes that break older ends, which have been printed.
    Breaking(usize),
    /// Something was named that does not exist.
    Unknown(String),
    /// The generator made something that is not Rust.
    Generator(Broken),
}

impl fmt::Display for Problem {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path, error) if error.kind() == io::ErrorKind::NotFound => write!(
                out,
                "{}: {error}; name interface files, or folders of them",
                path.display()
            ),
            Self::File(path, error) if error.kind() == io::ErrorKind::InvalidData => write!(
                out,
                "{}: it is no text in UTF-8; save it as one",
                path.display()
            ),
            Self::File(path, error) => write!(out, "{}: {error}", path.display()),
            Self::NoSources => out.write_str("no `.idl` file was found; name files or folders"),
            Self::Mistakes(1) => out.write_str("1 mistake"),
            Self::Mistakes(count) => write!(out, "{count} mistakes"),
            Self::Stale(paths) => {
                write!(out, "not what the interfaces make: {}", list_of(paths))
            }
            Self::Untidy(paths) => {
                write!(
                    out,
                    "not as they are written: {}; type `cargo weft idl fmt`",
                    list_of(paths)
                )
            }
            Self::Breaking(count) => write!(
                out,
                "{count} changes break older ends; `cargo weft idl accept --breaking` accepts them, and CHANGES.md \
                 is to tell of them"
            ),
            Self::Unknown(what) => out.write_str(what),
            Self::Generator(broken) => broken.fmt(out),
        }
    }
}

fn list_of(paths: &[PathBuf]) -> String {
    let paths = paths.iter().map(|path| path.display().to_string());
    paths.collect::<Vec<_>>().join(", ")
}

impl std::error::Error for Problem {}

impl From<Broken> for Problem {
    fn from(broken: Broken) -> Self {
        Self::Generator(broken)
    }
}

/// Reads files, and all files of folders with that ending, in the order of their names.
pub(crate) fn read(paths: &[PathBuf], ending: &str) -> Result<Vec<Source>, Problem> {
    let mut files = Vec::new();
    for path in paths {
        if path.is_dir() {
            files.extend(list(path, ending)?);
        } else {
            files.push(path.clone());
        }
    }
    files.sort();
    files.dedup();
    let read = |path: &PathBuf| -> Result<Source, Problem> {
        let text = fs::read_to_string(path).map_err(|error| Problem::File(path.clone(), error))?;
        Ok(Source::new(path.display().to_string(), text))
    };
    let sources = files.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    if sources.is_empty() {
        Err(Problem::NoSources)
    } else {
        Ok(sources)
    }
}

/// Writes the modules that changed, and removes those whose source is gone.
pub(crate) fn write(folder: &Path, modules: &[Module], ending: &str) -> Result<(), Problem> {
    fs::create_dir_all(folder).map_err(|error| Problem::File(folder.to_owned(), error))?;
    for path in stale(folder, modules, ending)? {
        let wanted = modules
            .iter()
            .find(|module| folder.join(&module.file) == path);
        let done = match wanted {
            Some(module) => fs::write(&path, &module.text),
            None => fs::remove_file(&path),
        };
        done.map_err(|error| Problem::File(path.clone(), error))?;
        println!("{}", path.display());
    }
    Ok(())
}

/// Fails if a module differs, is missing or is left over.
pub(crate) fn compare(folder: &Path, modules: &[Module], ending: &str) -> Result<(), Problem> {
    let stale = stale(folder, modules, ending)?;
    if stale.is_empty() {
        Ok(())
    } else {
        Err(Problem::Stale(stale))
    }
}

fn stale(folder: &Path, modules: &[Module], ending: &str) -> Result<Vec<PathBuf>, Problem> {
    let differs = |module: &&Module| {
        fs::read_to_string(folder.join(&module.file)).ok().as_ref() != Some(&module.text)
    };
    let mut paths: Vec<_> = modules
        .iter()
        .filter(differs)
        .map(|module| folder.join(&module.file))
        .collect();
    if folder.is_dir() {
        let is_known = |path: &PathBuf| {
            modules
                .iter()
                .any(|found| folder.join(&found.file) == *path)
        };
        let listed = list(folder, ending)?.into_iter();
        paths.extend(listed.filter(|path| !is_known(path) && is_own(path)));
    }
    Ok(paths)
}

/// What stands in modules, in pages and in summaries.
const MARKS: [&str; 3] = ["Made by `idlc`", GENERATOR, "\n// number 0x"];

/// The mark of a page.
pub(crate) const GENERATOR: &str = "<meta name=\"generator\" content=\"idlc\">";

/// Whether a file was written by this compiler.
fn is_own(path: &Path) -> bool {
    let text = fs::read_to_string(path).unwrap_or_default();
    MARKS.iter().any(|mark| text.contains(mark))
}

fn list(folder: &Path, extension: &str) -> Result<Vec<PathBuf>, Problem> {
    let problem = |error| Problem::File(folder.to_owned(), error);
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(problem)? {
        let path = entry.map_err(problem)?.path();
        if path.extension().is_some_and(|is| is == extension) {
            found.push(path);
        }
    }
    Ok(found)
}
