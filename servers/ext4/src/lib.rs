//! The ext4 server, and the file system that it serves.
//!
//! [`FileSystem`] is what the server serves: nodes, names, bytes. It does no I/O but through the
//! [`BlockCache`](block_cache::BlockCache) it is given, and knows nothing of processes or messages.
//! [`volume_server`] stands around it: it finds the volume, is the device behind the storage server's ring, and answers
//! the interface `filesystem`.
//!
//! The on-disk format is the work of the `rsext4` crate; what this crate adds is
//!
//! - a mount that names what is wrong with a disk, before any code trusts the disk (`superblock`);
//! - a policy for the journal: when to commit, and how to keep its memory bounded (`journal`);
//! - the life of files that are unlinked while open (`nodes`);
//! - refusal of everything a confused client or a damaged disk could ask for that is not a file,
//!   a directory or a symbolic link of this volume.
//!
//! Symbolic links are data here: the VFS follows them, because they lead across mounts.

#![no_std]

extern crate alloc;

mod convert;
mod device;
mod directories;
mod error;
mod features;
mod files;
mod guard;
mod journal;
mod layout;
mod links;
mod mount;
mod mount_error;
mod nodes;
mod repair;
mod served;
mod superblock;
mod types;
mod volume;
mod walk;

pub use error::Error;
pub use features::Features;
pub use links::Existing;
pub use mount::{Access, Options};
pub use mount_error::{Damage, MountError, Restriction};
pub use served::mount;
pub use types::{Clock, Cursor, Entry, Kind, Node, Space, Stat, Timestamp};
pub use volume::FileSystem;
pub use walk::Walk;
