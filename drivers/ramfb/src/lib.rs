//! Driver of the display that QEMU reads from memory (`-device ramfb`).
//!
//! The device is a file of QEMU's firmware configuration, into which the driver writes where in its memory the pixels are;
//! from then on nothing is told to anybody, and nothing waits for anybody. [`Config`] reads and writes files by the
//! configuration's DMA interface, over the [`Port`] that starts a transfer and the memory of the [`Letter`] that describes
//! it, so that tests run it against a model. [`Picture`] is what the file holds.
//!
//! Chosen over virtio-gpu, which must be told of every change and answers to each: here a dead or slow device cannot keep
//! the driver waiting, and QEMU's boards all have it, whatever their bus.
//!
//! Facts: QEMU's documents `docs/specs/fw_cfg.rst` (cited as `fw_cfg, …`) and `hw/display/ramfb.c` for the file's layout.

#![no_std]
#![forbid(unsafe_code)]

#[cfg(test)]
extern crate std;

mod config;
mod picture;

#[cfg(test)]
mod model;
#[cfg(test)]
mod tests;

pub use config::{Config, Failure, Letter, Port};
pub use picture::{FILE, Picture};
