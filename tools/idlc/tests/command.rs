//! The command itself: files in, files out, exit status.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

#[path = "support/mod.rs"]
#[allow(unreachable_pub, dead_code, reason = "shared by several test programs")]
mod support;

/// A folder that is there while a test runs.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).expect("writable");
        Self(path)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn idlc(arguments: &[&Path]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_idlc"));
    command.args(arguments).output().expect("the command runs")
}

fn generate(source: &Path, out: &Path, more: &[&str]) -> Output {
    let mut arguments = vec![Path::new("gen"), source, Path::new("--out"), out];
    arguments.extend(more.iter().map(Path::new));
    idlc(&arguments)
}

#[test]
fn modules_are_written_once_and_found_stale_when_they_differ() {
    let scratch = Scratch::new("stale");
    let source = support::folder("golden").join("imports");
    assert!(
        !generate(&source, &scratch.0, &["--check"]).status.success(),
        "nothing is there"
    );
    assert!(generate(&source, &scratch.0, &[]).status.success());
    assert!(generate(&source, &scratch.0, &["--check"]).status.success());

    fs::write(scratch.0.join("shapes.rs"), "// changed by hand").expect("writable");
    let made = "//! Made by `idlc`; its source is gone";
    fs::write(scratch.0.join("gone.rs"), made).expect("writable");
    let stale = generate(&source, &scratch.0, &["--check"]);
    assert!(!stale.status.success());
    let text = String::from_utf8_lossy(&stale.stderr).into_owned();
    assert!(
        text.contains("shapes.rs") && text.contains("gone.rs"),
        "{text}"
    );

    let again = generate(&source, &scratch.0, &[]);
    assert!(again.status.success());
    assert!(!scratch.0.join("gone.rs").exists());
    assert!(generate(&source, &scratch.0, &["--check"]).status.success());
}

#[test]
fn files_of_others_stay_where_they_are() {
    let scratch = Scratch::new("beside");
    let source = support::folder("golden").join("imports");
    let others = ["main.rs", "page.html", "notes.txt"].map(|name| scratch.0.join(name));
    for other in &others {
        fs::write(other, "written by hand").expect("writable");
    }
    assert!(generate(&source, &scratch.0, &[]).status.success());
    assert!(generate(&source, &scratch.0, &["--check"]).status.success());
    let pages = [Path::new("doc"), &source, Path::new("--out"), &scratch.0];
    assert!(idlc(&pages).status.success());
    let single = source.join("shapes.idl");
    let pages = [Path::new("doc"), &single, Path::new("--out"), &scratch.0];
    assert!(idlc(&pages).status.success());
    assert!(scratch.0.join("shapes.html").exists());
    assert!(
        !scratch.0.join("windows.html").exists(),
        "its source is not there"
    );
    for other in &others {
        let text = fs::read_to_string(other).unwrap_or_default();
        assert_eq!(text, "written by hand", "{}", other.display());
    }
}

#[test]
fn mistakes_are_printed_and_counted() {
    let source = support::folder("mistakes").join("bad_bound.idl");
    let output = idlc(&[Path::new("check"), &source]);
    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(text.contains("bad_bound.idl:4:23: error[E0016]"), "{text}");
    assert!(text.ends_with("idlc: 2 mistakes\n"), "{text}");
}

#[test]
fn a_missing_file_or_an_empty_folder_is_told() {
    let missing = idlc(&[Path::new("check"), Path::new("no/such/file.idl")]);
    assert_eq!(missing.status.code(), Some(1));
    let told = String::from_utf8_lossy(&missing.stderr).into_owned();
    assert!(told.contains("no/such/file.idl"), "{told}");
    assert!(
        told.contains("name interface files, or folders of them"),
        "{told}"
    );
    let scratch = Scratch::new("empty");
    let other = scratch.0.join("latin.idl");
    fs::write(&other, b"/// Caf\xe9.").expect("writable");
    let told = idlc(&[Path::new("check"), &other]);
    assert!(String::from_utf8_lossy(&told.stderr).contains("save it as one"));
    fs::remove_file(&other).expect("it is there");
    let empty = idlc(&[Path::new("check"), &scratch.0]);
    assert!(String::from_utf8_lossy(&empty.stderr).contains("no `.idl` file was found"));
}
