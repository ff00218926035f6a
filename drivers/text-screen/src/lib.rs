//! A terminal drawn as pixels: what drivers of displays have in common.
//!
//! A driver brings a [`Framebuffer`], memory that the display shows. [`Terminal`] turns what programs write into a grid of
//! [`Cell`]s and a cursor, [`Screen`] draws those cells that look otherwise than what was last drawn, and [`run`] takes
//! the console's text and decides when to draw. Text is taken at once and drawn at most thirty times a second, so that
//! whoever writes much pays for few pictures; with nothing new nothing runs.
//!
//! Control sequences: ECMA-48 (1991), parsed by the crate `vte`. The font is Spleen with 8 by 16 pixels.

#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;
#[cfg(test)]
extern crate std;

mod cell;
pub mod font;
mod grid;
mod screen;
mod show;
mod surface;
mod terminal;

#[cfg(test)]
mod tests;

pub use cell::{Cell, Colour, Look};
pub use grid::Grid;
pub use screen::Screen;
pub use show::run;
pub use surface::{Before, Framebuffer, Memory, Mode, Unfit};
pub use terminal::Terminal;
