//! The server over a ring in this process, and its files by batches.

use libipc::abi::MessageInfo;
use libipc::codec::batch::{ClientRing, Wake};
use libipc::ring::{Outcome, RingRequest};
use libipc::{Service, Short, TransportError};
use libipc_mock::{HostRing, looped};

use super::*;

type Called<R> = Result<R, CallError<Error>>;

/// What a client over a ring is connected to.
pub(super) type Over = Router<Vfs<MockConnection, Numbers>>;

/// A server of one file, and the memory of its client's ring.
fn over_a_ring(content: &[u8]) -> (Over, HostRing, Mock<filesystem::Dispatcher<Ram>>) {
    let ring = HostRing::new(4, 4096, 4096);
    let mut borrower = Borrower::default();
    assert!(borrower.add(Caller::new(1, 0), ring.pools()));
    let (router, volume) = over(content, borrower);
    (router, ring, volume)
}

/// A server of one file to clients with these pools.
pub(super) fn over(
    content: &[u8],
    borrower: Borrower,
) -> (Over, Mock<filesystem::Dispatcher<Ram>>) {
    let ram = Ram::new().with("file", Node::File(content.to_vec()));
    let volume = disk(ram);
    let mut mounts = Mounts::new();
    let client = filesystem::Client::new(volume.connect(1));
    mounts.add("/", client, ties(ROOT, None));
    let slot = CPtr(3);
    let own = Endpoint { slot, interface: 0 };
    let router = Router::new(Vfs::new(mounts, Numbers::default()).borrowing(borrower))
        .with(own, vfs::dispatch)
        .shortly(own, vfs::dispatch_short);
    (router, volume)
}

/// Opens, measures, reads and closes a file by one batch; gives what was read, and whether it was closed.
pub(super) fn pass(
    ring: &mut ClientRing<'_, impl Wake>,
    lender: &mut Lender,
    path: &[u8],
) -> (Called<Vec<u8>>, Called<()>) {
    let mut batch = vfs::Batch::new();
    let (path, lent) = lender.lend_both(path, 4096).expect("it fits");
    let file = batch.open_lent(&path, OpenFlags::READ, 0).expect("room");
    let size = batch.length(file.result()).expect("room");
    let read = batch.read_into(file.result(), 1, &lent).expect("room");
    batch.after_success(&read);
    let closed = batch.close(file.result()).expect("room");
    let outcomes = batch.run(ring).expect("an honest server");
    let closed = outcomes.of(closed);
    let read = outcomes.of(read).map(|read| {
        assert_eq!(outcomes.of(size), Ok(read + 1));
        let mut bytes = std::vec![0; read as usize];
        lent.view().copy_to(0, &mut bytes).expect("it is there");
        bytes
    });
    match outcomes.of(file) {
        Ok(_) => (read, closed),
        Err(error) => (Err(error), closed),
    }
}

#[test]
fn a_file_is_opened_read_and_closed_by_one_batch() {
    let (router, memory, volume) = over_a_ring(b"hello");
    let (mut ring, _server) = memory.connect(router, Caller::new(1, 0));
    assert!(ring.knows_chains());
    let mut lender = memory.lender();
    // More often than files can be open.
    for _ in 0..100 {
        let (read, closed) = pass(&mut ring, &mut lender, b"/file");
        assert_eq!((read.as_deref(), closed), (Ok(&b"ello"[..]), Ok(())));
    }
    assert_eq!(volume.server().0.open.values().sum::<u32>(), 0);
    let skipped = Err(CallError::Transport(TransportError::Skipped));
    let (read, closed) = pass(&mut ring, &mut lender, b"/nosuch");
    assert_eq!(read, Err(CallError::Server(Error::NotFound)));
    assert_eq!(closed, skipped);
    let (read, _) = pass(&mut ring, &mut lender, b"/file");
    assert_eq!(
        read.as_deref(),
        Ok(&b"ello"[..]),
        "the next chain is a new one"
    );
}

#[test]
fn three_calls_that_follow_from_each_other_are_one_doorbell()
-> Result<(), std::boxed::Box<dyn core::error::Error>> {
    let (router, memory, _volume) = over_a_ring(b"hello");
    let (mut ring, _server) = memory.connect(router, Caller::new(1, 0));
    let mut lender = memory.lender();
    let (path, content) = lender.lend_both(b"/file", 4096).expect("within the pools");
    let mut batch = vfs::Batch::new();
    let file = batch.open_lent(&path, OpenFlags::READ, 0)?;
    let read = batch.read_into(file.result(), 0, &content)?;
    let closed = batch.close(file.result())?;
    let outcomes = batch.run(&mut ring)?; // one doorbell for all three
    assert_eq!(outcomes.of(read), Ok(5));
    assert_eq!(outcomes.of(closed), Ok(()));
    Ok(())
}

#[test]
fn a_server_whose_end_knows_no_chains_is_asked_one_after_the_other() {
    let (mut router, memory, _volume) = over_a_ring(b"hello");
    let me = Caller::new(1, 0);
    let mut ring = looped(4, move |requests| {
        let answer = |request: &RingRequest| {
            let [a, b, c, d, e] = request.inline;
            let info = MessageInfo::new(request.op, request.words as usize, 0);
            let answer = router.short(me, Short::new(info, [a, b, c, d, e, 0]));
            let answer = answer.expect("a right request");
            let (status, value) = (answer.info.label(), answer.words[0] as u32);
            Outcome { status, value }
        };
        assert_eq!(requests.len(), 1, "a doorbell each");
        Some(requests.iter().map(answer).collect())
    });
    assert!(!ring.knows_chains());
    let mut lender = memory.lender();
    let (read, closed) = pass(&mut ring, &mut lender, b"/file");
    assert_eq!((read.as_deref(), closed), (Ok(&b"ello"[..]), Ok(())));
    let (read, closed) = pass(&mut ring, &mut lender, b"/nosuch");
    assert_eq!(read, Err(CallError::Server(Error::NotFound)));
    assert_eq!(closed, Err(CallError::Transport(TransportError::Skipped)));
}

#[test]
fn a_path_in_no_pool_or_that_is_none_opens_nothing() {
    let (router, memory, _volume) = over_a_ring(b"hello");
    let (mut ring, server) = memory.connect(router, Caller::new(1, 0));
    let mut lender = memory.lender();
    assert!(
        lender
            .lend_both::<1000, 4096>(&[b'/'; 1001], 4096)
            .is_none()
    );
    let (read, _) = pass(&mut ring, &mut lender, b"");
    assert_eq!(read, Err(CallError::Server(Error::BadPath)));
    let place = lend::Place::of_word((8 << 32) | u64::from(u32::MAX), 1000);
    let opened = server.with(|router| {
        let place = place.expect("short enough");
        vfs::Server::open_lent(
            router.server_mut(),
            Caller::new(1, 0),
            place,
            OpenFlags::READ,
            0,
        )
    });
    assert_eq!(opened, Err(Error::Invalid));
}
