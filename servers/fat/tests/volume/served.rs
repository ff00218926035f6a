//! The server: a volume served to a client of `filesystem`.

use block_cache::{Capacity, MemoryDevice};
use fat::FileSystem;
use libipc::{Caller, Error as CallError};
use libipc_mock::{Mock, MockConnection};
use proto::filesystem::{Client, Dispatcher, Error, MountState, Reach};
use volume_server::Mounted;

use crate::image::{LARGE, clock, make, noise};

type Server = Mock<Dispatcher<Mounted<FileSystem<MemoryDevice>>>>;

fn served(bytes: Vec<u8>, content: &str) -> (Server, Client<MockConnection>) {
    let device = MemoryDevice::new(bytes);
    let mounted = match fat::mount(device, content, clock, Capacity::bytes(1 << 20)) {
        Ok(files) => Mounted::with(files, "disk 0, partition 1"),
        Err(reason) => Mounted::failed("disk 0, partition 1", &reason),
    };
    let server = Mock::new(Dispatcher(mounted));
    let client = Client::new(server.connect(1));
    (server, client)
}

#[test]
fn a_file_is_written_by_messages_and_read_back() {
    let (_server, client) = served(make(LARGE), "FAT");
    let info = client.info().expect("it answers");
    assert_eq!(
        (info.state, info.kind.as_str()),
        (MountState::Mounted, "FAT")
    );
    let made = client
        .create(info.root, b"a file of some size", 0o644)
        .expect("it is made");
    client.open(made.node).expect("it opens");
    let bytes = noise(700 * 1536, 9);
    for (piece, index) in bytes.chunks(1536).zip(0u64..) {
        assert_eq!(client.write_at(made.node, index * 1536, piece), Ok(()));
    }
    for (piece, index) in bytes.chunks(1536).zip(0u64..) {
        let data = client.read_at(made.node, index * 1536, 1536);
        assert_eq!(data.as_deref(), Ok(piece));
    }
    client.close(made.node).expect("it was open");
    let place = client.walk(b"A FILE of some SIZE").expect("it is found");
    assert_eq!(
        (place.reach, place.stat.size),
        (Reach::End, bytes.len() as u64)
    );
    let unsupported = Err(CallError::Server(Error::Unsupported));
    assert_eq!(
        client.symlink(info.root, b"link", b"file").map(drop),
        unsupported
    );
    assert_eq!(client.link(made.node, info.root, b"other"), unsupported);
    assert_eq!(client.unmount(), Ok(()));
}

#[test]
fn a_client_that_is_gone_leaves_no_file_open() {
    let (server, client) = served(make(LARGE), "FAT");
    let root = client.info().expect("it answers").root;
    let free = client.space().expect("told").free_blocks;
    let node = client.create(root, b"FILE", 0o644).expect("made").node;
    client.open(node).expect("it opens");
    assert_eq!(client.write_at(node, 0, &[1; 1536]), Ok(()));
    client.unlink(root, b"FILE").expect("removed");
    assert_eq!(client.stat(node).map(|stat| stat.size), Ok(1536));
    server.client_gone(Caller::new(1, 0));
    client.sync().expect("synced");
    assert_eq!(client.space().map(|space| space.free_blocks), Ok(free));
}

#[test]
fn a_volume_of_another_kind_is_served_as_its_reason() {
    let (_server, client) = served(vec![0; 1 << 20], "exFAT");
    let info = client.info().expect("it answers");
    assert_eq!(info.state, MountState::Failed);
    assert_eq!(info.reason, "no FAT file system found; it holds exFAT");
    assert_eq!(client.walk(b"/"), Err(CallError::Server(Error::NotMounted)));
}
