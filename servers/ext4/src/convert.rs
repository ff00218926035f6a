//! Between the file system's types and those of the interface.

use proto::filesystem as wire;

use crate::{Entry, Error, Existing, Kind, Node, Space, Stat};

/// The node of a number, which came over a message and may be anything.
pub(crate) fn node(number: u64) -> Result<Node, Error> {
    let raw = u32::try_from(number).ok();
    raw.and_then(Node::from_raw).ok_or(Error::NotFound)
}

pub(crate) fn kind(kind: Kind) -> wire::NodeKind {
    match kind {
        Kind::File => wire::NodeKind::File,
        Kind::Directory => wire::NodeKind::Directory,
        Kind::Link => wire::NodeKind::Link,
        Kind::Special => wire::NodeKind::Special,
    }
}

pub(crate) fn stat(stat: Stat) -> wire::Stat {
    wire::Stat {
        node: stat.node.raw().into(),
        size: stat.size,
        allocated: stat.allocated,
        accessed: stat.accessed,
        modified: stat.modified,
        changed: stat.changed,
        user: stat.user,
        group: stat.group,
        links: stat.links.into(),
        permissions: stat.permissions,
        kind: kind(stat.kind),
    }
}

pub(crate) fn entry(entry: &Entry) -> Result<wire::Entry, Error> {
    // The format has no longer names.
    let name = entry.name.as_slice().try_into();
    Ok(wire::Entry {
        node: entry.node.raw().into(),
        kind: kind(entry.kind),
        name: name.map_err(|_| Error::Damaged("directory:name"))?,
    })
}

pub(crate) fn space(space: Space) -> wire::Space {
    wire::Space {
        block_size: space.block_size,
        blocks: space.blocks,
        free_blocks: space.free_blocks,
        nodes: space.nodes.into(),
        free_nodes: space.free_nodes.into(),
    }
}

pub(crate) fn existing(existing: wire::Existing) -> Existing {
    match existing {
        wire::Existing::Replace => Existing::Replace,
        wire::Existing::Keep => Existing::Keep,
    }
}

impl From<Error> for wire::Error {
    fn from(error: Error) -> Self {
        match error {
            Error::NotFound => Self::NotFound,
            Error::Exists => Self::Exists,
            Error::NotDirectory => Self::NotDirectory,
            Error::IsDirectory => Self::IsDirectory,
            Error::NotFile => Self::NotFile,
            Error::NotEmpty => Self::NotEmpty,
            Error::InvalidName => Self::InvalidName,
            Error::Invalid => Self::Invalid,
            Error::StaleCursor => Self::StaleCursor,
            Error::TooManyLinks => Self::TooManyLinks,
            Error::TooLarge => Self::TooLarge,
            Error::NoSpace => Self::NoSpace,
            Error::NoMemory => Self::NoMemory,
            Error::ReadOnly => Self::ReadOnly,
            Error::Failed => Self::Failed,
            Error::Damaged(_) => Self::Damaged,
            Error::Unsupported(_) => Self::Unsupported,
            Error::Device => Self::Device,
            Error::Gone => Self::Gone,
            Error::Unmounted => Self::NotMounted,
        }
    }
}
