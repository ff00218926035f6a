//! The cells of a screen.
//!
//! Rows are in a circle: to scroll is to move its beginning and to clear one row, however large the screen is.

use alloc::vec;
use alloc::vec::Vec;
use core::ops::Range;

use crate::Cell;

/// Rows of cells. Places outside are ignored.
#[derive(Clone, Debug)]
pub struct Grid {
    columns: usize,
    rows: usize,
    cells: Vec<Cell>,
    /// The row that is shown at the top.
    top: usize,
}

impl Grid {
    /// A blank grid of at least one cell.
    #[must_use]
    pub fn new(columns: usize, rows: usize) -> Self {
        let (columns, rows) = (columns.max(1), rows.max(1));
        Self {
            columns,
            rows,
            cells: vec![Cell::BLANK; columns * rows],
            top: 0,
        }
    }

    /// Cells across.
    #[must_use]
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// Cells down.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The cells of a row, counted from the top; none if there is no such row.
    #[must_use]
    pub fn row(&self, row: usize) -> &[Cell] {
        self.cells.get(self.place(row)).unwrap_or_default()
    }

    fn place(&self, row: usize) -> Range<usize> {
        if row >= self.rows {
            return 0..0;
        }
        let start = (self.top + row) % self.rows * self.columns;
        start..start + self.columns
    }

    fn row_mut(&mut self, row: usize) -> &mut [Cell] {
        let place = self.place(row);
        self.cells.get_mut(place).unwrap_or_default()
    }

    /// Sets a cell.
    pub fn set(&mut self, row: usize, column: usize, cell: Cell) {
        if let Some(place) = self.row_mut(row).get_mut(column) {
            *place = cell;
        }
    }

    /// Fills part of a row; what of it is outside is left out.
    pub fn fill(&mut self, row: usize, columns: Range<usize>, cell: Cell) {
        let end = columns.end.min(self.columns);
        let start = columns.start.min(end);
        if let Some(cells) = self.row_mut(row).get_mut(start..end) {
            cells.fill(cell);
        }
    }

    /// Moves all rows up by one; the lowest is filled anew.
    pub fn scroll(&mut self, cell: Cell) {
        self.top = (self.top + 1) % self.rows;
        self.fill(self.rows - 1, 0..self.columns, cell);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(character: char) -> Cell {
        Cell {
            character,
            ..Cell::BLANK
        }
    }

    #[test]
    fn scrolling_moves_rows_up_and_brings_a_blank_one() {
        let mut grid = Grid::new(2, 3);
        ('a'..='c')
            .enumerate()
            .for_each(|(row, letter)| grid.set(row, 0, cell(letter)));
        for _ in 0..2 {
            grid.scroll(Cell::BLANK);
        }
        let first: Vec<_> = (0..3).map(|row| grid.row(row)[0].character).collect();
        assert_eq!(first, ['c', ' ', ' ']);
    }

    #[test]
    fn what_is_outside_is_ignored() {
        let mut grid = Grid::new(2, 2);
        grid.set(2, 0, cell('x'));
        grid.set(0, 2, cell('x'));
        grid.fill(5, 0..9, cell('x'));
        #[allow(clippy::reversed_empty_ranges, reason = "it is to be harmless")]
        grid.fill(0, 7..1, cell('x'));
        assert!((0..2).all(|row| grid.row(row) == [Cell::BLANK; 2]));
        assert!(grid.row(2).is_empty());
        grid.fill(1, 1..9, cell('y'));
        assert_eq!(grid.row(1), [Cell::BLANK, cell('y')]);
    }
}
