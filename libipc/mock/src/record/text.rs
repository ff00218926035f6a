//! The text of a record.

use std::fmt;

use super::{Exchange, Record};

/// An answer stands before the first request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadRecord {
    /// The line, counted from 1.
    pub line: usize,
}

impl fmt::Display for BadRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "line {} is an answer before the first request",
            self.line
        )
    }
}

impl std::error::Error for BadRecord {}

/// Reads a record: requests at the beginning of lines, answers indented, remarks behind `#`.
pub(super) fn read(text: &str) -> Result<Record, BadRecord> {
    let mut record = Record::default();
    for (line, content) in (1..).zip(text.lines()) {
        let trimmed = content.trim();
        if trimmed.is_empty() || trimmed.starts_with('#') {
            continue;
        }
        if !content.starts_with(char::is_whitespace) {
            record.exchanges.push(Exchange {
                request: trimmed.to_owned(),
                answer: Vec::new(),
            });
        } else {
            let last = record.exchanges.last_mut().ok_or(BadRecord { line })?;
            last.answer.push(trimmed.to_owned());
        }
    }
    Ok(record)
}

/// The words of a request, between which is space that is neither in quotes nor in brackets.
pub(super) fn words(text: &str) -> Vec<&str> {
    let (mut words, mut start, mut depth) = (Vec::new(), 0, 0_usize);
    let (mut is_quoted, mut is_escaped) = (false, false);
    for (at, letter) in text.char_indices() {
        match letter {
            _ if is_escaped => is_escaped = false,
            '\\' if is_quoted => is_escaped = true,
            '"' => is_quoted = !is_quoted,
            _ if is_quoted => {}
            '[' | '{' | '(' => depth += 1,
            ']' | '}' | ')' => depth = depth.saturating_sub(1),
            ' ' if depth == 0 => {
                words.extend(text.get(start..at));
                start = at + 1;
            }
            _ => {}
        }
    }
    words.extend(text.get(start..));
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn space_divides_words_only_outside_of_quotes_and_brackets() {
        let text = r#"a.b text="x \" y" list=[1, 2]  like={name: "a b", at: -} z=1"#;
        let expected = [
            "a.b",
            r#"text="x \" y""#,
            "list=[1, 2]",
            r#"like={name: "a b", at: -}"#,
            "z=1",
        ];
        assert_eq!(words(text), expected);
    }

    #[test]
    fn an_answer_without_a_request_is_told() {
        assert_eq!(read("# remark\n\n    sum: 1\n"), Err(BadRecord { line: 3 }));
    }
}
