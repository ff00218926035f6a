//! Files by batches, and by calls where those do not go: over a ring in this process.

extern crate std;

use alloc::boxed::Box;
use alloc::rc::Rc;
use alloc::vec::Vec;
use core::cell::Cell;
use std::vec;

use libipc::Caller;
use libipc::lend::Borrower;
use libipc_mock::{HostRing, InProcess, Mock, MockConnection};
use proto::mocks;
use proto::vfs::Dispatcher;

use super::*;

const ME: Caller = Caller::new(7, 0);
const FILE: u32 = 12;

type Files = Dispatcher<mocks::vfs::Mock>;

/// How often each method was called.
#[derive(Default)]
struct Calls {
    opened: Cell<u32>,
    read: Cell<u32>,
    closed: Cell<u32>,
}

fn count(cell: &Cell<u32>) {
    cell.set(cell.get() + 1);
}

/// A file system of one file, whose reads from 4096 on fail if it is `broken`.
fn files(
    memory: &HostRing,
    calls: &Rc<Calls>,
    (content, broken): (&'static [u8], bool),
) -> mocks::vfs::Mock {
    let mut borrower = Borrower::default();
    assert!(borrower.add(ME, memory.pools()));
    let (opens, lent_opens, reads, closes) =
        (calls.clone(), calls.clone(), calls.clone(), calls.clone());
    let stat = proto::filesystem::Stat {
        node: 1,
        size: content.len() as u64,
        allocated: 0,
        accessed: 0,
        modified: 0,
        changed: 0,
        user: 0,
        group: 0,
        links: 1,
        permissions: 0o755,
        kind: proto::filesystem::NodeKind::File,
    };
    mocks::vfs::Mock {
        open: Box::new(move |_, path, _, _| {
            count(&opens.opened);
            (path == b"/file")
                .then_some(FILE)
                .ok_or(vfs::Error::NotFound)
        }),
        open_lent: Box::new(move |_, path, _, _| {
            count(&lent_opens.opened);
            match path.len() {
                5 => Ok(FILE),
                _ => Err(vfs::Error::NotFound),
            }
        }),
        stat_file: Box::new(move |_, _| Ok(stat)),
        length: Box::new(move |_, _| Ok(content.len() as u32)),
        read_into: Box::new(move |caller, file, offset, place| {
            assert_eq!(file, FILE);
            count(&reads.read);
            if broken && offset >= HEAD as u64 {
                return Err(vfs::Error::Device);
            }
            let rest = content.get(offset as usize..).unwrap_or_default();
            let read = &rest[..rest.len().min(place.len())];
            let written = borrower.write(caller, place, (0, read));
            written
                .map(|()| read.len() as u32)
                .map_err(|_| vfs::Error::Invalid)
        }),
        close: Box::new(move |_, file| {
            assert_eq!(file, FILE);
            count(&closes.closed);
            Ok(())
        }),
        ..mocks::vfs::Mock::default()
    }
}

/// What reads a file, by a ring or by calls, and who counts.
fn rig(
    pool: usize,
    content: &'static [u8],
    broken: bool,
) -> (
    Reader<InProcess<Files>>,
    vfs::Client<MockConnection>,
    Rc<Calls>,
) {
    let memory = HostRing::new(4, 4096, pool);
    let calls = Rc::new(Calls::default());
    let over_ring = Dispatcher(files(&memory, &calls, (content, broken)));
    let by_calls = Mock::new(Dispatcher(files(&memory, &calls, (content, broken))));
    let (ring, _) = memory.connect(over_ring, ME);
    let client = vfs::Client::new(by_calls.connect_as(ME));
    (Reader::new(ring, memory.lender()), client, calls)
}

fn content() -> &'static [u8] {
    let bytes: Vec<u8> = (0..20_000_u32).map(|at| (at % 251) as u8).collect();
    bytes.leak()
}

#[test]
fn a_file_takes_two_doorbells_and_is_closed_by_the_second() {
    let content = content();
    let (mut reader, client, calls) = rig(1 << 16, content, false);
    let file = Opened::new(&client, Some(&mut reader), b"/file").unwrap();
    assert_eq!(file.size(), 20_000);
    let mut head = vec![0; HEAD];
    file.read(0, &mut head).unwrap();
    assert_eq!(head, content[..HEAD]);
    file.expect(8..20_000);
    assert_eq!(calls.closed.get(), 1);
    let mut part = vec![0; 5000];
    file.read(1003, &mut part).unwrap();
    assert_eq!(part, content[1003..6003]);
    drop(file);
    let counts = (calls.opened.get(), calls.read.get(), calls.closed.get());
    assert_eq!(counts, (1, 2, 1));
}

#[test]
fn what_is_longer_than_the_pool_is_read_by_calls() {
    let content = content();
    let (mut reader, client, calls) = rig(4096, content, false);
    let file = Opened::new(&client, Some(&mut reader), b"/file").unwrap();
    file.expect(0..20_000);
    assert_eq!(calls.closed.get(), 0);
    let mut all = vec![0; 20_000];
    file.read(0, &mut all).unwrap();
    assert_eq!(all, content);
    assert_eq!(file.read(19_999, &mut [0; 2]), Err(Error::Unreadable));
    drop(file);
    assert_eq!((calls.opened.get(), calls.closed.get()), (1, 1));
}

#[test]
fn a_part_that_cannot_be_read_leaves_the_file_open_until_it_is_dropped() {
    let (mut reader, client, calls) = rig(1 << 16, content(), true);
    let file = Opened::new(&client, Some(&mut reader), b"/file").unwrap();
    file.expect(4096..20_000);
    assert_eq!(calls.closed.get(), 0);
    assert_eq!(file.read(4096, &mut [0; 8]), Err(Error::Unreadable));
    drop(file);
    assert_eq!(calls.closed.get(), 1);
}

#[test]
fn a_file_that_is_not_there_is_not_found_and_not_closed() {
    let (mut reader, client, calls) = rig(1 << 16, b"", false);
    let opened = Opened::new(&client, Some(&mut reader), b"/nosuch");
    assert_eq!(opened.err(), Some(Error::NotFound));
    let without_ring = Opened::new(&client, None::<&mut Reader<InProcess<Files>>>, b"/nosuch");
    assert_eq!(without_ring.err(), Some(Error::NotFound));
    assert_eq!(calls.closed.get(), 0);
}
