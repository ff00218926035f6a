//! The server: a volume behind a ring, served to a client of `filesystem`.

use std::cell::RefCell;
use std::rc::Rc;

use block_cache::Capacity;
use ext4::{FileSystem, Options};
use libipc::codec::Text;
use libipc::ring::{Descriptor, Outcome, Pool, RingRequest, Untrusted};
use libipc::{Caller, Error as CallError, Reply, label};
use libipc_mock::{Loopback, Mock, MockConnection, looped, shared_words};
use proto::block::{self, Access, Info, labels};
use proto::filesystem::{Client, Cursor, Dispatcher, Error, Existing, MountState, Reach};
use volume_server::{Mounted, RingDisk};

use super::image::{assert_clean, clock, make};

/// Pools much smaller than a batch of the cache, and requests much shorter.
const POOL: usize = 48 << 10;
const MAX_SECTORS: u32 = 40;

/// The storage server's volume: the bytes of a disk, until it dies.
type Volume = Rc<RefCell<Option<Vec<u8>>>>;
type Server = Mock<Dispatcher<Mounted<FileSystem<RingDisk<Loopback>>>>>;

struct Storage(Volume);

impl block::Server for Storage {
    fn info(&mut self, _: Caller) -> Result<Info, block::Error> {
        let bytes = self.0.borrow().as_ref().map_or(0, Vec::len);
        Ok(Info {
            sectors: (bytes / 512) as u64,
            sector_size: 512,
            max_sectors: MAX_SECTORS,
            depth: 64,
            access: Access::ReadWrite,
            model: Text::new(),
        })
    }

    fn read(&mut self, _: Caller, _: u64, _: u32, _: u32, reply: Reply<(), block::Error>) {
        reply.fail(block::Error::Device);
    }

    fn write(&mut self, _: Caller, _: u64, _: u32, _: u32, reply: Reply<(), block::Error>) {
        reply.fail(block::Error::Device);
    }

    fn flush(&mut self, _: Caller, reply: Reply<(), block::Error>) {
        reply.fail(block::Error::Device);
    }
}

/// Carries one request out.
fn transfer(
    request: &RingRequest,
    disk: &mut [u8],
    pools: &mut (Pool<'_>, Untrusted<'_>),
) -> Outcome {
    let [sector, place, ..] = request.inline;
    let sectors = place as u32;
    assert!(sectors <= MAX_SECTORS);
    let part = Descriptor {
        offset: (place >> 32) as u32,
        length: sectors * 512,
    };
    let start = sector as usize * 512;
    let bytes = disk.get_mut(start..start + part.length as usize);
    let done = match (request.op, bytes) {
        (labels::FLUSH, _) => true,
        (labels::READ, Some(bytes)) => pools.0.write(part, bytes).is_ok(),
        (labels::WRITE, Some(bytes)) => {
            let from = pools.1.part(part).expect("inside the pool");
            from.copy_to(0, bytes).is_ok()
        }
        _ => false,
    };
    let (status, value) = if done {
        (label::OK, 0)
    } else {
        (label::ERROR, block::Error::OutOfRange.number())
    };
    Outcome { status, value }
}

/// Serves a volume.
fn served(bytes: Vec<u8>) -> (Volume, Server, Client<MockConnection>) {
    let volume: Volume = Rc::new(RefCell::new(Some(bytes)));
    let (fills, takes) = (shared_words(POOL), shared_words(POOL));
    let shared = Rc::clone(&volume);
    let ring = looped(64, move |batch| {
        let mut pools = (Pool::new(fills), Untrusted::new(takes));
        let mut disk = shared.borrow_mut();
        let disk = disk.as_mut()?;
        Some(
            batch
                .iter()
                .map(|request| transfer(request, disk, &mut pools))
                .collect(),
        )
    });
    let storage = Mock::new(block::Dispatcher(Storage(Rc::clone(&volume))));
    let client = block::Client::new(storage.connect(1));
    let disk = RingDisk::open(&client, ring, (Untrusted::new(fills), Pool::new(takes)));
    let disk = disk.expect("there is a volume");
    let mounted = ext4::mount(disk, "XFS", Options::new(clock), Capacity::bytes(1 << 20));
    let mounted = match mounted {
        Ok(files) => Mounted::with(files, "disk 0"),
        Err(reason) => Mounted::failed("disk 0", &reason),
    };
    let server = Mock::new(Dispatcher(mounted));
    let client = Client::new(server.connect(1));
    (volume, server, client)
}

