//! What is wrong, where, with what else it conflicts, and what to do.

use std::fmt;

use crate::Source;

/// A place in a text, for people: lines and columns count from 1, columns in characters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The file.
    pub file: String,
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// Another place that has to do with a mistake.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Note {
    /// Where.
    pub at: Position,
    /// What is there.
    pub text: String,
}

/// A mistake.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Diagnostic {
    /// Where.
    pub at: Position,
    /// What is wrong.
    pub message: String,
    /// The other places.
    pub notes: Vec<Note>,
    /// What to do.
    pub remedy: String,
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}: error: {}", self.at, self.message)?;
        for note in &self.notes {
            writeln!(f, "  {}: {}", note.at, note.text)?;
        }
        write!(f, "  help: {}", self.remedy)
    }
}

impl std::error::Error for Diagnostic {}

/// Which of the two texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FileId {
    /// The manifest.
    Manifest,
    /// The board file.
    Board,
}

/// A place, as a byte offset into one of the texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) file: FileId,
    pub(crate) offset: usize,
}

/// A value and where it stands.
#[derive(Clone, Debug)]
pub(crate) struct At<T> {
    pub(crate) value: T,
    pub(crate) place: Place,
}

/// Collects mistakes and turns offsets into lines and columns.
pub(crate) struct Report<'a> {
    manifest: Source<'a>,
    board: Source<'a>,
    found: Vec<Diagnostic>,
}

impl<'a> Report<'a> {
    pub(crate) fn new(manifest: Source<'a>, board: Source<'a>) -> Self {
        Self {
            manifest,
            board,
            found: Vec::new(),
        }
    }

    /// Records a mistake.
    pub(crate) fn error(
        &mut self,
        place: Place,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        self.conflict(place, message, &[], remedy);
    }

    /// Records a mistake that also concerns other places.
    pub(crate) fn conflict(
        &mut self,
        place: Place,
        message: impl Into<String>,
        others: &[(Place, String)],
        remedy: impl Into<String>,
    ) {
        let note = |(place, text): &(Place, String)| Note {
            at: self.position(*place),
            text: text.clone(),
        };
        let notes = others.iter().map(note).collect();
        let at = self.position(place);
        self.found.push(Diagnostic {
            at,
            message: message.into(),
            notes,
            remedy: remedy.into(),
        });
    }

    /// Whether nothing was found so far.
    pub(crate) fn is_clean(&self) -> bool {
        self.found.is_empty()
    }

    /// All mistakes in the order of places. There is at least one: where nothing was reported, the planning
    /// met what the rules should have excluded, and that is said.
    pub(crate) fn finish(mut self) -> Vec<Diagnostic> {
        if self.found.is_empty() {
            let start = Place {
                file: FileId::Manifest,
                offset: 0,
            };
            let remedy = "report this manifest as a mistake of the composer";
            self.error(start, "the manifest cannot be laid out", remedy);
        }
        self.found.sort();
        self.found.dedup();
        self.found
    }

    fn position(&self, place: Place) -> Position {
        let source = match place.file {
            FileId::Manifest => self.manifest,
            FileId::Board => self.board,
        };
        let before: String = source
            .text
            .char_indices()
            .take_while(|(offset, _)| *offset < place.offset)
            .map(|(_, character)| character)
            .collect();
        let line = before.matches('\n').count() + 1;
        let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
        Position {
            file: source.path.to_owned(),
            line,
            column,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_and_places_behind_the_end_are_its_end() {
        let source = Source {
            path: "x.toml",
            text: "a = 1\nµb = 2",
        };
        let report = Report::new(source, source);
        let at = |offset| {
            report.position(Place {
                file: FileId::Manifest,
                offset,
            })
        };
        assert_eq!((at(8).line, at(8).column), (2, 2));
        assert_eq!((at(999).line, at(999).column), (2, 7));
        assert_eq!((at(0).line, at(0).column), (1, 1));
    }
}
