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

mod failing;
mod hosted;
mod kept;
mod over_ring;
mod ram;
mod sessions;

use ram::{Node, Ram};
use sessions::Numbers;

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
