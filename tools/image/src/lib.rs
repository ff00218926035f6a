//! Composes the boot image from a system specification and programs.
//!
//! The image is one file: a header, the table of programs, the specification, the boot arguments, the
//! kernel's symbols, and the programs' segments, each on a page boundary so that root maps read-only pages
//! straight from it. Equal inputs give equal bytes. Programs that break a rule of the system (writable
//! code, segments that share a page, other ABI tables) are refused here, with the program's name, instead
//! of at boot. There is no I/O in here.

#![forbid(unsafe_code)]

mod compose;
mod elf;
mod error;
mod files;
mod flat;
mod init;
mod symbols;
mod verify;

pub use compose::{BootFile, Contents, ProgramFile, compose};
pub use error::ImageError;
pub use flat::{flatten, set_early_console};
pub use init::check_kernel;
pub use verify::verify;
