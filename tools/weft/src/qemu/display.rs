//! What shows a machine's display.
//!
//! Usually nothing does: the machine has one, and pictures of it can be taken (`camera`). With a window a person sees it,
//! if QEMU was built with one.

use std::process::Command;

use super::machine::Machine;
use crate::board::Board;
use crate::command;
use crate::error::{Error, Outcome};

/// What shows a machine's display.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Display {
    /// The machine has none, unless the board always has.
    Absent,
    /// Nothing.
    Hidden,
    /// A window, by its kind.
    Window(&'static str),
}

/// Windows that QEMU knows, as it calls them.
const WINDOWS: [&str; 3] = ["gtk", "sdl", "cocoa"];

impl Display {
    /// The first kind of window that the board's emulator has.
    ///
    /// # Errors
    /// If it has none.
    pub fn window(board: Board) -> Outcome<Self> {
        let emulator = board.emulator();
        let program = command::find(emulator).unwrap_or(emulator.into());
        let said = command::collect(Command::new(program).args(["-display", "help"]))?;
        let kind = window_among(&String::from_utf8_lossy(&said.stdout));
        kind.map(Self::Window).ok_or_else(|| {
            Error::new(format!("{emulator} was built without windows")).remedy(
                "install the package that has them (qemu-system-gui), or use `--screenshot FILE`",
            )
        })
    }
}

fn window_among(listed: &str) -> Option<&'static str> {
    WINDOWS
        .into_iter()
        .find(|kind| listed.lines().any(|line| line.trim() == *kind))
}

/// The options for a machine's display. The Raspberry Pi has one whether anybody wants it or not.
pub(super) fn options(machine: &Machine) -> Vec<(&'static str, &'static str)> {
    let shown = match machine.display {
        Display::Absent | Display::Hidden => "none",
        Display::Window(kind) => kind,
    };
    let mut options = vec![("-display", shown)];
    if machine.display != Display::Absent && machine.board != Board::Raspi4b {
        options.push(("-device", "ramfb"));
    }
    options
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_window_that_is_there_is_taken() {
        let said = "Available display backend types:\nnone\ncurses\nsdl\n gtk\n";
        assert_eq!(window_among(said), Some("gtk"));
        assert_eq!(window_among("none\nsdl-like\nsdl\n"), Some("sdl"));
        assert_eq!(window_among("none\ncurses\n"), None);
    }
}
