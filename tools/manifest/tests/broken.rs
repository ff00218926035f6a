//! One small broken manifest for each rule, with its exact message beside it.
//!
//! `tests/broken/NAME.toml` must give `tests/broken/NAME.txt`. With `UPDATE_EXPECTED=1` in the environment the
//! expectations are written instead; read the difference before committing it.

mod common;

use std::{fs, path::Path};

use manifest::{Source, check};

fn messages(path: &Path) -> String {
    let text = fs::read_to_string(path).expect("the broken manifest is readable");
    let name = path
        .file_name()
        .expect("a file has a name")
        .to_string_lossy();
    let manifest = Source {
        path: &name,
        text: &text,
    };
    let board = Source {
        path: "board.toml",
        text: common::BOARD,
    };
    match check(manifest, board, &common::catalogue()) {
        Ok(_) => "no mistake\n".to_owned(),
        Err(found) => found
            .iter()
            .map(|diagnostic| format!("{diagnostic}\n"))
            .collect(),
    }
}

#[test]
fn each_broken_manifest_gives_exactly_its_message() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/broken");
    let mut checked = 0;
    for entry in fs::read_dir(folder).expect("the folder is readable") {
        let path = entry.expect("the entry is readable").path();
        if path.extension().is_none_or(|extension| extension != "toml") {
            continue;
        }
        let found = messages(&path);
        let expectation = path.with_extension("txt");
        if std::env::var_os("UPDATE_EXPECTED").is_some() {
            fs::write(&expectation, &found).expect("the expectation is writable");
        }
        let expected = fs::read_to_string(&expectation).expect("the expectation is readable");
        assert_eq!(found, expected, "{}", path.display());
        assert_ne!(found, "no mistake\n", "{} is not broken", path.display());
        checked += 1;
    }
    assert!(checked >= 30, "only {checked} broken manifests were found");
}
