//! Reading a line from a person.

use alloc::string::String;
use alloc::vec::Vec;

use libipc::Transport;
use line_editor::Event;

use crate::shell::Shell;
use crate::trouble::{Outcome, Trouble};

/// What a person entered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Entered {
    /// A line.
    Line(String),
    /// Ctrl-C.
    Interrupt,
    /// Ctrl-D on an empty line.
    EndOfInput,
}

impl<T: Transport + 'static> Shell<T> {
    /// Shows the prompt and reads a line.
    ///
    /// It takes one key at a time: keys behind the line's end stay with the console, for the program that the
    /// line starts, and Ctrl-C among them is seen.
    pub(crate) fn read_line(&mut self) -> Outcome<Entered> {
        let mut screen = Vec::new();
        self.editor.begin(&self.prompt_text(), &mut screen);
        loop {
            self.send(&screen)?;
            screen.clear();
            let keys = self.clients.console.read(1);
            for key in keys.map_err(|_| Trouble::NoTerminal)? {
                let entered = match self.editor.feed(key, &mut screen) {
                    Event::Editing => continue,
                    Event::Line(line) => Entered::Line(line),
                    Event::Interrupt => Entered::Interrupt,
                    Event::EndOfInput => Entered::EndOfInput,
                };
                self.send(&screen)?;
                return Ok(entered);
            }
        }
    }
}
