//! Every exception from a lint says why it is one.

use super::sources::{File, Sources};
use super::{Context, Problem};
use crate::error::Outcome;

/// Looks for exceptions without a reason.
///
/// # Errors
/// None; the signature is that of all rules.
pub fn look(context: &Context<'_>) -> Outcome<Vec<Problem>> {
    Ok(problems(&context.sources))
}

fn problems(sources: &Sources) -> Vec<Problem> {
    sources.with("rs").flat_map(in_file).collect()
}

fn in_file(file: &File) -> Vec<Problem> {
    let exceptions = attributes(&file.text).filter(|(_, attribute)| {
        let inside = attribute.trim_start_matches(['#', '!', '[']);
        inside.starts_with("allow(") || inside.starts_with("expect(")
    });
    exceptions
        .filter(|(_, attribute)| !attribute.contains("reason"))
        .map(|(line, attribute)| {
            let what = format!("`{attribute}` has no reason");
            let place = format!("{}:{line}", file.path);
            Problem::new(place, what, "add reason = \"…\", or do without it")
        })
        .collect()
}

/// The attributes that begin a line, with its number.
pub fn attributes(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let starts = text.match_indices("#[").chain(text.match_indices("#!["));
    starts.filter_map(|(at, _)| {
        let before = text.get(..at)?;
        let begins_line = before
            .rsplit('\n')
            .next()
            .is_none_or(|start| start.trim().is_empty());
        let line = before.matches('\n').count() + 1;
        begins_line.then(|| (line, closed(text.get(at..).unwrap_or_default())))
    })
}

/// An attribute up to its closing bracket.
fn closed(text: &str) -> &str {
    let mut depth = 0_usize;
    let end = text.find(|c: char| {
        match c {
            '[' => depth += 1,
            ']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        c == ']' && depth == 0
    });
    end.and_then(|end| text.get(..=end)).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<Problem> {
        problems(&Sources::from_texts([("a.rs", text)]))
    }

    #[test]
    fn an_exception_without_a_reason_is_refused() {
        let found =
            found("//! Doc.\n#![allow(unsafe_code)]\n    #[expect(dead_code)]\nfn f() {}\n");
        let places: Vec<_> = found.iter().map(|problem| problem.place.as_str()).collect();
        assert_eq!(places.len(), 2);
        assert!(
            places.contains(&"a.rs:2") && places.contains(&"a.rs:3"),
            "{places:?}"
        );
    }

    #[test]
    fn an_exception_with_a_reason_is_taken() {
        assert_eq!(
            found("#![allow(\n    unsafe_code,\n    reason = \"it is asm\"\n)]\n"),
            []
        );
    }

    #[test]
    fn text_about_exceptions_is_none() {
        assert_eq!(found("#[test]\nfn f() {}\nlet x = \"allow(y)]\"\n"), []);
        assert_eq!(found("let x = \"#[allow(y)]\";\n#[derive(Debug)]\n"), []);
    }
}
