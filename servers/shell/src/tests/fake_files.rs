//! Files in memory: a map from paths to nodes, and links followed at the end of paths only.

use std::format;
use std::string::String;
use std::vec::Vec;

use std::collections::BTreeMap;

use libipc::Caller;
use libipc::codec::{Bytes, List, Text};
use proto::filesystem::{Entry, MountState, NodeKind, Space, Stat};
use proto::vfs::{Error, Mount, OpenFlags, Server};

/// Where what is mounted at `/mnt` cannot be used.
const LOST: &str = "/mnt/lost";

#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) kind: NodeKind,
    pub(crate) data: Vec<u8>,
    number: u64,
}

/// Everything below `/mnt` is another volume.
#[derive(Debug, Default)]
pub(crate) struct Files {
    nodes: BTreeMap<String, Node>,
    /// The paths of open files; closed ones are empty.
    pub(crate) open: Vec<String>,
    pub(crate) synced: u32,
    /// The error of whoever wants something durable.
    pub(crate) lost: Option<Error>,
    pub(crate) unmounted: u32,
    made: u64,
    /// How many entries of the directory that is being listed were given.
    listed: usize,
}

impl Files {
    pub(crate) fn new() -> Self {
        let mut files = Self::default();
        for directory in ["/", "/etc", "/mnt"] {
            files.put(directory, NodeKind::Directory, b"");
        }
        files.put("/etc/motd", NodeKind::File, b"Welcome\n");
        files.put("/etc/.hidden", NodeKind::File, b"");
        files.put("/etc/link", NodeKind::Link, b"/etc/motd");
        files
    }

    pub(crate) fn put(&mut self, path: &str, kind: NodeKind, data: &[u8]) {
        self.made += 1;
        let node = Node {
            kind,
            data: data.to_vec(),
            number: self.made,
        };
        self.nodes.insert(path.into(), node);
    }

    /// What is at a path.
    pub(crate) fn at(&self, path: &str) -> Option<&Node> {
        self.nodes.get(path)
    }

    pub(crate) fn text(&self, path: &str) -> String {
        let node = self.at(path).expect("there is such a file");
        String::from_utf8_lossy(&node.data).into_owned()
    }

    fn path(&self, path: &[u8]) -> Result<String, Error> {
        let text = core::str::from_utf8(path).map_err(|_| Error::BadPath)?;
        let names: Vec<&str> = text
            .split('/')
            .filter(|name| !name.is_empty() && *name != ".")
            .collect();
        let path = format!("/{}", names.join("/"));
        if path.starts_with(LOST) {
            return Err(Error::NotMounted);
        }
        match self.nodes.get(parent(&path)).map(|node| node.kind) {
            Some(NodeKind::Directory) => Ok(path),
            Some(_) => Err(Error::NotDirectory),
            None => Err(Error::NotFound),
        }
    }

    fn followed(&self, path: &[u8]) -> Result<String, Error> {
        let path = self.path(path)?;
        match self.nodes.get(&path) {
            Some(node) if node.kind == NodeKind::Link => self.path(&node.data),
            _ => Ok(path),
        }
    }

    fn stat_of(&self, path: &str) -> Result<Stat, Error> {
        let node = self.nodes.get(path).ok_or(Error::NotFound)?;
        Ok(Stat {
            node: node.number,
            size: node.data.len() as u64,
            allocated: 4096,
            accessed: 0,
            modified: 951_782_400,
            changed: 0,
            user: 0,
            group: 0,
            links: 1,
            permissions: 0o644,
            kind: node.kind,
        })
    }

    fn opened(&mut self, file: u32) -> Result<&mut Node, Error> {
        let path = self.open.get(file as usize).ok_or(Error::NotOpen)?;
        self.nodes.get_mut(path).ok_or(Error::NotOpen)
    }

    fn children(&self, directory: &str) -> Vec<(&String, &Node)> {
        let inside =
            |(path, _): &(&String, &Node)| parent(path) == directory && path.as_str() != "/";
        self.nodes.iter().filter(inside).collect()
    }
}

fn parent(path: &str) -> &str {
    match path.rfind('/') {
        Some(0) | None => "/",
        Some(at) => &path[..at],
    }
}

fn volume(path: &str) -> bool {
    path.starts_with("/mnt/")
}

