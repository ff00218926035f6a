//! Two versions of an interface each, with the changes that are told.

use std::fmt::Write;
use std::path::Path;

use idlc::model::Interface;

#[path = "support/mod.rs"]
#[allow(unreachable_pub, dead_code, reason = "shared by several test programs")]
mod support;

fn interfaces(folder: &Path) -> Vec<Interface> {
    let sources = support::sources(folder);
    idlc::compile(&sources).unwrap_or_else(|diagnostics| {
        let texts = diagnostics.iter().map(|found| found.to_text(&sources));
        panic!("{}", texts.collect::<String>())
    })
}

#[test]
fn every_change_is_told_with_verdict_and_reason() {
    for case in support::cases(&support::folder("changes")) {
        let (old, new) = (interfaces(&case.join("old")), interfaces(&case.join("new")));
        let mut text = String::new();
        for change in idlc::diff::changes(&old, &new) {
            writeln!(text, "{change}").expect("text");
        }
        support::expect(&case.with_extension("txt"), &text);
    }
}

#[test]
fn nothing_changed_between_a_version_and_itself() {
    for case in support::cases(&support::folder("golden")) {
        let all = interfaces(&case);
        assert_eq!(idlc::diff::changes(&all, &all), []);
    }
}
