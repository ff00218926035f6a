//! What the example programs have in common: text to the terminal.
//!
//! Each file in `src/bin` is a program. `cargo weft build` places them in `/bin` of an image's disk; nothing
//! else needs to know of a new one.

#![no_std]
#![forbid(unsafe_code)]

use core::fmt;

use libipc::Startup;
use proto::console;

/// The terminal, to be written to with `write!`.
#[derive(Debug)]
pub struct Terminal {
    console: console::Client,
}

impl Terminal {
    /// The terminal that the program was given.
    pub fn new(env: &Startup) -> Self {
        Self {
            console: env.connect("console"),
        }
    }
}

impl fmt::Write for Terminal {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let mut pieces = text.as_bytes().chunks(console::MAX_WRITE as usize);
        pieces.try_for_each(|piece| self.console.write(piece).map_err(|_| fmt::Error))
    }
}