impl Server for Files {
    fn open(&mut self, _: Caller, path: &[u8], flags: OpenFlags, _: u16) -> Result<u32, Error> {
        let path = self.followed(path)?;
        if self.at(&path).is_none() && flags.contains(OpenFlags::CREATE) {
            self.put(&path, NodeKind::File, b"");
        }
        let node = self.nodes.get_mut(&path).ok_or(Error::NotFound)?;
        let wants_directory = flags.contains(OpenFlags::DIRECTORY);
        match (wants_directory, node.kind == NodeKind::Directory) {
            (true, false) => return Err(Error::NotDirectory),
            (false, true) => return Err(Error::IsDirectory),
            _ => {}
        }
        if flags.contains(OpenFlags::TRUNCATE) {
            node.data.clear();
        }
        self.open.push(path);
        Ok(self.open.len() as u32 - 1)
    }

    fn close(&mut self, _: Caller, file: u32) -> Result<(), Error> {
        self.open
            .get_mut(file as usize)
            .ok_or(Error::NotOpen)?
            .clear();
        Ok(())
    }

    fn read_at(
        &mut self,
        _: Caller,
        file: u32,
        offset: u64,
        max: u32,
    ) -> Result<Bytes<1536>, Error> {
        let data = &self.opened(file)?.data;
        let rest = data.iter().skip(offset as usize);
        Ok(rest.take(max.min(1536) as usize).copied().collect())
    }

    fn write_at(&mut self, _: Caller, file: u32, offset: u64, data: &[u8]) -> Result<(), Error> {
        let content = &mut self.opened(file)?.data;
        let end = offset as usize + data.len();
        content.resize(content.len().max(end), 0);
        content[offset as usize..end].copy_from_slice(data);
        Ok(())
    }

    fn append(&mut self, _: Caller, file: u32, data: &[u8]) -> Result<u64, Error> {
        let content = &mut self.opened(file)?.data;
        content.extend(data);
        Ok((content.len() - data.len()) as u64)
    }

    fn stat_file(&mut self, _: Caller, file: u32) -> Result<Stat, Error> {
        let path = self.open.get(file as usize).ok_or(Error::NotOpen)?;
        self.stat_of(path)
    }

    fn truncate(&mut self, _: Caller, file: u32, size: u64) -> Result<(), Error> {
        self.opened(file)?.data.resize(size as usize, 0);
        Ok(())
    }

    fn sync_file(&mut self, _: Caller, file: u32) -> Result<(), Error> {
        let path = self.open.get(file as usize).ok_or(Error::NotOpen)?;
        // The other volume has lost nothing.
        let lost = self.lost.filter(|_| path == "/");
        lost.map_or(Ok(()), Err)
    }

    fn open_lent(
        &mut self,
        _: Caller,
        _: libipc::lend::Place,
        _: OpenFlags,
        _: u16,
    ) -> Result<u32, Error> {
        Err(Error::Unsupported)
    }

    fn length(&mut self, _: Caller, _: u32) -> Result<u32, Error> {
        Err(Error::Unsupported)
    }

    fn read_into(
        &mut self,
        _: Caller,
        _: u32,
        _: u64,
        _: libipc::lend::Place,
    ) -> Result<u32, Error> {
        Err(Error::Unsupported)
    }

    fn list(&mut self, caller: Caller, path: &[u8]) -> Result<u32, Error> {
        self.listed = 0;
        self.open(caller, path, OpenFlags::READ | OpenFlags::DIRECTORY, 0)
    }

    fn list_more(
        &mut self,
        _: Caller,
        stream: u32,
        credits: u32,
    ) -> Result<(List<Entry, 7>, bool), Error> {
        let path = self
            .open
            .get(stream as usize)
            .ok_or(Error::NotOpen)?
            .clone();
        // From the last name to the first, so that a test sees who sorts.
        let children = self.children(&path).into_iter().rev();
        let names = children.map(|(path, node)| (path.rsplit('/').next().unwrap_or(""), node));
        let own = self.at(&path).ok_or(Error::NotOpen)?;
        let some: List<Entry, 7> = [(".", own), ("..", own)]
            .into_iter()
            .chain(names)
            .skip(self.listed)
            .take(3.min(credits as usize))
            .map(|(name, node)| Entry {
                node: node.number,
                kind: node.kind,
                name: name.bytes().collect(),
            })
            .collect();
        self.listed += some.len();
        let is_last = some.is_empty();
        Ok((some, is_last))
    }

