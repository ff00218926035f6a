//! Every example in the documents is one that is compiled.
//!
//! A block of Rust stands, line by line, in a source of the tree, from where it was copied: sources are compiled by the other
//! checks, and most of these are tests that are run. So no page can show a method that is gone. Where the source is indented
//! more, the block is not. Blocks that rustdoc would skip (`ignore`) are refused. A block of `idl` stands in the chapter on the
//! language, whose interfaces a test of the compiler compiles.

use super::sources::{File, Sources};
use super::{Context, Problem};
use crate::error::Outcome;

/// The chapter whose interfaces are compiled by a test of its own.
const CHAPTER: &str = "docs/book/src/idl.md";

/// Looks for examples that nothing compiles.
///
/// # Errors
/// None; the signature is that of all rules.
pub fn look(context: &Context<'_>) -> Outcome<Vec<Problem>> {
    Ok(problems(&context.sources))
}

/// A block of a page.
struct Block<'a> {
    /// The line on which it begins, counted from 1.
    line: usize,
    /// What stands behind the backquotes: the language.
    language: &'a str,
    lines: Vec<&'a str>,
}

fn problems(sources: &Sources) -> Vec<Problem> {
    let pages = sources.with("md");
    pages
        .flat_map(|page| {
            let blocks = blocks(page).into_iter();
            blocks.filter_map(|block| of_block(sources, page, &block))
        })
        .collect()
}

fn blocks(page: &File) -> Vec<Block<'_>> {
    let mut blocks = Vec::new();
    let mut lines = page.lines();
    while let Some((line, text)) = lines.next() {
        let Some(language) = text.trim_start().strip_prefix("```") else {
            continue;
        };
        let inside = lines.by_ref().map(|(_, text)| text);
        blocks.push(Block {
            line,
            language,
            lines: inside
                .take_while(|text| !text.trim_start().starts_with("```"))
                .collect(),
        });
    }
    blocks
}

fn of_block(sources: &Sources, page: &File, block: &Block<'_>) -> Option<Problem> {
    let (what, remedy) = match block.language {
        "rust" if sources.with("rs").any(|file| has(file, &block.lines)) => return None,
        "rust" => (
            "this Rust stands in no source, so nothing says that it compiles",
            "copy it from a source of the tree; for examples that are nowhere else there is idl/proto/tests/book",
        ),
        "idl" if page.path == CHAPTER => return None,
        "idl" => (
            "no test compiles the interfaces of this page",
            "move the interface to docs/book/src/idl.md, or show it as a change that a tutorial makes",
        ),
        other if other.starts_with("rust") || other.starts_with("idl") => (
            "this is an example that is not compiled",
            "write nothing behind the language, and copy it from a source of the tree",
        ),
        _ => return None,
    };
    let place = format!("{}:{}", page.path, block.line);
    Some(Problem::new(place, what, remedy))
}

/// Whether a source has these lines one after the other, all of them indented by the same more.
fn has(file: &File, block: &[&str]) -> bool {
    let Some((first, rest)) = block.split_first() else {
        return false;
    };
    let lines: Vec<_> = file.text.lines().collect();
    (0..lines.len()).any(|at| {
        let Some(indent) = lines[at].strip_suffix(first) else {
            return false;
        };
        let following = lines.get(at + 1..).unwrap_or_default();
        let is_same = |(line, wanted): (&&str, &&str)| match wanted.is_empty() {
            true => line.is_empty(),
            false => line.strip_prefix(indent) == Some(*wanted),
        };
        indent.trim().is_empty()
            && following.len() >= rest.len()
            && following.iter().zip(rest).all(is_same)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str = "fn a() {\n    let x = 1;\n\n    if x {\n        b();\n    }\n}\n";

    fn found(path: &str, page: &str) -> Vec<String> {
        let sources = Sources::from_texts([(path, page), ("a.rs", SOURCE)]);
        problems(&sources)
            .into_iter()
            .map(|problem| problem.place)
            .collect()
    }

    fn of_rust(lines: &str) -> Vec<String> {
        found("docs/a.md", &format!("# A\n\n```rust\n{lines}```\n"))
    }

    #[test]
    fn rust_that_stands_in_a_source_may_be_shown() {
        for good in [SOURCE, "let x = 1;\n\nif x {\n    b();\n}\n", "b();\n"] {
            assert_eq!(of_rust(good), [""; 0], "{good}");
        }
    }

    #[test]
    fn rust_that_no_source_has_is_refused() {
        let changed = SOURCE.replace("= 1", "= 2");
        let shifted = "let x = 1;\n\nif x {\nb();\n}\n";
        let too_long = format!("{SOURCE}more\n");
        for bad in [
            &changed,
            "",
            "x = 1;\n",
            shifted,
            &too_long,
            "if x {\nlet x = 1;\n",
        ] {
            assert_eq!(of_rust(bad), ["docs/a.md:3"], "{bad}");
        }
    }

    #[test]
    fn examples_that_are_to_be_skipped_are_refused() {
        for language in ["rust,ignore", "rust,no_run", "rust ignore", "idl,ignore"] {
            let page = format!("```sh\nb();\n```\n```{language}\nb();\n```\n");
            assert_eq!(found("docs/a.md", &page), ["docs/a.md:4"], "{language}");
        }
    }

    #[test]
    fn interfaces_stand_where_a_test_compiles_them() {
        let page = "```idl\ninterface a {}\n```\n";
        assert_eq!(found("docs/a.md", page), ["docs/a.md:1"]);
        assert_eq!(found(CHAPTER, page), [""; 0]);
    }
}