/// Bytes that differ from one 1,536 to the next.
fn pattern(index: usize) -> [u8; 1536] {
    std::array::from_fn(|at| (index * 31 + at / 7) as u8)
}

#[test]
fn a_file_written_by_messages_is_read_back_and_the_volume_is_clean() {
    let (volume, _server, client) = served(make(16, &[], None));
    let info = client.info().expect("it answers");
    assert_eq!(
        (info.state, info.volume.as_str()),
        (MountState::Mounted, "disk 0")
    );
    let made = client
        .create(info.root, b"file", 0o644)
        .expect("it is made");
    for index in 0..700 {
        let offset = index as u64 * 1536;
        assert_eq!(client.write_at(made.node, offset, &pattern(index)), Ok(()));
    }
    assert_eq!(client.stat(made.node).map(|stat| stat.size), Ok(700 * 1536));
    for index in 0..700 {
        let data = client.read_at(made.node, index as u64 * 1536, 1536);
        assert_eq!(data.as_deref(), Ok(&pattern(index)[..]));
    }
    let end = client
        .read_at(made.node, 700 * 1536 - 10, 1536)
        .expect("it is read");
    assert_eq!(end.len(), 10);
    assert_eq!(client.unmount(), Ok(()));
    assert_eq!(
        client.info().map(|info| info.state),
        Ok(MountState::Unmounted)
    );
    assert_clean(&volume.take().expect("the disk is there"));
}

#[test]
fn a_write_is_seen_by_the_very_next_read() {
    let (_volume, _server, client) = served(make(16, &[], None));
    let node = client.create(2, b"file", 0o644).expect("it is made").node;
    for index in 0..4 {
        assert_eq!(client.write_at(node, index * 1000, &[1; 1000]), Ok(()));
    }
    for index in 0..4 {
        let data = client
            .read_at(node, index * 1000, 1000)
            .expect("it is read");
        assert_eq!(data, [1; 1000]);
    }
    assert_eq!(client.write_at(node, 2500, &[2; 10]), Ok(()));
    assert_eq!(client.read_at(node, 2499, 3).as_deref(), Ok(&[1, 2, 2][..]));
    assert_eq!(client.truncate(node, 2501), Ok(()));
    assert_eq!(client.read_at(node, 2499, 3).as_deref(), Ok(&[1, 2][..]));
}

#[test]
fn a_copy_in_turns_of_reading_and_writing_has_the_same_bytes() {
    let (volume, _server, client) = served(make(16, &[], None));
    let from = client.create(2, b"from", 0o644).expect("it is made").node;
    let to = client.create(2, b"to", 0o644).expect("it is made").node;
    for index in 0..200 {
        assert_eq!(
            client.write_at(from, index as u64 * 1536, &pattern(index)),
            Ok(())
        );
    }
    for offset in (0..200 * 1536).step_by(1536) {
        let data = client.read_at(from, offset, 1536).expect("it is read");
        assert_eq!(client.write_at(to, offset, &data), Ok(()));
    }
    for index in 0..200 {
        let data = client.read_at(to, index as u64 * 1536, 1536);
        assert_eq!(data.as_deref(), Ok(&pattern(index)[..]));
    }
    assert_eq!(client.unmount(), Ok(()));
    assert_clean(&volume.take().expect("the disk is there"));
}

#[test]
fn directories_are_listed_across_messages_and_links_stop_a_walk() {
    let (_volume, _server, client) = served(make(16, &[], None));
    let many = client
        .make_directory(2, b"many", 0o755)
        .expect("it is made")
        .node;
    for index in 0..40 {
        let name = format!("name {index}");
        assert!(client.create(many, name.as_bytes(), 0o600).is_ok());
    }
    let (mut cursor, mut names) = (
        Cursor {
            first: 0,
            second: 0,
        },
        Vec::new(),
    );
    loop {
        let (entries, next) = client.read_directory(many, &cursor).expect("it is read");
        if entries.is_empty() {
            break;
        }
        names.extend(entries.iter().map(|entry| entry.name.to_vec()));
        cursor = next;
    }
    names.sort();
    names.dedup();
    assert_eq!(names.len(), 40);
    assert!(client.symlink(2, b"link", b"/many").is_ok());
    let place = client.walk(b"link/name 3").expect("it is followed");
    assert_eq!(
        (place.reach, place.rest, place.directory),
        (Reach::Link, 4, 2)
    );
    assert_eq!(
        client.read_link(place.stat.node).as_deref(),
        Ok(&b"/many"[..])
    );
    let moved = client.rename(many, b"name 3", 2, b"three", Existing::Keep);
    assert_eq!(moved, Ok(()));
    assert_eq!(
        client.walk(b"/three").map(|place| place.reach),
        Ok(Reach::End)
    );
}

