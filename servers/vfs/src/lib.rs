//! The virtual file system: one tree of names over all mounted volumes, and who has which file open.
//!
//! File systems are servers of their own, one for each volume; this server finds the volume that a path leads to, follows
//! symbolic links across volumes, and passes on what is done with the file. It keeps what it was
//! told for as long as that is certain to be true. A file system that dies
//! takes its files with it and nothing else: requests for them fail with `Gone`.
//!
//! | module | does |
//! |---|---|
//! | `path` | takes paths apart |
//! | `mounts` | which volume is where |
//! | `resolve` | from a path to a node, over links and mount points |
//! | `known` | what was told of names and nodes, for as long as it is true |
//! | `pages` | what stands in files, as far as it was read lately |
//! | `table` | a table of bounded size that forgets |
//! | `files` | the open files of each client |
//! | `shown` | which pages lie in a client's pool |
//! | `server` | the interfaces `vfs` and `vfs_sessions` |

#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

mod errors;
pub mod files;
mod known;
pub mod mounts;
mod pages;
pub mod path;
pub mod resolve;
pub mod server;
mod shown;
mod table;
#[cfg(test)]
mod tests;
