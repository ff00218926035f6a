//! The console: one terminal for all programs, over a serial line.
//!
//! It has a single thread, so it never waits for keys: the driver signals it when bytes arrive, and it
//! fetches them at once, keeps those that nobody asked for yet, and watches for Ctrl-C. That key ends the
//! foreground program, which is why the console looks at keys before anybody reads them.
//!
//! [`Terminal`] is the server; [`keys`](Keys) hold what was typed, [`cooked`](Cooked) turns line feeds into
//! what terminals want. For a program at the other end of the line it marks where the output of commands
//! begins and ends, whoever wrote it. If the driver dies, every request says so.
//!
//! Where the image has a display, its driver takes the same text from the [`Backlog`], for which nobody waits. Keys come from the
//! serial line only.

#![no_std]
#![forbid(unsafe_code)]

mod backlog;
mod cooked;
mod keys;
mod terminal;

pub use backlog::{Backlog, MAX_BACKLOG};
pub use cooked::{Cooked, MARK, Marks};
pub use keys::{INTERRUPT, Keys, MAX_KEYS};
pub use terminal::{MAX_READERS, Terminal};
