//! Files and directories as commands use them.

use alloc::string::String;
use alloc::vec::Vec;

use libipc::{Error, Transport};
use proto::filesystem::{NodeKind, Stat};
use proto::vfs::{self, MAX_DATA, OpenFlags};

use crate::shell::Shell;
use crate::trouble::Outcome;

/// How often a directory is read from the start again because it changed meanwhile.
const ATTEMPTS: u32 = 5;

/// A name in a directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    /// The name.
    pub(crate) name: Vec<u8>,
    /// What it leads to.
    pub(crate) kind: NodeKind,
}

/// Whether a link at the end of a path is followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Links {
    /// It is.
    Follow,
    /// It is not.
    Keep,
}

impl<T: Transport + 'static> Shell<T> {
    /// The properties of what a path leads to; `name` is what the person calls it.
    pub(crate) fn stat(&self, name: &str, path: &[u8], links: Links) -> Outcome<Stat> {
        let vfs = self.clients.vfs()?;
        let stat = match links {
            Links::Follow => vfs.stat(path),
            Links::Keep => vfs.stat_link(path),
        };
        stat.map_err(|error| self.refused(name, path, error))
    }

    /// Whether a path leads to a directory.
    pub(crate) fn is_directory(&self, path: &str) -> bool {
        let stat = self.stat("", path.as_bytes(), Links::Follow);
        stat.is_ok_and(|stat| stat.kind == NodeKind::Directory)
    }

    /// Gives `each` the contents of a file, piece by piece.
    pub(crate) fn read_file(
        &mut self,
        name: &str,
        path: &[u8],
        mut each: impl FnMut(&mut Self, &[u8]) -> Outcome,
    ) -> Outcome {
        let opened = self.clients.vfs()?.open(path, OpenFlags::READ, 0);
        let file = opened.map_err(|error| self.refused(name, path, error))?;
        let done = self.pieces(name, path, file, &mut each);
        // Nothing was written: there is nothing that closing could lose.
        let _ = self.clients.vfs()?.close(file);
        done
    }

    fn pieces(
        &mut self,
        name: &str,
        path: &[u8],
        file: u32,
        each: &mut impl FnMut(&mut Self, &[u8]) -> Outcome,
    ) -> Outcome {
        let mut offset = 0;
        loop {
            self.checkpoint()?;
            let read = self.clients.vfs()?.read_at(file, offset, MAX_DATA);
            let data = read.map_err(|error| self.refused(name, path, error))?;
            if data.is_empty() {
                return Ok(());
            }
            offset += data.len() as u64;
            each(self, &data)?;
        }
    }

    /// The names in a directory, sorted by their bytes, without `.` and `..`.
    pub(crate) fn entries(&mut self, name: &str, path: &[u8]) -> Outcome<Vec<Entry>> {
        let mut listed = Err(Error::Server(vfs::Error::StaleCursor));
        for _ in 0..ATTEMPTS {
            listed = self.list(path)?;
            if !matches!(listed, Err(Error::Server(vfs::Error::StaleCursor))) {
                break;
            }
        }
        let mut entries = listed.map_err(|error| self.refused(name, path, error))?;
        entries.sort_unstable_by(|one, other| one.name.cmp(&other.name));
        Ok(entries)
    }

    fn list(&self, path: &[u8]) -> Outcome<Result<Vec<Entry>, Error<vfs::Error>>> {
        let mut listing = match self.clients.vfs()?.list(path) {
            Ok(listing) => listing,
            Err(error) => return Ok(Err(error)),
        };
        let mut entries = Vec::new();
        loop {
            if listing.waiting() == 0 {
                self.checkpoint()?;
            }
            let entry = match listing.next() {
                None => return Ok(Ok(entries)),
                Some(Err(error)) => return Ok(Err(error)),
                Some(Ok(entry)) => entry,
            };
            if entry.name != b"." && entry.name != b".." {
                entries.push(Entry {
                    name: entry.name.to_vec(),
                    kind: entry.kind,
                });
            }
        }
    }

    /// Where something goes that is copied or moved to `target`: into it, if it is a directory.
    pub(crate) fn destination(&self, source: &str, target: &str) -> String {
        let path = self.path(target);
        if self.is_directory(&path) {
            crate::paths::inside(&path, crate::paths::last(&self.path(source)))
        } else {
            path
        }
    }
}

/// A path with a name behind it.
pub(crate) fn join(directory: &[u8], name: &[u8]) -> Vec<u8> {
    let mut path = directory.to_vec();
    if path.last() != Some(&b'/') {
        path.push(b'/');
    }
    path.extend_from_slice(name);
    path
}