    fn list_close(&mut self, _: Caller, _: u32) {}

    fn stat(&mut self, _: Caller, path: &[u8]) -> Result<Stat, Error> {
        self.stat_of(&self.followed(path)?)
    }

    fn stat_link(&mut self, _: Caller, path: &[u8]) -> Result<Stat, Error> {
        self.stat_of(&self.path(path)?)
    }

    fn make_directory(&mut self, _: Caller, path: &[u8], _: u16) -> Result<(), Error> {
        let path = self.path(path)?;
        if self.at(&path).is_some() {
            return Err(Error::Exists);
        }
        self.put(&path, NodeKind::Directory, b"");
        Ok(())
    }

    fn remove_directory(&mut self, _: Caller, path: &[u8]) -> Result<(), Error> {
        let path = self.path(path)?;
        match self.at(&path).map(|node| node.kind) {
            None => return Err(Error::NotFound),
            Some(NodeKind::Directory) => {}
            Some(_) => return Err(Error::NotDirectory),
        }
        if !self.children(&path).is_empty() {
            return Err(Error::NotEmpty);
        }
        self.nodes.remove(&path);
        Ok(())
    }

    fn unlink(&mut self, _: Caller, path: &[u8]) -> Result<(), Error> {
        let path = self.path(path)?;
        match self.at(&path).map(|node| node.kind) {
            None => Err(Error::NotFound),
            Some(NodeKind::Directory) => Err(Error::IsDirectory),
            Some(_) => {
                self.nodes.remove(&path);
                Ok(())
            }
        }
    }

    fn rename(&mut self, _: Caller, old: &[u8], to: &[u8]) -> Result<(), Error> {
        let (old, to) = (self.path(old)?, self.path(to)?);
        if volume(&old) != volume(&to) {
            return Err(Error::OtherVolume);
        }
        self.at(&old).ok_or(Error::NotFound)?;
        let below = format!("{old}/");
        let moves = |path: &String| *path == old || path.starts_with(&below);
        let paths: Vec<String> = self
            .nodes
            .keys()
            .filter(|path| moves(path))
            .cloned()
            .collect();
        for path in paths {
            if let Some(node) = self.nodes.remove(&path) {
                self.nodes.insert(path.replacen(&old, &to, 1), node);
            }
        }
        Ok(())
    }

    fn symlink(&mut self, _: Caller, target: &[u8], path: &[u8]) -> Result<(), Error> {
        let path = self.path(path)?;
        self.put(&path, NodeKind::Link, target);
        Ok(())
    }

    fn link(&mut self, _: Caller, _: &[u8], _: &[u8]) -> Result<(), Error> {
        Err(Error::Unsupported)
    }

    fn read_link(&mut self, _: Caller, path: &[u8]) -> Result<Bytes<1000>, Error> {
        let path = self.path(path)?;
        let node = self.at(&path).ok_or(Error::NotFound)?;
        Ok(node.data.iter().copied().collect())
    }

    fn space(&mut self, _: Caller, path: &[u8]) -> Result<Space, Error> {
        self.followed(path)?;
        Ok(Space {
            block_size: 4096,
            blocks: 16_384,
            free_blocks: 12_288,
            nodes: 100,
            free_nodes: 90,
        })
    }

    fn mounts(&mut self, _: Caller, first: u32) -> List<Mount, 4> {
        let all = [
            ("/", MountState::Mounted, ""),
            ("/mnt", MountState::Failed, "no known file system"),
        ];
        let mounts = all.into_iter().map(|(path, state, reason)| Mount {
            path: Text::try_from(path).expect("short"),
            state,
            kind: Text::try_from("ext4").expect("short"),
            volume: Text::try_from("disk").expect("short"),
            reason: Text::try_from(reason).expect("short"),
        });
        mounts.skip(first as usize).collect()
    }

    fn sync_all(&mut self, _: Caller) -> Result<(), Error> {
        self.synced += 1;
        self.lost.map_or(Ok(()), Err)
    }

    fn unmount_all(&mut self, _: Caller) -> Result<(), Error> {
        self.unmounted += 1;
        Ok(())
    }
}
