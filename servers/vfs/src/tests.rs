//! The server over file systems in memory.

extern crate std;

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use libipc::codec::{Bytes, List, Text};
use libipc::lend::{self, Borrower, Lender};
use libipc::ring::{Pool, Pools, Untrusted};
use libipc::{CPtr, Caller, Endpoint, Error as CallError, Router};
use libipc_mock::{Mock, MockConnection, shared_words};
use proto::filesystem::{
    self, Cursor, Entry, Existing, Info, Lasting, MountState, NodeKind, Place, Reach, Space, Stat,
};
use proto::vfs::{self, Error, OpenFlags};
use proto::vfs_sessions;

use crate::mounts::{Mounts, Ties};
use crate::server::Vfs;

mod hosted;
mod kept;
mod over_ring;
mod sessions;

use sessions::Numbers;

#[derive(Clone, Debug)]
enum Node {
    File(Vec<u8>),
    Directory(BTreeMap<Vec<u8>, u64>),
    Link(Vec<u8>),
}

/// A file system in memory. Node 1 is the root. A node without a name goes when it is not open, and its number to the next one:
/// who keeps a number too long gets another file.
struct Ram {
    nodes: BTreeMap<u64, Node>,
    open: BTreeMap<u64, u32>,
    state: MountState,
    lasting: Lasting,
    borrower: Borrower,
}

type Answer<R> = Result<R, filesystem::Error>;

impl Ram {
    fn new() -> Self {
        let nodes = BTreeMap::from([(1, Node::Directory(BTreeMap::new()))]);
        Self {
            nodes,
            open: BTreeMap::new(),
            state: MountState::Mounted,
            lasting: Lasting::UntilChanged,
            borrower: Borrower::default(),
        }
    }

