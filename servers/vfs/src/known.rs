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
const LONGEST: usize = 31;

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

/// A name in words, to be compared and mixed by words: its bytes, zeros, and its length as the last byte.
#[derive(Clone, Copy)]
struct Key([u64; 4]);

impl Key {
    /// Nothing if it is too long to be kept.
    fn of(name: &[u8]) -> Option<Self> {
        if name.len() > LONGEST {
            return None;
        }
        let mut words = [0, 0, 0, (name.len() as u64) << 56];
        let (whole, rest) = name.as_chunks::<8>();
        for (word, bytes) in words.iter_mut().zip(whole) {
            *word = u64::from_le_bytes(*bytes);
        }
        let bytes = rest.iter().rev();
        let last = bytes.fold(0, |last, byte| (last << 8) | u64::from(*byte));
        *words.get_mut(whole.len())? |= last;
        Some(Self(words))
    }

    /// Whether it is the same name. (What `==` makes of arrays is a call.)
    fn is(&self, other: &Self) -> bool {
        let pairs = self.0.iter().zip(&other.0);
        pairs.fold(0, |all, (one, other)| all | (one ^ other)) == 0
    }

    /// A hash of the name in a directory.
    fn hash(&self, mount: MountId, directory: u64) -> u64 {
        let start = hash_of_node(mount, directory);
        self.0.iter().fold(start, |hash, word| mixed(hash ^ word))
    }
}

/// A name of which something is known.
struct Named {
    age: u64,
    mount: MountId,
    directory: u64,
    key: Key,
    /// Nothing if there is no such name.
    child: Option<Child>,
}

impl Named {
    fn is(&self, mount: MountId, directory: u64, key: &Key) -> bool {
        self.directory == directory && self.mount == mount && self.key.is(key)
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
        let key = Key::of(name)?;
        let is = |named: &Named| named.is(mount, directory, &key);
        let named = self.names.get(key.hash(mount, directory), is)?;
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
        let Some(key) = Key::of(name) else {
            return;
        };
        let named = Named {
            age: self.directories.now(mount, directory),
            mount,
            directory,
            key,
            child,
        };
        let hash = key.hash(mount, directory);
        let is = |old: &Named| old.is(mount, directory, &key);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_the_same_key_only_if_they_are_the_same() {
        let long = [b'x'; LONGEST + 1];
        let mut names = alloc::vec![&b"a"[..], b"b", b"a\0", b"\0a", b"12345678", b"123456789"];
        names.extend((0..=LONGEST).map(|length| &long[..length]));
        for (at, one) in names.iter().enumerate() {
            let key = Key::of(one).unwrap();
            for (other_at, other) in names.iter().enumerate() {
                let is_same = key.is(&Key::of(other).unwrap());
                assert_eq!(is_same, at == other_at, "{one:?} {other:?}");
            }
        }
        assert!(Key::of(&long).is_none());
    }
}
