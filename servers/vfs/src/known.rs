//! What file systems have told of names and nodes, so that they need not be asked again.
//!
//! This server is the only one that asks file systems for changes, so it sees each. What a change might make wrong is
//! forgotten, rather more than less (decision 0030):
//!
//! - a change of names in a directory: all that is known of names in it, and the properties of all nodes of the volume;
//! - a directory taken away or anything renamed: all names of the volume;
//! - a node made: all that was known of its number;
//! - content written or cut: what stands in the node, and its properties;
//! - content or entries read from the file system, which notes that: the properties of the node.
//!
//! It takes no more than 72 KiB besides pages, and what is forgotten is only out of date ([`Ages`]), so that no change costs a search.

use proto::filesystem::{NodeKind, Stat};

use crate::mounts::MountId;
use crate::pages::Pages;
use crate::table::{Ages, Table, hash_of_node, mixed};

/// How many names are known at most, those that are known not to exist among them.
const NAMES: usize = 512;
/// Of how many nodes the properties are known at most.
const NODES: usize = 256;
/// The longest name that is kept.
const LONGEST: usize = 30;

const _: () = assert!(
    NAMES * size_of::<Option<Named>>() + NODES * size_of::<Option<Told>>() <= 68 << 10
        && 2 * size_of::<Ages>() <= 5 << 10
);

/// What a name leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Child {
    /// Its number.
    pub(crate) node: u64,
    /// What it is, which no node changes.
    pub(crate) kind: NodeKind,
}

impl Child {
    pub(crate) fn of(stat: &Stat) -> Self {
        Self {
            node: stat.node,
            kind: stat.kind,
        }
    }
}

/// A name of which something is known.
struct Named {
    age: u64,
    mount: MountId,
    directory: u64,
    length: u8,
    name: [u8; LONGEST],
    /// Nothing if there is no such name.
    child: Option<Child>,
}

impl Named {
    fn is(&self, mount: MountId, directory: u64, name: &[u8]) -> bool {
        let known = self.name.get(..usize::from(self.length));
        self.directory == directory && self.mount == mount && known == Some(name)
    }
}

/// A node whose properties were told.
struct Told {
    age: u64,
    mount: MountId,
    stat: Stat,
}

impl Told {
    fn is(&self, mount: MountId, node: u64) -> bool {
        self.stat.node == node && self.mount == mount
    }
}

/// What is known of all volumes.
pub(crate) struct Known {
    names: Table<Named>,
    /// The ages of names, by the directories they are in.
    directories: Ages,
    stats: Table<Told>,
    nodes: Ages,
    /// What stands in files.
    pub(crate) pages: Pages,
}

impl Known {
    /// Nothing.
    pub(crate) fn new() -> Self {
        Self {
            names: Table::new(NAMES),
            directories: Ages::new(),
            stats: Table::new(NODES),
            nodes: Ages::new(),
            pages: Pages::new(),
        }
    }

    /// What a name is known to lead to; `Some(None)` if there is known to be no such name.
    pub(crate) fn child(
        &self,
        mount: MountId,
        directory: u64,
        name: &[u8],
    ) -> Option<Option<Child>> {
        let hash = hash_of_name(mount, directory, name);
        let is = |named: &Named| named.is(mount, directory, name);
        let named = self.names.get(hash, is)?;
        (named.age == self.directories.now(mount, directory)).then_some(named.child)
    }

    /// Keeps what a name leads to, if it is not too long.
    pub(crate) fn put_child(
        &mut self,
        mount: MountId,
        directory: u64,
        name: &[u8],
        child: Option<Child>,
    ) {
        let mut kept = [0; LONGEST];
        let Some(room) = kept.get_mut(..name.len()) else {
            return;
        };
        room.copy_from_slice(name);
        let named = Named {
            age: self.directories.now(mount, directory),
            mount,
            directory,
            length: name.len() as u8,
            name: kept,
            child,
        };
        let hash = hash_of_name(mount, directory, name);
        let is = |old: &Named| old.is(mount, directory, name);
        self.names.put(hash, named, is);
    }

    /// The known properties of a node.
    pub(crate) fn stat(&self, mount: MountId, node: u64) -> Option<&Stat> {
        let told = self
            .stats
            .get(hash_of_node(mount, node), |told| told.is(mount, node))?;
        (told.age == self.nodes.now(mount, node)).then_some(&told.stat)
    }

    /// Keeps the properties of a node.
    pub(crate) fn put_stat(&mut self, mount: MountId, stat: &Stat) {
        let node = stat.node;
        let told = Told {
            age: self.nodes.now(mount, node),
            mount,
            stat: *stat,
        };
        self.stats
            .put(hash_of_node(mount, node), told, |old| old.is(mount, node));
    }

    /// Forgets the properties of a node.
    pub(crate) fn forget_stat(&mut self, mount: MountId, node: u64) {
        self.nodes.end(mount, node);
    }

    /// Forgets the properties of all nodes of a volume.
    pub(crate) fn forget_stats(&mut self, mount: MountId) {
        self.nodes.end_all(mount);
    }

    /// Forgets all names in a directory.
    pub(crate) fn forget_names_in(&mut self, mount: MountId, directory: u64) {
        self.directories.end(mount, directory);
    }

    /// Forgets all names of a volume, and the properties of all nodes.
    pub(crate) fn forget_tree(&mut self, mount: MountId) {
        self.directories.end_all(mount);
        self.nodes.end_all(mount);
    }

    /// Forgets what a number meant that is a new node's.
    pub(crate) fn forget_node(&mut self, mount: MountId, node: u64) {
        self.directories.end(mount, node);
        self.forget_content(mount, node);
    }

    /// Forgets what stands in a file, and its properties.
    pub(crate) fn forget_content(&mut self, mount: MountId, node: u64) {
        self.nodes.end(mount, node);
        self.pages.forget(mount, node);
    }

    /// Forgets all that is known of a volume.
    pub(crate) fn forget_all(&mut self, mount: MountId) {
        self.forget_tree(mount);
        self.pages.forget_all(mount);
    }
}

fn hash_of_name(mount: MountId, directory: u64, name: &[u8]) -> u64 {
    let (words, rest) = name.as_chunks::<8>();
    let mut hash = hash_of_node(mount, directory);
    for word in words {
        hash = mixed(hash ^ u64::from_le_bytes(*word));
    }
    let last = rest.iter().fold(name.len() as u64, |last, byte| {
        (last << 8) | u64::from(*byte)
    });
    mixed(hash ^ last)
}
