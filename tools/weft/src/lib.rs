//! `cargo weft`: one command for everything a person does with Weft.
//!
//! Each verb is a file in [`verb`]; each does the set-up it lacks ([`setup`]) and then works
//! through the modules that know one subject: [`build`] (kernel, components, images, disks),
//! [`qemu`] (starting a machine and reading what it says), [`suite`] (tests), [`bench`] (figures) and [`rules`]
//! (everything checked besides tests). Decisions are functions over text and values, tested
//! here; only thin edges start processes or write files.

pub mod bench;
pub mod board;
pub mod build;
pub mod cli;
pub mod command;
pub mod device_tree;
pub mod error;
pub mod project;
pub mod qemu;
pub mod reference;
pub mod rules;
pub mod scaffold;
pub mod setup;
pub mod suite;
pub mod verb;
