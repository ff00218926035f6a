//! The process server: starts programs from files, watches them and the system's own components, and ends them.
//!
//! A program is built from one block of the memory server: its objects, page tables and pages all come from it, so that
//! ending a program is giving the block back. The server decides here, and [`kernel`] does what it decided; tests put
//! a pretended kernel and file system in the place of both.
//!
//! | module | does |
//! |---|---|
//! | `program` | reads an ELF file's headers, and refuses what cannot run |
//! | `plan` | how much memory a program needs |
//! | `build` | puts a program together, page by page |
//! | `growth` | what a program has of its stack and heap |
//! | `maker` | what the server asks of whoever makes processes |
//! | `kernel`, `site` | processes in the kernel, and one that is being built |
//! | `table` | who there is, who waits for whom |
//! | `session` | what happens when the component ends that a person gives commands to |
//! | `source` | the files that programs are started from |
//! | `server` | the interfaces `processes` and `process`, and faults |

#![no_std]

extern crate alloc;

pub mod build;
pub mod growth;
pub mod kernel;
pub mod maker;
pub mod plan;
pub mod program;
pub mod server;
pub mod session;
pub mod site;
pub mod source;
pub mod table;
