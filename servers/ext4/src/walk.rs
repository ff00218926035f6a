//! From names to nodes.

use block_cache::BatchDevice;
use rsext4::FileName;

use crate::{Error, FileSystem, Kind, Node, Stat};

/// How far a path led.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Walk {
    /// To its end. A link at the end was not followed.
    Found(Stat),
    /// To a link before its end, which is for the VFS to follow.
    Link {
        /// The directory that the link is in.
        directory: Node,
        /// The link.
        link: Node,
        /// Where the rest of the path begins, in bytes.
        rest: usize,
    },
}

impl<D: BatchDevice> FileSystem<D> {
    /// Follows a path from the root of the volume. Empty components and `.` are skipped; `..`
    /// leads up, at the root to the root.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`], [`Error::NotDirectory`] or [`Error::InvalidName`].
    pub fn lookup(&mut self, path: &[u8]) -> Result<Walk, Error> {
        let mut here = self.stat(Node::ROOT)?;
        let mut directory = Node::ROOT;
        let mut rest = path;
        while let Some((name, after)) = next_component(rest) {
            if here.kind == Kind::Link {
                let rest = path.len() - rest.len();
                return Ok(Walk::Link {
                    directory,
                    link: here.node,
                    rest,
                });
            }
            directory = here.node;
            here = self.lookup_child(here.node, name)?;
            rest = after;
        }
        // "link/" means what the link leads to, "file/" nothing.
        let trailing = path.last() == Some(&b'/');
        match here.kind {
            Kind::Link if trailing => Ok(Walk::Link {
                directory,
                link: here.node,
                rest: path.len(),
            }),
            Kind::File | Kind::Special if trailing => Err(Error::NotDirectory),
            _ => Ok(Walk::Found(here)),
        }
    }

    /// Returns the node of one name in a directory; `.` and `..` are names too.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`], [`Error::NotDirectory`], [`Error::InvalidName`], or
    /// [`Error::Damaged`] if the name leads to a node of the format's own.
    pub fn lookup_child(&mut self, directory: Node, name: &[u8]) -> Result<Stat, Error> {
        let inode = self.directory(directory)?;
        let name = FileName::new(name).map_err(|_| Error::InvalidName)?;
        let found = self.call(|engine| engine.lookup_child(inode, name))?;
        let info = found.ok_or(Error::NotFound)?;
        let damaged = Error::Damaged("directory:node_number");
        let node = Node::from_raw(info.number.raw()).ok_or(damaged)?;
        self.inode(node).map_err(|_| damaged)?;
        Ok(Stat::from_engine(node, &info))
    }
}

/// Splits off the first component of a path; nothing if there is none left.
fn next_component(path: &[u8]) -> Option<(&[u8], &[u8])> {
    let start = path.iter().position(|byte| *byte != b'/')?;
    let path = &path[start..];
    let end = path
        .iter()
        .position(|byte| *byte == b'/')
        .unwrap_or(path.len());
    let (name, after) = path.split_at(end);
    if name == b"." {
        next_component(after)
    } else {
        Some((name, after))
    }
}
