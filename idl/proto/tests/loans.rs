//! Lent buffers, from a client's call to a server's method and back.

use libipc::lend::{Borrower, Lender, Place};
use libipc::ring::{Descriptor, Pool, Pools, Untrusted};
use libipc::{Caller, Message, Reply, Transport, TransportError};
use libipc_mock::{Mock, shared_words};

#[allow(
    dead_code,
    unreachable_pub,
    reason = "modules of a library, not all of which is called here"
)]
mod golden;

use golden::loans::{Client, Dispatcher, Error, Server, labels};

const CLIENT: Caller = Caller::new(4, 0);

/// Works on what it is lent.
struct Clerk(Borrower);

impl Server for Clerk {
    fn fill(&mut self, caller: Caller, data: Place, with: u8) -> Result<u32, Error> {
        let bytes = vec![with; data.len()];
        let written = self.0.write(caller, data, (0, &bytes));
        written
            .map(|()| bytes.len() as u32)
            .map_err(|_| Error::Unfit)
    }

    fn count(&mut self, caller: Caller, name: &str, text: Place) -> u32 {
        let mut bytes = vec![0; text.len()];
        let read = self.0.read(caller, text, (0, &mut bytes));
        read.map_or(0, |()| (name.len() + bytes.len()) as u32)
    }

    fn reverse(&mut self, caller: Caller, text: Place, reply: Reply<(), Error>) {
        let mut bytes = vec![0; text.len()];
        let read = self.0.read(caller, text, (0, &mut bytes));
        bytes.reverse();
        let written = read.and_then(|()| self.0.write(caller, text, (0, &bytes)));
        reply.answer(written.map_err(|_| Error::Unfit));
    }
}

fn clerk() -> (Mock<Dispatcher<Clerk>>, Lender) {
    let (client, server) = (shared_words(8192), shared_words(8192));
    let pools = Pools {
        out: Some(Pool::new(server)),
        inward: Some(Untrusted::new(client)),
        ..Pools::default()
    };
    let mut borrower = Borrower::default();
    assert!(borrower.add(CLIENT, pools));
    let lender = Lender::new(Some(Pool::new(client)), Some(Untrusted::new(server)));
    (Mock::new(Dispatcher(Clerk(borrower))), lender)
}

#[test]
fn buffers_go_in_out_and_both_ways() {
    let (server, mut lender) = clerk();
    let client = Client::new(server.connect_as(CLIENT));
    let mut seen = [0; 5000];
    let lent = lender.lend_out(5000).expect("it fits");
    assert_eq!(client.fill(&lent, 9), Ok(5000));
    lent.view().copy_to(0, &mut seen).expect("it is there");
    assert_eq!(seen, [9; 5000]);
    let lent = lender.lend_in(b"four").expect("it fits");
    assert_eq!(client.count("name", &lent), Ok(8));
    let lent = lender.lend_inout(b"was it").expect("it fits");
    assert_eq!(client.reverse(&lent), Ok(()));
    lent.view().copy_to(0, &mut seen[..6]).expect("it is there");
    assert_eq!(&seen[..6], b"ti saw");
}

#[test]
fn a_buffer_longer_than_its_method_allows_never_reaches_the_server() {
    let (server, _) = clerk();
    let connection = server.connect_as(CLIENT);
    for (label, most) in [(labels::FILL, 65536), (labels::REVERSE, 4096)] {
        for (length, expected) in [(most, None), (most + 1, Some(TransportError::Malformed))] {
            let word = Descriptor { offset: 0, length }.to_word();
            let mut message = Message::new(label);
            message.append(&word.to_le_bytes()).expect("it fits");
            if label == labels::FILL {
                message.append(&[1]).expect("it fits");
            }
            let answer = connection.call(&mut message);
            assert_eq!(answer.err(), expected, "{length} of {most}");
        }
    }
}

#[test]
fn a_buffer_beyond_the_pool_or_of_a_stranger_is_the_methods_error() {
    let (server, mut lender) = clerk();
    let stranger = Client::new(server.connect_as(Caller::new(5, 0)));
    let lent = lender.lend_out(8).expect("it fits");
    assert_eq!(
        stranger.fill(&lent, 1),
        Err(libipc::Error::Server(Error::Unfit))
    );
    assert!(lender.lend_out::<65536>(8193).is_none());
    // A client that names a place by hand gets no further.
    let word = Descriptor {
        offset: 8190,
        length: 8,
    };
    let mut message = Message::new(labels::FILL);
    message
        .append(&word.to_word().to_le_bytes())
        .expect("it fits");
    message.append(&[1]).expect("it fits");
    let verdict = server.connect_as(CLIENT).call(&mut message);
    assert_eq!(verdict, Ok(libipc::Verdict::Failed));
}