#[test]
fn a_disk_that_dies_gives_errors_for_ever_and_says_so() {
    let (volume, _server, client) = served(make(16, &[], None));
    let node = client.create(2, b"file", 0o644).expect("it is made").node;
    volume.take();
    assert_eq!(client.write_at(node, 0, &[1; 1536]), Ok(()), "it is kept");
    let gone = Err(CallError::Server(Error::Gone));
    assert_eq!(client.sync(), gone);
    assert_eq!(client.sync(), gone);
    let info = client.info().expect("it answers");
    assert_eq!(
        (info.state, info.reason.as_str()),
        (MountState::Failed, "the device is gone")
    );
    assert_eq!(client.unmount(), gone);
}

#[test]
fn a_device_that_is_gone_shows_although_nobody_used_it_since() {
    let (volume, _server, client) = served(make(16, &[], None));
    assert_eq!(
        client.info().map(|info| info.state),
        Ok(MountState::Mounted)
    );
    volume.take();
    let info = client.info().expect("it answers");
    assert_eq!(
        (info.state, info.reason.as_str()),
        (MountState::Failed, "the device is gone")
    );
}

#[test]
fn a_volume_of_another_kind_is_served_as_its_reason() {
    let (_volume, _server, client) = served(vec![0; 1 << 20]);
    let info = client.info().expect("it answers");
    assert_eq!(info.state, MountState::Failed);
    assert_eq!(
        info.reason,
        "no ext4 file system found; it holds XFS, and only ext4 and FAT can be mounted"
    );
    assert_eq!(client.walk(b"/"), Err(CallError::Server(Error::NotMounted)));
    assert_eq!(client.unmount(), Err(CallError::Server(Error::NotMounted)));
}

#[test]
fn numbers_that_are_no_nodes_are_not_found() {
    let (_volume, _server, client) = served(make(16, &[], None));
    for number in [0, 1, 7, 1 << 20, 1 << 32, u64::MAX] {
        let outcome = client.open(number);
        assert_eq!(outcome, Err(CallError::Server(Error::NotFound)), "{number}");
    }
}

#[test]
fn a_client_that_is_gone_leaves_no_file_open_and_others_keep_theirs() {
    let (_, server, client) = served(make(16, &[], None));
    let other = Caller::new(2, 0);
    let second = Client::new(server.connect_as(other));
    let root = client.info().expect("it answers").root;
    let [mine, both] = [b"mine", b"both"].map(|name| {
        let made = client.create(root, name, 0o644).expect("it is made");
        for index in 0..400 {
            let written = client.write_at(made.node, index as u64 * 1536, &pattern(index));
            assert_eq!(written, Ok(()));
        }
        made.node
    });
    let free = || client.space().expect("it is told").free_blocks;
    let before = free();
    second.open(mine).expect("it opens");
    second.open(mine).expect("it opens again");
    second.open(both).expect("it opens");
    client.open(both).expect("it opens here, too");
    for name in [b"mine", b"both"] {
        client.unlink(root, name).expect("its name goes");
    }
    let invalid = Err(CallError::Server(Error::Invalid));
    assert_eq!(client.close(mine), invalid, "it is another's");
    assert_eq!(free(), before, "they are open");
    server.client_gone(other);
    let after_one = free();
    assert!(after_one > before, "{after_one} of {before} blocks");
    assert!(client.stat(mine).is_err());
    assert!(client.stat(both).is_ok());
    server.client_gone(other);
    client.close(both).expect("it is open");
    assert!(free() > after_one);
    assert_eq!(client.unmount(), Ok(()));
    server.client_gone(Caller::new(1, 0));
}
