//! Whatever the text is, there is an answer, and each message has a place in it and a remedy.

mod common;

use manifest::{Source, check};
use proptest::prelude::*;

const WHOLE: &str = include_str!("whole.toml");

/// A change to a text at a place between 0 and 1.
#[derive(Clone, Debug)]
enum Change {
    Remove(f64, usize),
    Insert(f64, String),
    Move(f64, f64, usize),
}

fn change() -> impl Strategy<Value = Change> {
    let words = "[a-z]{1,6}|[0-9]{1,20}|\"[a-z0-9]*\"|[=\\[\\]{}.,\n#]|-1|0x[0-9a-f]{1,18}|µ";
    prop_oneof![
        (0.0..1.0, 1_usize..30).prop_map(|(at, length)| Change::Remove(at, length)),
        (0.0..1.0, words).prop_map(|(at, text)| Change::Insert(at, text)),
        (0.0..1.0, 0.0..1.0, 1_usize..60)
            .prop_map(|(from, to, length)| Change::Move(from, to, length)),
    ]
}

fn apply(text: &mut Vec<char>, change: &Change) {
    let place = |at: f64, length: usize| ((length as f64) * at) as usize;
    match change {
        Change::Remove(at, length) => {
            let begin = place(*at, text.len());
            text.drain(begin..(begin + length).min(text.len()));
        }
        Change::Insert(at, inserted) => {
            let begin = place(*at, text.len());
            text.splice(begin..begin, inserted.chars());
        }
        Change::Move(from, to, length) => {
            let begin = place(*from, text.len());
            let moved: Vec<char> = text
                .drain(begin..(begin + length).min(text.len()))
                .collect();
            let begin = place(*to, text.len());
            text.splice(begin..begin, moved);
        }
    }
}

fn answers(text: &str) {
    let source = Source {
        path: "m.toml",
        text,
    };
    let board = Source {
        path: "board.toml",
        text: common::BOARD,
    };
    if let Err(found) = check(source, board, &common::catalogue()) {
        assert!(!found.is_empty());
        for diagnostic in found {
            assert!(diagnostic.at.line <= text.lines().count() + 1);
            assert!(!diagnostic.remedy.is_empty());
            assert!(!diagnostic.message.contains("cannot be laid out"), "{text}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn a_mutated_manifest_is_answered(changes in prop::collection::vec(change(), 1..6)) {
        let mut text: Vec<char> = WHOLE.chars().collect();
        changes.iter().for_each(|change| apply(&mut text, change));
        answers(&text.into_iter().collect::<String>());
    }

    #[test]
    fn any_text_is_answered(text in ".{0,200}") {
        answers(&text);
    }

    #[test]
    fn any_board_is_answered(changes in prop::collection::vec(change(), 1..6)) {
        let mut text: Vec<char> = common::BOARD.chars().collect();
        changes.iter().for_each(|change| apply(&mut text, change));
        let board: String = text.into_iter().collect();
        let source = Source { path: "m.toml", text: WHOLE };
        let _ = check(source, Source { path: "board.toml", text: &board }, &common::catalogue());
    }
}
