//! A file system in memory.

use super::*;

#[derive(Clone, Debug)]
pub(super) enum Node {
    File(Vec<u8>),
    Directory(BTreeMap<Vec<u8>, u64>),
    Link(Vec<u8>),
}

/// A file system in memory. Node 1 is the root. A node without a name goes when it is not open, and its number to the next one:
/// who keeps a number too long gets another file.
pub(super) struct Ram {
    pub(super) nodes: BTreeMap<u64, Node>,
    pub(super) open: BTreeMap<u64, u32>,
    pub(super) state: MountState,
    pub(super) lasting: Lasting,
    pub(super) borrower: Borrower,
    /// Why a write that waited failed: whatever is asked next is told, and nothing after it.
    pub(super) lost: Option<filesystem::Error>,
}

pub(super) type Answer<R> = Result<R, filesystem::Error>;

impl Ram {
    pub(super) fn new() -> Self {
        let nodes = BTreeMap::from([(1, Node::Directory(BTreeMap::new()))]);
        Self {
            nodes,
            open: BTreeMap::new(),
            state: MountState::Mounted,
            lasting: Lasting::UntilChanged,
            borrower: Borrower::default(),
            lost: None,
        }
    }

    /// Adds a node at a path whose directories exist already or are made.
    pub(super) fn with(mut self, path: &str, node: Node) -> Self {
        let mut at = 1;
        let mut names = path.split('/').peekable();
        while let Some(name) = names.next() {
            let next = match self.child(at, name.as_bytes()) {
                Ok(next) => next,
                Err(_) if names.peek().is_none() => {
                    self.add(at, name.as_bytes(), node.clone()).unwrap()
                }
                Err(_) => self
                    .add(at, name.as_bytes(), Node::Directory(BTreeMap::new()))
                    .unwrap(),
            };
            at = next;
        }
        self
    }

    fn directory(&mut self, node: u64) -> Answer<&mut BTreeMap<Vec<u8>, u64>> {
        match self.nodes.get_mut(&node) {
            Some(Node::Directory(names)) => Ok(names),
            _ => Err(filesystem::Error::NotDirectory),
        }
    }

    fn child(&mut self, directory: u64, name: &[u8]) -> Answer<u64> {
        self.directory(directory)?
            .get(name)
            .copied()
            .ok_or(filesystem::Error::NotFound)
    }

    fn add(&mut self, directory: u64, name: &[u8], node: Node) -> Answer<u64> {
        let number = (1..)
            .find(|number| !self.nodes.contains_key(number))
            .unwrap();
        if self.directory(directory)?.contains_key(name) {
            return Err(filesystem::Error::Exists);
        }
        self.directory(directory)?.insert(name.to_vec(), number);
        self.nodes.insert(number, node);
        Ok(number)
    }

    /// What comes before every answer: that of a write that waited.
    fn settled(&mut self) -> Answer<()> {
        self.lost.take().map_or(Ok(()), Err)
    }

    /// Refuses changes of a volume that can only be read.
    fn writable(&mut self) -> Answer<()> {
        self.settled()?;
        match self.state {
            MountState::ReadOnly => Err(filesystem::Error::ReadOnly),
            _ => Ok(()),
        }
    }

    /// How many names a node has.
    fn links(&self, node: u64) -> u32 {
        let directories = self.nodes.values().filter_map(|node| match node {
            Node::Directory(names) => Some(names),
            _ => None,
        });
        let names = directories.flat_map(BTreeMap::values);
        names.filter(|number| **number == node).count() as u32
    }

    /// Takes a name away that is there.
    fn remove(&mut self, directory: u64, name: &[u8]) -> Answer<()> {
        self.directory(directory)?.remove(name);
        self.tidy();
        Ok(())
    }

    /// Whether a node is another one, or somewhere in it.
    fn is_below(&self, node: u64, above: u64) -> bool {
        let Some(Node::Directory(names)) = self.nodes.get(&above) else {
            return false;
        };
        node == above || names.values().any(|child| self.is_below(node, *child))
    }

    /// Frees what has no name and is not open.
    fn tidy(&mut self) {
        let named: Vec<u64> = self
            .nodes
            .values()
            .filter_map(|node| match node {
                Node::Directory(names) => Some(names.values().copied()),
                _ => None,
            })
            .flatten()
            .collect();
        let open = &self.open;
        let is_open = |number: &u64| open.get(number).is_some_and(|count| *count > 0);
        self.nodes
            .retain(|number, _| *number == 1 || named.contains(number) || is_open(number));
    }

