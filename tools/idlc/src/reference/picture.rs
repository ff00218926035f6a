//! The picture of a message: eight bytes a line, what can vary in length drawn with a broken edge.

use std::fmt::Write;

use super::escape;
use crate::layout::Shapes;
use crate::model::Field;
use crate::rows::{Bytes, Row, rows};

const WORD: u64 = 8;
/// Width of a byte and height of a line, in pixels.
const BYTE: u64 = 72;
const LINE: u64 = 26;
/// Room for offsets at the left.
const MARGIN: u64 = 56;

/// The picture; nothing if the message carries no bytes.
pub(super) fn picture(shapes: &Shapes, fields: &[Field]) -> String {
    let rows = rows(shapes, fields);
    if rows.is_empty() {
        return String::new();
    }
    let mut drawing = Drawing::default();
    for row in &rows {
        drawing.row(row);
    }
    let (width, height) = (MARGIN + WORD * BYTE + 2, drawing.line * LINE + 2);
    format!(
        "<svg width=\"{width}\" height=\"{height}\" font-family=\"monospace\" font-size=\"12\">\n{}</svg>\n",
        drawing.boxes
    )
}

#[derive(Default)]
struct Drawing {
    boxes: String,
    /// The next free line.
    line: u64,
    /// The word whose line is drawn at present, and the line.
    word: Option<(u64, u64)>,
}

impl Drawing {
    fn row(&mut self, row: &Row) {
        match (row.at, row.bytes) {
            (Some(at), Bytes::Exactly(bytes)) => self.fixed(at, bytes, row),
            (_, bytes) => self.varying(bytes, row),
        }
    }

    /// Scalars and padding never cross the edge of a word.
    fn fixed(&mut self, at: u64, bytes: u64, row: &Row) {
        let word = at / WORD;
        let line = match self.word {
            Some((current, line)) if current == word => line,
            _ => self.begin_line(&at.to_string()),
        };
        self.word = Some((word, line));
        let fill = if row.name.is_empty() {
            "#ddd"
        } else {
            "#e8f0fb"
        };
        self.draw(line, (at % WORD, bytes), fill, "", &row.name);
    }

    fn varying(&mut self, bytes: Bytes, row: &Row) {
        let offset = row.at.map_or_else(String::new, |at| at.to_string());
        let line = self.begin_line(&offset);
        self.word = None;
        let (length, dash) = match bytes {
            Bytes::Exactly(bytes) => (bytes.to_string(), ""),
            Bytes::UpTo(bytes) => (format!("0 to {bytes}"), " stroke-dasharray=\"5 3\""),
        };
        let text = format!("{} ({length} bytes)", row.name);
        self.draw(line, (0, WORD), "#f6efe0", dash, &text);
    }

    fn begin_line(&mut self, offset: &str) -> u64 {
        let line = self.line;
        self.line += 1;
        let y = line * LINE + 18;
        let _ = writeln!(self.boxes, "<text x=\"0\" y=\"{y}\">{offset}</text>");
        line
    }

    fn draw(&mut self, line: u64, (from, bytes): (u64, u64), fill: &str, dash: &str, text: &str) {
        let (x, y, width) = (MARGIN + from * BYTE, line * LINE + 1, bytes * BYTE);
        let _ = writeln!(
            self.boxes,
            "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{LINE}\" fill=\"{fill}\" \
             stroke=\"#555\"{dash}/><text x=\"{}\" y=\"{}\">{}</text>",
            x + 6,
            y + 17,
            escape(&fitting(text, width))
        );
    }
}

/// A text cut to a width; a character takes about 7.3 pixels.
fn fitting(text: &str, width: u64) -> String {
    let most = usize::try_from(width / 8).unwrap_or_default();
    match text.chars().count() > most {
        true => {
            let cut: String = text.chars().take(most.saturating_sub(1)).collect();
            cut + "…"
        }
        false => text.to_owned(),
    }
}