    /// Adds a node at a path whose directories exist already or are made.
    fn with(mut self, path: &str, node: Node) -> Self {
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

    /// How many names a node has.
    fn links(&self, node: u64) -> u32 {
        let directories = self.nodes.values().filter_map(|node| match node {
            Node::Directory(names) => Some(names),
            _ => None,
        });
        let names = directories.flat_map(BTreeMap::values);
        names.filter(|number| **number == node).count() as u32
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
        let node = self.child(directory, name)?;
        self.tell(node)
    }

    fn stat(&mut self, _: Caller, node: u64) -> Answer<Stat> {
        self.tell(node)
    }

    fn open(&mut self, _: Caller, node: u64) -> Answer<Stat> {
        *self.open.entry(node).or_default() += 1;
        self.tell(node)
    }

    fn close(&mut self, _: Caller, node: u64) -> Answer<()> {
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
        let removed = self.directory(directory)?.remove(name);
        self.tidy();
        removed.map(|_| ()).ok_or(filesystem::Error::NotFound)
    }

    fn remove_directory(&mut self, caller: Caller, directory: u64, name: &[u8]) -> Answer<()> {
        let node = self.child(directory, name)?;
        if !self.directory(node)?.is_empty() {
            return Err(filesystem::Error::NotEmpty);
        }
        self.unlink(caller, directory, name)
    }

    fn rename(
        &mut self,
        caller: Caller,
        from: u64,
        from_name: &[u8],
        to: u64,
        to_name: &[u8],
        _: Existing,
    ) -> Answer<()> {
        let node = self.child(from, from_name)?;
        self.directory(to)?.insert(to_name.to_vec(), node);
        if (from, from_name) != (to, to_name) {
            self.unlink(caller, from, from_name)?;
        }
        Ok(())
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

type Disk = Mock<filesystem::Dispatcher<Ram>>;

struct Rig {
    root: Disk,
    mnt: Disk,
    absent: Disk,
    server: Mock<Router<Vfs<MockConnection, Numbers>>>,
    vfs: vfs::Client<MockConnection>,
}

fn file(text: &str) -> Node {
    Node::File(text.into())
}

fn link(target: &str) -> Node {
    Node::Link(target.into())
}

fn disk(ram: Ram) -> Disk {
    Mock::new(filesystem::Dispatcher(ram))
}

/// The file systems' numbers.
const ROOT: u32 = 1;
const MNT: u32 = 2;

/// Who is gone when a file system is.
fn tie(number: u32) -> Caller {
    Caller::new(number, 255)
}

fn ties(number: u32, lender: Option<Lender>) -> Ties {
    let end = Some(tie(number));
    Ties { lender, end }
}

fn started() -> Rig {
    let root = Ram::new()
        .with("etc/motd", file("hello"))
        .with("mnt/hidden", file("under the mount"))
        .with("to_disk", link("/mnt/data"))
        .with("loop", link("loop"))
        .with("etc/up", link("../mnt/data/up"));
    let mnt = Ram::new()
        .with("data/file", file("on the disk"))
        .with("data/up", link("../../etc/motd"))
        .with("absolute", link("/etc"));
    let (root, mnt) = (disk(root), disk(mnt));
    let (broken, absent) = (
        disk(Ram {
            state: MountState::Failed,
            ..Ram::new()
        }),
        disk(Ram {
            state: MountState::Absent,
            ..Ram::new().with("late", file("came later"))
        }),
    );
    let mut mounts = Mounts::new();
    for (number, path, disk) in [
        (ROOT, "/", &root),
        (MNT, "/mnt", &mnt),
        (3, "/bad", &broken),
        (4, "/none", &absent),
    ] {
        let ties = ties(number, None);
        mounts.add(path, filesystem::Client::new(disk.connect(1)), ties);
    }
    std::mem::forget(broken);
    let slot = CPtr(3);
    let server = Mock::new(
        Router::new(Vfs::new(mounts, Numbers::default()))
            .with(Endpoint { slot, interface: 0 }, vfs::dispatch)
            .with(Endpoint { slot, interface: 1 }, vfs_sessions::dispatch),
    );
    let vfs = vfs::Client::new(server.connect_as(Caller::new(1, 0)));
    Rig {
        root,
        mnt,
        absent,
        server,
        vfs,
    }
}

impl Rig {
    fn content(&self, path: &str) -> Result<String, CallError<Error>> {
        let file = self.vfs.open(path.as_bytes(), OpenFlags::READ, 0)?;
        let data = self.vfs.read_at(file, 0, 1000)?;
        self.vfs.close(file)?;
        Ok(String::from_utf8_lossy(&data).into_owned())
    }

    fn refused(&self, path: &str) -> Option<Error> {
        match self.content(path) {
            Err(CallError::Server(error)) => Some(error),
            _ => None,
        }
    }
}

#[test]
fn paths_lead_through_mount_points_and_links_across_volumes() {
    let rig = started();
    for (path, content) in [
        ("/etc/motd", "hello"),
        ("/mnt/data/file", "on the disk"),
        ("/to_disk/file", "on the disk"),
        ("//etc/./motd", "hello"),
        ("/mnt/absolute/motd", "hello"),
        ("/mnt/data/up", "hello"),
        ("/etc/up", "hello"),
        ("/mnt/../etc/motd", "hello"),
        ("/to_disk/../data/file", "on the disk"),
        ("/../../etc/motd", "hello"),
    ] {
        assert_eq!(rig.content(path).as_deref(), Ok(content), "{path}");
    }
}

#[test]
fn what_leads_nowhere_says_why() {
    let rig = started();
    for (path, error) in [
        ("/nosuch", Error::NotFound),
        ("/mnt/hidden", Error::NotFound),
        ("/etc/motd/x", Error::NotDirectory),
        ("/etc/motd/..", Error::NotDirectory),
        ("/loop", Error::LinkLoop),
        ("/bad/x", Error::NotMounted),
        ("/none/x", Error::NotFound),
        ("etc", Error::BadPath),
    ] {
        assert_eq!(rig.refused(path), Some(error), "{path}");
    }
}

#[test]
fn files_are_made_written_appended_and_cut() {
    let rig = started();
    let both = OpenFlags::READ | OpenFlags::WRITE | OpenFlags::CREATE;
    let file = rig.vfs.open(b"/mnt/new", both, 0o644).unwrap();
    rig.vfs.write_at(file, 0, b"one").unwrap();
    assert_eq!(rig.vfs.append(file, b"two"), Ok(3));
    assert_eq!(rig.vfs.stat_file(file).unwrap().size, 6);
    assert_eq!(rig.content("/mnt/new").as_deref(), Ok("onetwo"));
    rig.vfs.truncate(file, 2).unwrap();
    assert_eq!(rig.content("/mnt/new").as_deref(), Ok("on"));
    let again = rig.vfs.open(b"/mnt/new", both | OpenFlags::EXCLUSIVE, 0);
    assert_eq!(again, Err(CallError::Server(Error::Exists)));
    rig.vfs
        .open(b"/mnt/new", OpenFlags::WRITE | OpenFlags::TRUNCATE, 0)
        .unwrap();
    assert_eq!(rig.content("/mnt/new").as_deref(), Ok(""));
}

#[test]
fn a_file_is_open_for_what_was_asked_and_for_its_session_only() {
    let rig = started();
    let file = rig.vfs.open(b"/etc/motd", OpenFlags::READ, 0).unwrap();
    assert_eq!(
        rig.vfs.write_at(file, 0, b"x"),
        Err(CallError::Server(Error::NotPermitted))
    );
    let other = vfs::Client::new(rig.server.connect_as(Caller::new(2, 0)));
    assert_eq!(
        other.stat_file(file).err(),
        Some(CallError::Server(Error::NotOpen))
    );
    rig.vfs.close(file).unwrap();
    assert_eq!(rig.vfs.close(file), Err(CallError::Server(Error::NotOpen)));
    let directory = rig.vfs.open(b"/etc", OpenFlags::WRITE, 0);
    assert_eq!(directory, Err(CallError::Server(Error::IsDirectory)));
    let wanted = rig
        .vfs
        .open(b"/etc/motd", OpenFlags::READ | OpenFlags::DIRECTORY, 0);
    assert_eq!(wanted, Err(CallError::Server(Error::NotDirectory)));
}

#[test]
fn a_client_that_is_gone_leaves_no_file_open() {
    let rig = started();
    let kept = rig.vfs.open(b"/mnt/data/file", OpenFlags::READ, 0).unwrap();
    let client = Caller::new(0x1000 + 7, 0);
    let program = vfs::Client::new(rig.server.connect_as(client));
    for _ in 0..crate::files::MAX_OPEN {
        program.open(b"/etc/motd", OpenFlags::READ, 0).unwrap();
    }
    let more = program.open(b"/etc/motd", OpenFlags::READ, 0);
    assert_eq!(more, Err(CallError::Server(Error::TooManyOpen)));
    let other_interface = Caller::new(client.client(), 1);
    rig.server.client_gone(other_interface);
    // The file system is told of open files before a name goes.
    rig.vfs.unlink(b"/etc/up").unwrap();
    assert!(rig.root.server().0.open.values().any(|count| *count > 0));
    rig.server.client_gone(client);
    assert!(rig.root.server().0.open.values().all(|count| *count == 0));
    assert_eq!(rig.vfs.read_at(kept, 0, 2).unwrap().as_slice(), b"on");
}

#[test]
fn names_are_moved_and_removed_within_a_volume() {
    let rig = started();
    let refused = |outcome: Result<(), CallError<Error>>| match outcome {
        Err(CallError::Server(error)) => error,
        other => panic!("{other:?}"),
    };
    rig.vfs.make_directory(b"/mnt/sub", 0o755).unwrap();
    rig.vfs
        .rename(b"/mnt/data/file", b"/mnt/sub/moved")
        .unwrap();
    assert_eq!(rig.content("/mnt/sub/moved").as_deref(), Ok("on the disk"));
    assert_eq!(
        refused(rig.vfs.rename(b"/mnt/sub/moved", b"/etc/moved")),
        Error::OtherVolume
    );
    assert_eq!(
        refused(rig.vfs.remove_directory(b"/mnt")),
        Error::MountPoint
    );
    assert_eq!(
        refused(rig.vfs.remove_directory(b"/mnt/sub")),
        Error::NotEmpty
    );
    rig.vfs.unlink(b"/mnt/sub/moved").unwrap();
    rig.vfs.remove_directory(b"/mnt/sub").unwrap();
    rig.vfs.symlink(b"/etc/motd", b"/mnt/link").unwrap();
    assert_eq!(rig.content("/mnt/link").as_deref(), Ok("hello"));
    assert_eq!(
        rig.vfs.read_link(b"/mnt/link").unwrap().as_slice(),
        b"/etc/motd"
    );
    assert_eq!(
        rig.vfs.stat_link(b"/mnt/link").unwrap().kind,
        NodeKind::Link
    );
    rig.vfs.unlink(b"/mnt/link").unwrap();
    assert_eq!(rig.content("/etc/motd").as_deref(), Ok("hello"));
}

/// Both ends of a connection whose server has a pool of so many bytes.
fn pool(bytes: usize) -> (Lender, Pools) {
    let words = shared_words(bytes);
    let pools = Pools {
        out: Some(Pool::new(words)),
        ..Pools::default()
    };
    (Lender::new(None, Some(Untrusted::new(words))), pools)
}

#[test]
fn a_lent_buffer_is_filled_whether_the_file_system_is_lent_one_or_not() {
    let content: Vec<u8> = (0..5000_u32).map(|at| at as u8).collect();
    let me = Caller::new(1, 0);
    for of_volume in [None, Some(4096), Some(1024)] {
        let mut ram = Ram::new().with("file", Node::File(content.clone()));
        let lender = of_volume.map(|bytes| {
            let (lender, pools) = pool(bytes);
            assert!(ram.borrower.add(me, pools));
            lender
        });
        let volume = disk(ram);
        let mut mounts = Mounts::new();
        let client = filesystem::Client::new(volume.connect(1));
        mounts.add("/", client, ties(ROOT, lender));
        let (mut lender, pools) = pool(4096);
        let mut borrower = Borrower::default();
        assert!(borrower.add(me, pools));
        let vfs = Vfs::new(mounts, Numbers::default()).borrowing(borrower);
        let server = Mock::new(vfs::Dispatcher(vfs));
        let client = vfs::Client::new(server.connect_as(me));
        let file = client.open(b"/file", OpenFlags::READ, 0).unwrap();
        for (offset, length, expected) in
            [(0, 4096, 4096), (3, 13, 13), (4990, 64, 10), (6000, 8, 0)]
        {
            let lent = lender.lend_out(length).expect("it fits");
            assert_eq!(client.read_into(file, offset, &lent), Ok(expected as u32));
            let mut seen = std::vec![0; expected];
            lent.view().copy_to(0, &mut seen).expect("it is there");
            assert_eq!(seen, content[(offset as usize).min(5000)..][..expected]);
        }
        let other = vfs::Client::new(server.connect_as(Caller::new(2, 0)));
        let file = other.open(b"/file", OpenFlags::READ, 0).unwrap();
        let lent = lender.lend_out(8).expect("it fits");
        let refused = other.read_into(file, 0, &lent);
        assert_eq!(refused, Err(CallError::Server(Error::Invalid)));
    }
}

#[test]
fn a_directory_is_listed_to_its_end() {
    let rig = started();
    for number in 0..20 {
        rig.vfs
            .make_directory(format!("/etc/d{number}").as_bytes(), 0)
            .unwrap();
    }
    let count = rig.vfs.list(b"/etc").unwrap().map(Result::unwrap).count();
    assert_eq!(count, 22);
    let refused = rig.vfs.list(b"/etc/motd").err();
    assert_eq!(refused, Some(CallError::Server(Error::NotDirectory)));
}

#[test]
fn a_listing_gives_no_more_than_the_client_has_credits_for_and_loses_nothing() {
    let rig = started();
    for number in 0..9 {
        let path = format!("/etc/d{number}");
        rig.vfs.make_directory(path.as_bytes(), 0).unwrap();
    }
    // The stream is read by hand: its number is that of the first file.
    let mut stream = rig.vfs.list(b"/etc").unwrap();
    let (mut names, mut portions) = (Vec::new(), Vec::new());
    for credits in (0..4).cycle() {
        let (entries, ended) = rig.vfs.list_more(0, credits).unwrap();
        assert!(entries.len() <= credits as usize);
        portions.push(entries.len());
        names.extend(entries.into_iter().map(|entry| entry.name));
        if ended {
            break;
        }
    }
    assert_eq!(portions, [0, 1, 2, 3, 0, 1, 2, 2]);
    names.sort();
    names.dedup();
    assert_eq!(names.len(), 11);
    assert_eq!(stream.next(), Some(Err(CallError::Server(Error::NotOpen))));
}

#[test]
fn a_listing_that_is_dropped_leaves_nothing_open() {
    let rig = started();
    for _ in 0..100 {
        assert!(rig.vfs.list(b"/etc").unwrap().next().is_some());
    }
}

#[test]
fn a_file_system_that_dies_takes_only_its_own_files() {
    let rig = started();
    let file = rig.vfs.open(b"/mnt/data/file", OpenFlags::READ, 0).unwrap();
    rig.mnt.kill();
    assert_eq!(
        rig.vfs.read_at(file, 0, 1).err(),
        Some(CallError::Server(Error::Gone))
    );
    assert_eq!(rig.refused("/mnt/data/file"), Some(Error::Gone));
    assert_eq!(rig.content("/etc/motd").as_deref(), Ok("hello"));
    let mounts = rig.vfs.mounts(0).unwrap();
    let states: Vec<_> = mounts
        .iter()
        .map(|mount| (mount.path.as_str(), mount.state))
        .collect();
    assert_eq!(
        states[..2],
        [("/", MountState::Mounted), ("/mnt", MountState::Failed)]
    );
    let (volume, reason) = (mounts[1].volume.as_str(), mounts[1].reason.as_str());
    assert_eq!(volume, "memory");
    assert!(reason.contains("has died"), "{reason}");
}

#[test]
fn a_device_that_is_gone_shows_in_the_list_of_mounts() {
    let rig = started();
    rig.mnt.server().0.state = MountState::Failed;
    let mounts = rig.vfs.mounts(0).unwrap();
    assert_eq!(mounts[0].state, MountState::Mounted);
    assert_eq!(mounts[1].state, MountState::Failed);
    assert_eq!(rig.refused("/mnt/data/file"), Some(Error::NotMounted));
}

#[test]
fn mounts_are_listed_with_what_is_wrong_and_all_can_be_unmounted() {
    let rig = started();
    let mounts = rig.vfs.mounts(0).unwrap();
    assert_eq!(mounts.len(), 3, "a volume that does not exist has no mount");
    assert_eq!(
        (mounts[2].path.as_str(), mounts[2].reason.as_str()),
        ("/bad", "not an ext4 file system")
    );
    rig.vfs.open(b"/etc/motd", OpenFlags::READ, 0).unwrap();
    rig.vfs.sync_all().unwrap();
    rig.vfs.unmount_all().unwrap();
    assert_eq!(rig.refused("/etc/motd"), Some(Error::NotMounted));
}

#[test]
fn a_volume_that_comes_later_is_mounted_when_mounts_are_listed() {
    let rig = started();
    assert!(rig.content("/none/late").is_err());
    rig.absent.server().0.state = MountState::Mounted;
    assert!(rig.content("/none/late").is_err());
    assert_eq!(rig.vfs.mounts(1).unwrap().len(), 2);
    let mounts = rig.vfs.mounts(0).unwrap();
    assert_eq!(mounts[3].path.as_str(), "/none");
    assert_eq!(rig.content("/none/late").as_deref(), Ok("came later"));
    assert_eq!(rig.content("/etc/motd").as_deref(), Ok("hello"));
}
