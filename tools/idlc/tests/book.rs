//! The book's chapter on the language: its examples compile, and its list of mistakes is complete. The modules that the
//! examples make are in `book/`, where the tests of `proto` compile the chapter's Rust against them.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use idlc::{Code, Source};

#[path = "support/mod.rs"]
#[allow(unreachable_pub, dead_code, reason = "shared by several test programs")]
mod support;

fn chapter() -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    fs::read_to_string(root.join("docs/book/src/idl.md")).expect("the chapter is there")
}

/// The interfaces between "```idl" and "```", each under the name that it gives itself.
fn examples(chapter: &str) -> Vec<Source> {
    let blocks = chapter.split("```idl\n").skip(1);
    let texts = blocks.filter_map(|block| block.split("```").next());
    let name = |text: &str| {
        let after = text.split("\ninterface ").nth(1).expect("an interface");
        after.split(' ').next().expect("a name").to_owned()
    };
    texts
        .map(|text| Source::new(format!("{}.idl", name(text)), text))
        .collect()
}

#[test]
fn every_example_compiles() {
    let sources = examples(&chapter());
    assert!(sources.len() >= 6, "examples are found");
    let interfaces = idlc::compile(&sources).unwrap_or_else(|diagnostics| {
        let texts = diagnostics.iter().map(|found| found.to_text(&sources));
        panic!("{}", texts.collect::<String>())
    });
    let modules = idlc::generate::modules(&sources, &interfaces).expect("Rust");
    let is_of_all = |file: &str| ["mod.rs", "reflections.rs"].contains(&file);
    for module in modules.iter().filter(|module| !is_of_all(&module.file)) {
        support::expect(&support::folder("book").join(&module.file), &module.text);
    }
}

#[test]
fn the_list_of_mistakes_is_the_compilers() {
    let mut list = String::new();
    for code in Code::ALL {
        writeln!(list, "| {code} | {} |", code.text()).expect("text");
    }
    let chapter = chapter();
    let found = chapter.split("| code | meaning |\n|---|---|\n").nth(1);
    assert_eq!(found, Some(list.as_str()));
}
