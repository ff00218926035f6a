//! The compiler on texts that nobody would write: it never panics, and what it accepts makes Rust.

use std::path::Path;
use std::sync::LazyLock;

use idlc::Source;
use idlc::format::{Keep, format};
use proptest::prelude::*;

#[path = "support/mod.rs"]
#[allow(unreachable_pub, dead_code, reason = "shared by several test programs")]
mod support;

/// Compiles one text; whatever is accepted must make Rust.
fn compile(text: &str) {
    let sources = [Source::new("fuzzed.idl", text)];
    match idlc::compile(&sources) {
        Ok(interfaces) => {
            idlc::generate::modules(&sources, &interfaces).expect("what is accepted makes Rust");
            idlc::generate::mocks(&interfaces).expect("so do its mocks");
            shown(text, &interfaces);
        }
        Err(diagnostics) => {
            assert!(!diagnostics.is_empty());
            for found in diagnostics {
                assert!(found.to_text(&sources).contains("remedy: "));
            }
        }
    }
}

/// Whatever is accepted can be formatted, shown and compared, and means the same afterwards.
fn shown(text: &str, interfaces: &[idlc::model::Interface]) {
    let tidy = format(text, Keep::All);
    assert_eq!(format(&tidy, Keep::All), tidy);
    let again = idlc::compile(&[Source::new("fuzzed.idl", tidy)]).expect("it is the same");
    assert_eq!(idlc::diff::changes(interfaces, &again), []);
    assert_eq!(interfaces, again);
    let shapes = idlc::layout::shapes(interfaces);
    idlc::reference::pages(&shapes, interfaces);
    for interface in interfaces {
        idlc::show::layouts(&shapes, interface);
    }
}

/// The system's interfaces and the golden ones, under one name.
static CORPUS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut sources = support::sources(&root.join("idl"));
    sources.extend(
        support::cases(&support::folder("golden"))
            .iter()
            .flat_map(|at| support::sources(at)),
    );
    let renamed = |source: Source| {
        let own = format!("interface {} {{", source.stem());
        source.text.replace(&own, "interface fuzzed {")
    };
    sources.into_iter().map(renamed).collect()
});

/// Cuts a text at the words and signs of the language, so that mutations stay near it.
fn pieces(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let is_word = |character: char| character.is_alphanumeric() || character == '_';
        let len = match is_word(first) {
            true => rest
                .find(|character| !is_word(character))
                .unwrap_or(rest.len()),
            false => first.len_utf8(),
        };
        let (piece, after) = rest.split_at(len);
        pieces.push(piece);
        rest = after;
    }
    pieces
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 150,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn random_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        compile(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn random_words_never_panic(words in proptest::collection::vec(prop_oneof![
        Just("interface"), Just("struct"), Just("enum"), Just("bits"), Just("error"), Just("const"),
        Just("use"), Just("cap"), Just("vec"), Just("string"), Just("u8"), Just("fuzzed"), Just("A"),
        Just("{"), Just("}"), Just("("), Just(")"), Just("<"), Just(">"), Just(":"), Just(";"),
        Just(","), Just("="), Just("@"), Just("."), Just("->"), Just("1"), Just("\n/// x\n"),
    ], 0..120)) {
        compile(&words.join(" "));
    }

    #[test]
    fn mutated_interfaces_never_panic(
        which in any::<prop::sample::Index>(),
        edits in proptest::collection::vec(
            (any::<prop::sample::Index>(), any::<prop::sample::Index>(), 0..4_u8), 1..6)
    ) {
        let text = &CORPUS[which.index(CORPUS.len())];
        let mut pieces = pieces(text);
        for (at, from, edit) in edits {
            if pieces.is_empty() {
                break;
            }
            let (at, from) = (at.index(pieces.len()), from.index(pieces.len()));
            match edit {
                0 => { pieces.remove(at); }
                1 => pieces.insert(at, pieces[from]),
                2 => pieces[at] = pieces[from],
                _ => pieces.truncate(at.max(1)),
            }
        }
        compile(&pieces.concat());
    }
}
