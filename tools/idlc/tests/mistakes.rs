//! One small wrong interface a rule, with the exact messages.

use std::collections::BTreeSet;

use idlc::Code;

#[path = "support/mod.rs"]
#[allow(unreachable_pub, reason = "shared by several test programs")]
mod support;

#[test]
fn every_mistake_is_told_with_place_message_and_remedy() {
    for case in support::cases(&support::folder("mistakes")) {
        let sources = support::sources(&case);
        let diagnostics = idlc::compile(&sources).expect_err("the case has a mistake");
        let text: String = diagnostics
            .iter()
            .map(|found| found.to_text(&sources))
            .collect();
        support::expect(&case.with_extension("txt"), &text);
    }
}

#[test]
fn every_code_has_a_case() {
    let mut seen = BTreeSet::new();
    for case in support::cases(&support::folder("mistakes")) {
        let diagnostics = idlc::compile(&support::sources(&case)).unwrap_err();
        seen.extend(diagnostics.iter().map(|found| found.code));
    }
    let missing: Vec<_> = Code::ALL
        .iter()
        .filter(|code| !seen.contains(code))
        .collect();
    assert!(missing.is_empty(), "no case for {missing:?}");
}
