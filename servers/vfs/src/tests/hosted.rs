//! The server in a process of its own: what a program does with files, over shared memory, and what it is told when the
//! server is killed.

use libipc::TransportError;
use libipc::codec::batch::BatchError;
use libipc::ring::Closed;
use libipc_hosted::{Options, Process, Server};

use super::over_ring::{Over, over, pass};
use super::*;

/// Not a test of its own: the server of the other, in the process that it starts.
#[test]
fn serves() {
    let (router, _volume) = over(b"hello", Borrower::default());
    let Ok(server) = Server::inherited(router) else {
        return;
    };
    let welcome = |router: &mut Over, caller, pools| {
        assert!(router.server_mut().borrower.add(caller, pools));
    };
    server.welcome(welcome).serve();
}

#[test]
fn files_are_opened_read_and_closed_in_another_process_until_it_is_killed() {
    let mut server = Process::of_test("tests::hosted::serves").expect("a process");
    let client = server
        .connect(&Options::default())
        .expect("a connection to it");
    let calls = vfs::Client::new(client.connection);
    let mut ring = client.ring;
    let mut lender = Lender::new(client.pools.out, client.pools.inward);
    assert!(ring.knows_chains());
    for _ in 0..20 {
        let (read, closed) = pass(&mut ring, &mut lender, b"/file");
        assert_eq!((read.as_deref(), closed), (Ok(&b"ello"[..]), Ok(())));
        let file = calls
            .open(b"/file", OpenFlags::READ, 0)
            .expect("it is there");
        assert_eq!(calls.close(file), Ok(()));
    }
    let missing = calls.open(b"/nosuch", OpenFlags::READ, 0);
    assert_eq!(missing, Err(CallError::Server(Error::NotFound)));
    server.kill().expect("it was alive");
    let dead = calls.open(b"/file", OpenFlags::READ, 0);
    assert_eq!(dead, Err(CallError::Transport(TransportError::Dead)));
    let mut batch = vfs::Batch::new();
    let _lost = batch.close(1).expect("room");
    let gone = batch.run(&mut ring).map(drop);
    assert_eq!(gone, Err(BatchError::Closed(Closed::Gone)));
}
