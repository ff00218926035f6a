//! A disk in memory, over the interface that its clients use.

extern crate std;

use std::vec::Vec;

use libipc::Error;
use libipc::ring::{Pool, Untrusted};
use libipc_mock::{Mock, shared_words};
use proto::block::{self, Client, Dispatcher};

use crate::{Content, RamDisk};

const SECTOR: usize = 512;
const POOL: usize = 4 * SECTOR;

fn bytes(sectors: usize) -> Vec<u8> {
    (0..sectors * SECTOR).map(|at| (at / 7) as u8).collect()
}

/// A disk with pools of four sectors, and what its client reads and writes there.
fn disk(content: Content) -> (RamDisk<'static>, Untrusted<'static>, Pool<'static>) {
    let (fills, takes) = (shared_words(POOL), shared_words(POOL));
    let disk = RamDisk::new(content, Some(Pool::new(fills)), Some(Untrusted::new(takes)));
    (disk, Untrusted::new(fills), Pool::new(takes))
}

fn refusal<T>(outcome: Result<T, Error<block::Error>>) -> Option<block::Error> {
    match outcome {
        Err(Error::Server(error)) => Some(error),
        _ => None,
    }
}

#[test]
fn what_is_written_is_read_again() {
    let (disk, from, mut to) = disk(Content::Bytes(bytes(8)));
    let mock = Mock::new(Dispatcher(disk));
    let client = Client::new(mock.connect(1));
    let part = libipc::ring::Descriptor {
        offset: SECTOR as u32,
        length: SECTOR as u32,
    };
    to.write(part, &[0x5a; SECTOR]).expect("inside the pool");
    client.write(7, 1, SECTOR as u32).expect("written");
    client.read(6, 2, 0).expect("read");
    let mut found = [0; 2 * SECTOR];
    from.copy_to(0, &mut found).expect("inside the pool");
    assert_eq!(found[..SECTOR], bytes(8)[6 * SECTOR..7 * SECTOR]);
    assert_eq!(found[SECTOR..], [0x5a; SECTOR]);
    client.flush().expect("nothing to do");
}

#[test]
fn sectors_and_places_outside_are_refused() {
    let mock = Mock::new(Dispatcher(disk(Content::Bytes(bytes(8))).0));
    let client = Client::new(mock.connect(1));
    let refused = |sector, sectors, offset| refusal(client.read(sector, sectors, offset));
    assert_eq!(refused(7, 2, 0), Some(block::Error::OutOfRange));
    assert_eq!(refused(u64::MAX, 1, 0), Some(block::Error::OutOfRange));
    assert_eq!(refused(0, 0, 0), Some(block::Error::BadLength));
    assert_eq!(refused(0, 2049, 0), Some(block::Error::BadLength));
    assert_eq!(refused(0, 4, SECTOR as u32), Some(block::Error::BadBuffer));
    assert_eq!(refused(0, 1, 8), Some(block::Error::BadBuffer));
    let written = refusal(client.write(0, 4, SECTOR as u32));
    assert_eq!(written, Some(block::Error::BadBuffer));
}

#[test]
fn a_disk_without_content_is_gone() {
    let mock = Mock::new(Dispatcher(disk(Content::Missing).0));
    let client = Client::new(mock.connect(1));
    assert_eq!(refusal(client.info()), Some(block::Error::Gone));
    assert_eq!(refusal(client.read(0, 1, 0)), Some(block::Error::Gone));
    assert_eq!(refusal(client.flush()), Some(block::Error::Gone));
}
