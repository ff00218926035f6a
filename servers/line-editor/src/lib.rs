//! Line editing with history, for a terminal that understands the common ANSI sequences.
//!
//! Bytes go in one at a time; what the terminal must show comes out as bytes. There is no I/O here, so that the
//! console server runs it and host tests drive it against a small terminal model. Text is UTF-8; the cursor
//! moves by characters, and each character is taken to be one column wide. A line longer than the terminal is
//! wide wraps on the screen, and moving the cursor across the wrap may show it in the wrong column.
//!
//! Rejected: `noline` (another licence than this project accepts) and cooked input without editing.

#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

mod buffer;
mod editor;
mod history;
mod keys;

pub use editor::{Editor, Event, MAX_LINE};
pub use history::{History, MAX_HISTORY};
