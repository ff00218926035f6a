//! A terminal in a framebuffer: draws the cells that changed.

use alloc::vec;
use alloc::vec::Vec;

use crate::font::{self, HEIGHT, WIDTH};
use crate::{Before, Cell, Framebuffer, Memory, Terminal};

/// Two words for each cell, so that the manifest's heap has room for the largest screen.
const _: () = assert!(size_of::<Cell>() == 8 && size_of::<Option<Cell>>() == 8);

/// A terminal and what of it is drawn.
#[derive(Debug)]
pub struct Screen<M> {
    terminal: Terminal,
    surface: Framebuffer<M>,
    /// What was last drawn in each place, row by row; nothing where nobody knows what is there.
    drawn: Vec<Option<Cell>>,
}

impl<M: Memory> Screen<M> {
    /// A blank terminal as large as the framebuffer. Nothing is drawn yet.
    pub fn new(surface: Framebuffer<M>) -> Self {
        let (columns, rows) = surface.mode().cells();
        let terminal = Terminal::new(columns, rows);
        let before = match surface.before() {
            Before::Black => Some(Cell::BLANK),
            Before::Unknown => None,
        };
        let count = terminal.grid().columns() * terminal.grid().rows();
        Self {
            terminal,
            surface,
            drawn: vec![before; count],
        }
    }

    /// Returns the terminal.
    pub fn terminal(&mut self) -> &mut Terminal {
        &mut self.terminal
    }

    /// Draws what looks otherwise than what was drawn before; returns how many cells that were. The cursor is the cell
    /// that has ink and paper exchanged.
    pub fn draw(&mut self) -> usize {
        let (grid, (cursor_row, cursor_column)) = (self.terminal.grid(), self.terminal.cursor());
        let mut count = 0;
        for (row, drawn) in self.drawn.chunks_exact_mut(grid.columns()).enumerate() {
            for (column, (cell, drawn)) in grid.row(row).iter().zip(drawn).enumerate() {
                let mut cell = *cell;
                if (row, column) == (cursor_row, cursor_column) {
                    cell.look = cell.look.reversed();
                }
                if *drawn == Some(cell) {
                    continue;
                }
                put(&mut self.surface, row, column, cell);
                *drawn = Some(cell);
                count += 1;
            }
        }
        count
    }
}

/// Draws a cell.
fn put(surface: &mut Framebuffer<impl Memory>, row: usize, column: usize, cell: Cell) {
    let (ink, paper) = (cell.look.ink.levels(), cell.look.paper.levels());
    for (line, bits) in font::picture(cell.character).iter().enumerate() {
        let pixels: [u32; WIDTH] = core::array::from_fn(|x| match bits >> (WIDTH - 1 - x) & 1 {
            0 => paper,
            _ => ink,
        });
        surface.put(column * WIDTH, row * HEIGHT + line, &pixels);
    }
}
