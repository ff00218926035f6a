//! From text with control sequences to cells and a cursor.
//!
//! A line feed begins a new line, as the console's writers mean it. The cursor stays in the last column until the next
//! character is shown, as on the VT100. Every character takes one cell. What is not known is ignored.

use vte::{Params, Parser, Perform};

use crate::{Cell, Colour, Grid, Look};

/// Columns between two stops of the tabulator.
const TAB: usize = 8;

/// A terminal.
pub struct Terminal {
    parser: Parser,
    state: State,
}

impl Terminal {
    /// A blank terminal of at least one cell.
    #[must_use]
    pub fn new(columns: usize, rows: usize) -> Self {
        Self {
            parser: Parser::new(),
            state: State::new(Grid::new(columns, rows)),
        }
    }

    /// Takes text. It may end anywhere, also within a control sequence or a character.
    pub fn write(&mut self, text: &[u8]) {
        self.parser.advance(&mut self.state, text);
    }

    /// Goes on behind text that was lost: on a new line, in the usual colours, and not within a control sequence.
    pub fn skip(&mut self) {
        self.parser = Parser::new();
        self.state.usual_look();
        self.state.new_line();
    }

    /// Returns the cells.
    #[must_use]
    pub fn grid(&self) -> &Grid {
        &self.state.grid
    }

    /// Returns where the cursor is: row and column.
    #[must_use]
    pub fn cursor(&self) -> (usize, usize) {
        (self.state.row, self.state.column)
    }
}

impl core::fmt::Debug for Terminal {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(
            f,
            "Terminal({} by {})",
            self.state.grid.columns(),
            self.state.grid.rows()
        )
    }
}

/// What lies behind the last character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Next {
    /// The cell under the cursor.
    Here,
    /// The first cell of the next line: the last cell of this one was just filled.
    Line,
}

struct State {
    grid: Grid,
    row: usize,
    column: usize,
    next: Next,
    look: Look,
    is_bright: bool,
    is_reversed: bool,
}

impl State {
    fn new(grid: Grid) -> Self {
        Self {
            grid,
            row: 0,
            column: 0,
            next: Next::Here,
            look: Look::USUAL,
            is_bright: false,
            is_reversed: false,
        }
    }

    fn usual_look(&mut self) {
        self.look = Look::USUAL;
        self.is_bright = false;
        self.is_reversed = false;
    }

    /// What an erased cell looks like.
    fn blank(&self) -> Cell {
        Cell {
            character: ' ',
            look: Look {
                ink: Colour::WHITE,
                ..self.look
            },
        }
    }

    fn last_row(&self) -> usize {
        self.grid.rows() - 1
    }

    fn last_column(&self) -> usize {
        self.grid.columns() - 1
    }

    fn go(&mut self, row: usize, column: usize) {
        self.row = row.min(self.last_row());
        self.column = column.min(self.last_column());
        self.next = Next::Here;
    }

    fn new_line(&mut self) {
        if self.row == self.last_row() {
            self.grid.scroll(self.blank());
        }
        self.go(self.row + 1, 0);
    }

    fn show(&mut self, character: char) {
        if self.next == Next::Line {
            self.new_line();
        }
        let mut look = self.look;
        if self.is_bright {
            look.ink = look.ink.bright();
        }
        if self.is_reversed {
            look = look.reversed();
        }
        self.grid
            .set(self.row, self.column, Cell { character, look });
        match self.column == self.last_column() {
            true => self.next = Next::Line,
            false => self.column += 1,
        }
    }

    /// ED (ECMA-48 §8.3.39): 0 from the cursor on, 1 up to it, 2 all of the screen.
    fn erase_screen(&mut self, what: usize) {
        let (blank, columns) = (self.blank(), self.grid.columns());
        let rows = match what {
            0 => self.row + 1..self.grid.rows(),
            1 => 0..self.row,
            2 | 3 => 0..self.grid.rows(),
            _ => return,
        };
        rows.for_each(|row| self.grid.fill(row, 0..columns, blank));
        if what < 2 {
            self.erase_line(what);
        }
    }

    /// EL (ECMA-48 §8.3.41), in the same way.
    fn erase_line(&mut self, what: usize) {
        let columns = match what {
            0 => self.column..self.grid.columns(),
            1 => 0..self.column + 1,
            2 => 0..self.grid.columns(),
            _ => return,
        };
        let blank = self.blank();
        self.grid.fill(self.row, columns, blank);
    }

    /// SGR (ECMA-48 §8.3.117).
    fn set_look(&mut self, params: &Params) {
        if params.is_empty() {
            self.usual_look();
        }
        for value in params.iter().filter_map(|param| param.first()) {
            let value = *value;
            match value {
                0 => self.usual_look(),
                1 => self.is_bright = true,
                22 => self.is_bright = false,
                7 => self.is_reversed = true,
                27 => self.is_reversed = false,
                30..=37 => self.look.ink = Colour::new((value - 30) as u8),
                39 => self.look.ink = Colour::WHITE,
                40..=47 => self.look.paper = Colour::new((value - 40) as u8),
                49 => self.look.paper = Colour::BLACK,
                90..=97 => self.look.ink = Colour::new((value - 90) as u8).bright(),
                100..=107 => self.look.paper = Colour::new((value - 100) as u8).bright(),
                // Colours by numbers follow, which are none of the above.
                38 | 48 => return,
                _ => {}
            }
        }
    }
}

impl Perform for State {
    fn print(&mut self, character: char) {
        self.show(character);
    }

    fn execute(&mut self, byte: u8) {
        match byte {
            b'\x08' => self.go(self.row, self.column.saturating_sub(1)),
            b'\t' => self.go(self.row, (self.column / TAB + 1) * TAB),
            b'\n' | b'\x0b' | b'\x0c' => self.new_line(),
            b'\r' => self.go(self.row, 0),
            _ => {}
        }
    }

    fn csi_dispatch(&mut self, params: &Params, intermediates: &[u8], ignore: bool, action: char) {
        if ignore || !intermediates.is_empty() {
            return;
        }
        let mut numbers = params
            .iter()
            .map(|param| param.first().copied().unwrap_or(0));
        let mut number = || usize::from(numbers.next().unwrap_or(0));
        // A number that is not given, or 0, means 1 where something is counted.
        match action {
            'A' => self.go(self.row.saturating_sub(number().max(1)), self.column),
            'B' => self.go(self.row + number().max(1), self.column),
            'C' => self.go(self.row, self.column + number().max(1)),
            'D' => self.go(self.row, self.column.saturating_sub(number().max(1))),
            'G' => self.go(self.row, number().max(1) - 1),
            'd' => self.go(number().max(1) - 1, self.column),
            'H' | 'f' => {
                let row = number().max(1) - 1;
                self.go(row, number().max(1) - 1);
            }
            'J' => self.erase_screen(number()),
            'K' => self.erase_line(number()),
            'm' => self.set_look(params),
            _ => {}
        }
    }

    /// RIS (ECMA-48 §8.3.105).
    fn esc_dispatch(&mut self, intermediates: &[u8], _: bool, byte: u8) {
        if byte == b'c' && intermediates.is_empty() {
            *self = Self::new(Grid::new(self.grid.columns(), self.grid.rows()));
        }
    }
}
