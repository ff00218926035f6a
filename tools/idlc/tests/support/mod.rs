//! Reading test files, and comparing with what is expected of them.
//!
//! With `IDLC_BLESS=1` in the environment the expectations are written instead; read the
//! difference before committing it.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use idlc::Source;

/// A folder of this package's tests.
pub fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests")
        .join(name)
}

/// What a folder holds, in the order of names.
pub fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("the folder exists");
    let mut paths: Vec<_> = entries
        .map(|entry| entry.expect("readable").path())
        .collect();
    paths.sort();
    paths
}

/// The sources of one case: a file, or all files of a folder, under their bare names.
pub fn sources(case: &Path) -> Vec<Source> {
    let files = if case.is_dir() {
        entries(case)
    } else {
        vec![case.to_owned()]
    };
    let is_source = |path: &&PathBuf| path.extension().is_some_and(|is| is == "idl");
    let read = |path: &PathBuf| {
        let name = path.file_name().expect("a file").to_string_lossy();
        Source::new(name, fs::read_to_string(path).expect("readable"))
    };
    files.iter().filter(is_source).map(read).collect()
}

/// The cases of a folder: `.idl` files and folders.
pub fn cases(folder: &Path) -> Vec<PathBuf> {
    let is_case = |path: &PathBuf| path.is_dir() || path.extension().is_some_and(|is| is == "idl");
    entries(folder).into_iter().filter(is_case).collect()
}

/// Compares a text with the file that holds what is expected.
pub fn expect(file: &Path, found: &str) {
    if env::var_os("IDLC_BLESS").is_some() {
        fs::write(file, found).expect("writable");
    }
    let expected = fs::read_to_string(file).unwrap_or_default();
    assert!(
        expected == found,
        "{}: expected\n{expected}\nfound\n{found}\n(IDLC_BLESS=1 accepts it)",
        file.display()
    );
}
