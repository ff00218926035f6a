//! The Rust that the book shows, compiled and, where no machine is needed for it, run.
//!
//! `cargo weft check` looks for every block of Rust in the documents among the sources of the tree, so that none is shown
//! that does not compile. What no other source needs stands here: of the chapters on the language and on rings.

mod disk;
#[allow(
    dead_code,
    unreachable_pub,
    reason = "modules of a library, not all of which is called here"
)]
mod interfaces;
mod language;
mod rings;
