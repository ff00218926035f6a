//! What is left to do is said in one place that users read, `docs/caveats.md`, not only where it
//! hides in a source. A mark has a key in parentheses, and the key stands in that document.

use super::sources::Sources;
use super::{Context, Problem};
use crate::error::Outcome;

/// The document that tells what is left to do.
const DOCUMENT: &str = "docs/caveats.md";

/// Words that mark something left to do. Written apart, so that this file has none of them.
const MARKS: [&str; 4] = [
    concat!("TO", "DO"),
    concat!("FIX", "ME"),
    concat!("XX", "X"),
    concat!("HA", "CK"),
];

/// Looks for marks without a line in the document.
///
/// # Errors
/// None; the signature is that of all rules.
pub fn look(context: &Context<'_>) -> Outcome<Vec<Problem>> {
    Ok(problems(&context.sources))
}

fn problems(sources: &Sources) -> Vec<Problem> {
    let caveats = sources.text(DOCUMENT);
    let mut found = Vec::new();
    for file in sources
        .iter()
        .filter(|file| ["rs", "toml", "S", "idl"].iter().any(|e| file.is(e)))
    {
        for (number, line) in file.lines() {
            let Some(key) = mark(line) else { continue };
            if key.is_empty() || !caveats.contains(&format!("`{key}`")) {
                found.push(Problem::new(
                    format!("{}:{number}", file.path),
                    format!("`{}` has no line in {DOCUMENT}", line.trim()),
                    format!(
                        "give the mark a key, as in {}(key), and {DOCUMENT} a line with `key`",
                        MARKS[0]
                    ),
                ));
            }
        }
    }
    found
}

/// The key of a mark in a line; empty if the mark has none.
fn mark(line: &str) -> Option<&str> {
    MARKS.iter().find_map(|word| {
        let (before, after) = line.split_once(word)?;
        let is_word = !before.ends_with(|c: char| c.is_alphanumeric() || c == '_')
            && !after.starts_with(|c: char| c.is_alphanumeric() || c == '_');
        is_word
            .then(|| {
                after
                    .strip_prefix('(')
                    .and_then(|rest| rest.split_once(')'))
            })
            .map(|key| key.map_or("", |(key, _)| key))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(line: &str, caveats: &str) -> usize {
        problems(&Sources::from_texts([("a.rs", line), (DOCUMENT, caveats)])).len()
    }

    #[test]
    fn a_mark_without_a_caveat_is_refused() {
        let plain = format!("// {}: later\n", MARKS[0]);
        let keyed = format!("// {}(smp): later\n", MARKS[1]);
        assert_eq!(found(&plain, "everything works"), 1);
        assert_eq!(found(&keyed, "everything works"), 1);
    }

    #[test]
    fn a_mark_whose_key_is_a_caveat_is_taken() {
        let keyed = format!("// {}(smp): later\n", MARKS[0]);
        assert_eq!(found(&keyed, "| `smp` | one core only |"), 0);
    }

    #[test]
    fn a_mark_inside_a_word_is_none() {
        assert_eq!(found(&format!("let MY_{}S = 1;\n", MARKS[0]), ""), 0);
    }
}
