//! The FAT server, and the file system that it serves: FAT12, FAT16 and FAT32 with long names.
//!
//! [`FileSystem`] does no I/O but through the [`BlockCache`](block_cache::BlockCache) it is given, and knows nothing of
//! processes or messages; [`volume_server`] stands around it.
//!
//! | module | does |
//! |---|---|
//! | `layout` | where everything is, from the first sector |
//! | `disk` | bytes over the cache's sectors |
//! | `table` | chains of clusters and free ones |
//! | `entry`, `names`, `time` | what stands in the places of a directory |
//! | `directory` | going through directories, adding and removing entries |
//! | `nodes` | the numbers of files and directories, and what is open |
//! | `files` | what is in files |
//! | `tree` | names: finding, making, removing, renaming |
//! | `commit` | in which order changes reach the device |
//! | `served` | the operations that the server wants |
//!
//! Nothing that is read from a device is trusted: what contradicts itself is an error that names the place, and every chain
//! that is followed has an end. docs/decisions/0028-fat-of-our-own.md says why no crate does this.

#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

mod commit;
mod directory;
mod disk;
mod entry;
mod error;
mod files;
mod layout;
mod names;
mod nodes;
mod served;
mod table;
mod time;
mod tree;
mod volume;

pub use error::{Bad, Damage, Error, MountError};
pub use layout::Format;
pub use served::mount;
pub use volume::{Clock, FileSystem};
