//! The example in the book is a right manifest.

mod common;

use manifest::{Source, check};

const BOOK: &str = include_str!("../../../docs/book/src/manifest.md");

#[test]
fn the_example_of_the_book_is_right() {
    let blocks = BOOK
        .split("```toml\n")
        .skip(1)
        .filter_map(|rest| rest.split("```").next());
    let examples: Vec<&str> = blocks
        .filter(|block| block.starts_with("[system]"))
        .collect();
    assert!(!examples.is_empty(), "the book has an example");
    for text in examples {
        let board = Source {
            path: "board.toml",
            text: common::BOARD,
        };
        let found = check(
            Source {
                path: "manifest.md",
                text,
            },
            board,
            &common::catalogue(),
        );
        assert!(found.is_ok(), "{found:?}");
    }
}