    fn tell(&self, node: u64) -> Answer<Stat> {
        let (kind, size) = match self.nodes.get(&node).ok_or(filesystem::Error::NotFound)? {
            Node::File(data) => (NodeKind::File, data.len()),
            Node::Directory(_) => (NodeKind::Directory, 0),
            Node::Link(target) => (NodeKind::Link, target.len()),
        };
        Ok(Stat {
            node,
            size: size as u64,
            allocated: 0,
            accessed: 0,
            modified: 0,
            changed: 0,
            user: 0,
            group: 0,
            links: self.links(node),
            permissions: 0o644,
            kind,
        })
    }
}

impl filesystem::Server for Ram {
    fn info(&mut self, _: Caller) -> Info {
        let reason = if self.state == MountState::Failed {
            "not an ext4 file system"
        } else {
            ""
        };
        Info {
            state: self.state,
            root: 1,
            kind: Text::try_from("ram").unwrap(),
            volume: Text::try_from("memory").unwrap(),
            reason: Text::try_from(reason).unwrap(),
        }
    }

    fn walk(&mut self, _: Caller, path: &[u8]) -> Answer<Place> {
        self.settled()?;
        let mut at = 1;
        let mut offset = 0;
        while offset < path.len() {
            let rest = &path[offset..];
            let length = rest
                .iter()
                .position(|byte| *byte == b'/')
                .unwrap_or(rest.len());
            let next = self.child(at, &rest[..length])?;
            offset += length + 1;
            if offset < path.len() && matches!(self.nodes[&next], Node::Link(_)) {
                let stat = self.tell(next)?;
                return Ok(Place {
                    reach: Reach::Link,
                    rest: offset as u32,
                    directory: at,
                    stat,
                });
            }
            at = next;
        }
        Ok(Place {
            reach: Reach::End,
            rest: 0,
            directory: 0,
            stat: self.tell(at)?,
        })
    }

    fn lookup(&mut self, _: Caller, directory: u64, name: &[u8]) -> Answer<Stat> {
        self.settled()?;
        let node = self.child(directory, name)?;
        self.tell(node)
    }

    fn stat(&mut self, _: Caller, node: u64) -> Answer<Stat> {
        self.settled()?;
        self.tell(node)
    }

    fn open(&mut self, _: Caller, node: u64) -> Answer<Stat> {
        *self.open.entry(node).or_default() += 1;
        self.tell(node)
    }

    fn close(&mut self, _: Caller, node: u64) -> Answer<()> {
        self.settled()?;
        let count = self.open.get_mut(&node).ok_or(filesystem::Error::Invalid)?;
        *count = count.checked_sub(1).ok_or(filesystem::Error::Invalid)?;
        self.tidy();
        Ok(())
    }

    fn read_at(&mut self, _: Caller, node: u64, offset: u64, max: u32) -> Answer<Bytes<1536>> {
        let Some(Node::File(data)) = self.nodes.get(&node) else {
            return Err(filesystem::Error::NotFile);
        };
        let from = data.get(offset as usize..).unwrap_or_default();
        Ok(Bytes::from_slice(&from[..from.len().min(max as usize).min(1536)]).unwrap())
    }

    fn write_at(&mut self, _: Caller, node: u64, offset: u64, bytes: &[u8]) -> Answer<()> {
        let Some(Node::File(data)) = self.nodes.get_mut(&node) else {
            return Err(filesystem::Error::NotFile);
        };
        let end = offset as usize + bytes.len();
        data.resize(data.len().max(end), 0);
        data[offset as usize..end].copy_from_slice(bytes);
        Ok(())
    }

    fn truncate(&mut self, _: Caller, node: u64, size: u64) -> Answer<()> {
        self.writable()?;
        match self.nodes.get_mut(&node) {
            Some(Node::File(data)) => {
                data.resize(size as usize, 0);
                Ok(())
            }
            _ => Err(filesystem::Error::NotFile),
        }
    }

    fn create(&mut self, _: Caller, directory: u64, name: &[u8], _: u16) -> Answer<Stat> {
        let node = self.add(directory, name, Node::File(Vec::new()))?;
        self.tell(node)
    }

    fn make_directory(&mut self, _: Caller, directory: u64, name: &[u8], _: u16) -> Answer<Stat> {
        let node = self.add(directory, name, Node::Directory(BTreeMap::new()))?;
        self.tell(node)
    }

