//! Text in columns.

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt::{Display, Write};

/// To which side a column's texts are set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    /// Texts.
    Left,
    /// Numbers.
    Right,
}

/// Rows of texts; each column is as wide as its widest text.
#[derive(Debug)]
pub(crate) struct Table<const N: usize> {
    sides: [Side; N],
    rows: Vec<[String; N]>,
}

impl<const N: usize> Table<N> {
    /// A table that has its headings only.
    pub(crate) fn new(sides: [Side; N], headings: [&str; N]) -> Self {
        let rows = alloc::vec![headings.map(String::from)];
        Self { sides, rows }
    }

    /// A table without headings.
    pub(crate) fn plain(sides: [Side; N]) -> Self {
        let rows = Vec::new();
        Self { sides, rows }
    }

    /// Adds a row.
    pub(crate) fn row(&mut self, cells: [&dyn Display; N]) {
        self.rows.push(cells.map(ToString::to_string));
    }

    /// The lines.
    pub(crate) fn text(&self) -> String {
        let width = |column: usize| {
            let lengths = self.rows.iter().filter_map(|row| row.get(column));
            lengths.map(|cell| cell.chars().count()).max().unwrap_or(0)
        };
        let widths: [usize; N] = core::array::from_fn(width);
        let mut text = String::new();
        for row in &self.rows {
            let mut line = String::new();
            for ((cell, width), side) in row.iter().zip(widths).zip(self.sides) {
                // Writing to a String cannot fail.
                let _ = match side {
                    Side::Left => write!(line, "{cell:<width$}  "),
                    Side::Right => write!(line, "{cell:>width$}  "),
                };
            }
            text.push_str(line.trim_end());
            text.push('\n');
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_text() {
        let mut table = Table::new([Side::Left, Side::Right, Side::Left], ["A", "NUM", "C"]);
        table.row([&"größe", &7, &""]);
        table.row([&"x", &12345, &"end"]);
        assert_eq!(
            table.text(),
            "A        NUM  C\ngröße      7\nx      12345  end\n"
        );
    }
}
