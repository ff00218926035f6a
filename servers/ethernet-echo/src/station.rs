//! A station at the line: takes frames, and sends those on that ask for it.

use libipc::lend::Lender;
use libipc::{Error, Transport};
use proto::ethernet::{Client, Error as Refused, Info};

use crate::{MAX_FRAME, forward};

/// What came of waiting for a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// One was sent on.
    Forwarded,
    /// One was for somebody else.
    Ignored,
}

/// A station.
#[derive(Debug)]
pub struct Station<T> {
    ethernet: Client<T>,
    lender: Lender,
    own: [u8; 6],
}

impl<T: Transport> Station<T> {
    /// A station with the interface's address, which it asks for.
    ///
    /// # Errors
    /// Those of the interface.
    pub fn new(ethernet: Client<T>, lender: Lender) -> Result<Self, Error<Refused>> {
        let Info { address, .. } = ethernet.info()?;
        let [_, _, own @ ..] = address.to_be_bytes();
        Ok(Self {
            ethernet,
            lender,
            own,
        })
    }

    /// Its address.
    pub fn own(&self) -> [u8; 6] {
        self.own
    }

    /// Whether there is a link.
    ///
    /// # Errors
    /// Those of the interface.
    pub fn has_link(&self) -> Result<bool, Error<Refused>> {
        Ok(self.ethernet.link()?.mbit != 0)
    }

    /// Waits for the next frame, and does what it asks for.
    ///
    /// # Errors
    /// Those of the interface; [`Refused::BadBuffer`] also if the connection's pools are too small.
    pub fn serve(&mut self) -> Result<Outcome, Error<Refused>> {
        let short = Error::Server(Refused::BadBuffer);
        let mut frame = [0; MAX_FRAME];
        let lent = self.lender.lend_out(MAX_FRAME).ok_or(short)?;
        let length = self.ethernet.receive(&lent)? as usize;
        let frame = frame.get_mut(..length).ok_or(short)?;
        lent.view().copy_to(0, frame).map_err(|_| short)?;
        if !forward(frame, self.own) {
            return Ok(Outcome::Ignored);
        }
        let lent = self.lender.lend_in(frame).ok_or(short)?;
        self.ethernet.send(&lent)?;
        Ok(Outcome::Forwarded)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use libipc::lend::{Borrower, Place};
    use libipc::{Caller, Reply};
    use libipc_mock::{HostRing, Mock, MockConnection};
    use proto::ethernet::{Counters, Dispatcher, Duplex, Filter, Link, Server};
    use std::collections::VecDeque;
    use std::vec::Vec;

    /// An interface with frames that have come.
    struct Line {
        borrower: Borrower,
        came: VecDeque<Vec<u8>>,
        went: Vec<Vec<u8>>,
    }

    impl Server for Line {
        fn info(&mut self, _: Caller) -> Result<Info, Refused> {
            Ok(Info {
                address: 0x0200_0000_0001,
                depth: 1,
                model: libipc::codec::Text::new(),
            })
        }

        fn link(&mut self, _: Caller) -> Result<Link, Refused> {
            Ok(Link {
                mbit: self.came.len() as u32,
                duplex: Duplex::Full,
            })
        }

        fn counters(&mut self, _: Caller) -> Result<Counters, Refused> {
            Err(Refused::Device)
        }

        fn set_filter(&mut self, _: Caller, _: Filter) -> Result<(), Refused> {
            Err(Refused::Device)
        }

        fn send(&mut self, caller: Caller, place: Place, reply: Reply<(), Refused>) {
            let mut frame = std::vec![0; place.len()];
            let read = self.borrower.read(caller, place, (0, &mut frame));
            read.expect("a buffer");
            self.went.push(frame);
            reply.ok(());
        }

        fn receive(&mut self, caller: Caller, place: Place, reply: Reply<u32, Refused>) {
            assert_eq!(place.len(), MAX_FRAME);
            let Some(frame) = self.came.pop_front() else {
                return reply.fail(Refused::NoLink);
            };
            let written = self.borrower.write(caller, place, (0, &frame));
            written.expect("a buffer");
            reply.ok(frame.len() as u32);
        }
    }

    type Rig = (Mock<Dispatcher<Line>>, Station<MockConnection>);

    fn rig(came: &[&[u8]]) -> Rig {
        let ring = HostRing::new(4, 4096, 4096);
        let mut borrower = Borrower::default();
        assert!(borrower.add(Caller::new(1, 0), ring.pools()));
        let mock = Mock::new(Dispatcher(Line {
            borrower,
            came: came.iter().map(|frame| frame.to_vec()).collect(),
            went: Vec::new(),
        }));
        let client = Client::new(mock.connect(1));
        let station = Station::new(client, ring.lender());
        (mock, station.expect("there is an interface"))
    }

    #[test]
    fn a_station_sends_on_what_asks_for_it_and_nothing_else() {
        let other = [0x55; 60];
        let mut asks = [0; 60];
        asks[6..12].copy_from_slice(&[2, 0, 0, 0, 0, 9]);
        asks[12..24].copy_from_slice(&[0x90, 0, 0, 0, 2, 0, 2, 0, 0, 0, 0, 9]);
        let (mock, mut station) = rig(&[&other, &asks]);
        assert_eq!(station.own(), [2, 0, 0, 0, 0, 1]);
        assert_eq!(station.has_link().ok(), Some(true));
        assert_eq!(station.serve().ok(), Some(Outcome::Ignored));
        assert_eq!(station.serve().ok(), Some(Outcome::Forwarded));
        let mut answer = asks;
        answer[..6].copy_from_slice(&[2, 0, 0, 0, 0, 9]);
        answer[6..12].copy_from_slice(&[2, 0, 0, 0, 0, 1]);
        answer[14] = 8;
        assert_eq!(mock.server().0.went, [answer.to_vec()]);
        let ended = station.serve();
        assert!(matches!(ended, Err(Error::Server(Refused::NoLink))));
        assert_eq!(station.has_link().ok(), Some(false));
    }
}
