//! What the example programs have in common: text to the terminal, and keys from it.
//!
//! Each file in `src/bin` is a program. `cargo weft build` places them in `/bin` of an image's disk; nothing
//! else needs to know of a new one.

#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

use alloc::string::String;
use core::fmt::{self, Write};

use libipc::{Error, Startup};
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

    /// Waits for the next key.
    ///
    /// # Errors
    /// There are no keys if the output goes to a file, nor when the terminal is gone.
    pub fn key(&mut self) -> Result<u8, Error<console::Error>> {
        loop {
            if let Some(key) = self.console.read(1)?.first() {
                return Ok(*key);
            }
        }
    }
}

impl fmt::Write for Terminal {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let mut pieces = text.as_bytes().chunks(console::MAX_WRITE as usize);
        pieces.try_for_each(|piece| self.console.write(piece).map_err(|_| fmt::Error))
    }
}

/// Writes the numbers from 1 to `last`, a line each, as many at a time as one request carries.
///
/// # Errors
/// The terminal, or the file in its place, does not take them.
pub fn count(terminal: &mut Terminal, last: u32) -> fmt::Result {
    let mut lines = String::new();
    for number in 1..=last {
        writeln!(lines, "{number}")?;
        if lines.len() > console::MAX_WRITE as usize - LINE {
            terminal.write_str(&lines)?;
            lines.clear();
        }
    }
    terminal.write_str(&lines)
}

/// The longest line with a number.
const LINE: usize = 11;