    fn symlink(&mut self, _: Caller, directory: u64, name: &[u8], target: &[u8]) -> Answer<Stat> {
        let node = self.add(directory, name, Node::Link(target.to_vec()))?;
        self.tell(node)
    }

    fn link(&mut self, _: Caller, node: u64, directory: u64, name: &[u8]) -> Answer<()> {
        if self.child(directory, name).is_ok() {
            return Err(filesystem::Error::Exists);
        }
        if matches!(self.nodes.get(&node), Some(Node::Directory(_))) {
            return Err(filesystem::Error::IsDirectory);
        }
        self.directory(directory)?.insert(name.to_vec(), node);
        Ok(())
    }

    fn unlink(&mut self, _: Caller, directory: u64, name: &[u8]) -> Answer<()> {
        let node = self.child(directory, name)?;
        if self.directory(node).is_ok() {
            return Err(filesystem::Error::IsDirectory);
        }
        self.remove(directory, name)
    }

    fn remove_directory(&mut self, _: Caller, directory: u64, name: &[u8]) -> Answer<()> {
        let node = self.child(directory, name)?;
        if !self.directory(node)?.is_empty() {
            return Err(filesystem::Error::NotEmpty);
        }
        self.remove(directory, name)
    }

    fn rename(
        &mut self,
        _: Caller,
        from: u64,
        from_name: &[u8],
        to: u64,
        to_name: &[u8],
        _: Existing,
    ) -> Answer<()> {
        let node = self.child(from, from_name)?;
        if self.is_below(to, node) {
            return Err(filesystem::Error::Invalid);
        }
        if let Ok(there) = self.child(to, to_name) {
            let is_directory = self.directory(node).is_ok();
            match self.directory(there) {
                _ if there == node => return Ok(()),
                Ok(names) if is_directory && !names.is_empty() => {
                    return Err(filesystem::Error::NotEmpty);
                }
                Ok(_) if !is_directory => return Err(filesystem::Error::IsDirectory),
                Err(_) if is_directory => return Err(filesystem::Error::NotDirectory),
                _ => {}
            }
        }
        self.directory(to)?.insert(to_name.to_vec(), node);
        self.remove(from, from_name)
    }

    fn read_link(&mut self, _: Caller, node: u64) -> Answer<Bytes<1000>> {
        match self.nodes.get(&node) {
            Some(Node::Link(target)) => Ok(Bytes::from_slice(target).unwrap()),
            _ => Err(filesystem::Error::Invalid),
        }
    }

    fn read_into(
        &mut self,
        caller: Caller,
        node: u64,
        offset: u64,
        data: lend::Place,
    ) -> Answer<u32> {
        let Some(Node::File(content)) = self.nodes.get(&node) else {
            return Err(filesystem::Error::NotFile);
        };
        let from = content.get(offset as usize..).unwrap_or_default();
        let read = &from[..from.len().min(data.len())];
        let written = self.borrower.write(caller, data, (0, read));
        written.map_err(|_| filesystem::Error::Invalid)?;
        Ok(read.len() as u32)
    }

    fn read_directory(
        &mut self,
        _: Caller,
        directory: u64,
        cursor: Cursor,
    ) -> Answer<(List<Entry, 7>, Cursor)> {
        let names: Vec<_> = self
            .directory(directory)?
            .clone()
            .into_iter()
            .skip(cursor.first as usize)
            .take(7)
            .collect();
        let next = Cursor {
            first: cursor.first + names.len() as u64,
            second: 0,
        };
        let entry = |(name, node): (Vec<u8>, u64)| Entry {
            node,
            kind: self.tell(node).unwrap().kind,
            name: Bytes::from_slice(&name).unwrap(),
        };
        Ok((names.into_iter().map(entry).collect(), next))
    }

    fn space(&mut self, _: Caller) -> Answer<Space> {
        Ok(Space {
            block_size: 1,
            blocks: 9,
            free_blocks: 5,
            nodes: 0,
            free_nodes: 0,
        })
    }

    fn sync(&mut self, _: Caller) -> Answer<()> {
        Ok(())
    }

    fn lasting(&mut self, _: Caller) -> Lasting {
        self.lasting
    }

    fn unmount(&mut self, _: Caller) -> Answer<()> {
        assert!(
            self.open.values().all(|count| *count == 0),
            "files are open"
        );
        self.state = MountState::Unmounted;
        Ok(())
    }
}
