//! The `ethernet` interface.

use libipc::lend::{Borrower, Lender};
use libipc::objects::IrqHandler;
use libipc::{CPtr, Caller};
use libipc_mock::{HostRing, Idle, Mock, MockConnection};
use proto::ethernet::{
    Client, Dispatcher, Duplex as LinkDuplex, Error, Filter as Wanted, Server as _,
};

use super::*;
use crate::{Ethernet, Missing};

type Driver = Ethernet<Machine, Machine, Machine>;

const BITS: u64 = 1 << 3;

struct Rig {
    machine: Machine,
    mock: Mock<Dispatcher<Driver>>,
    client: Client<MockConnection>,
    lender: Lender,
}

/// A driver whose line is plugged in, if it is to be.
fn rig(line: Option<Line>) -> Rig {
    let machine = Machine::new(0xffc0);
    machine.plug(line);
    let ring = HostRing::new(4, 4096, 4096);
    let mut borrower = Borrower::default();
    assert!(borrower.add(Caller::new(1, 0), ring.pools()));
    let genet = open(&machine).expect("it is taken");
    let interrupt = (IrqHandler::from(CPtr(9)), BITS);
    let mock = Mock::new(Dispatcher(Ethernet::new(genet, borrower, interrupt)));
    let client = Client::new(mock.connect(1));
    Rig {
        machine,
        mock,
        client,
        lender: ring.lender(),
    }
}

impl Rig {
    fn send(&mut self, frame: &[u8]) -> Result<(), Error> {
        let lent = self.lender.lend_in(frame).expect("it fits");
        self.client.send(&lent).map_err(error)
    }

    fn receive(&mut self, room: usize) -> Result<Vec<u8>, Error> {
        let lent = self.lender.lend_out(room).expect("it fits");
        let length = self.client.receive(&lent).map_err(error)?;
        let mut bytes = std::vec![0; length as usize];
        lent.view().copy_to(0, &mut bytes).expect("inside");
        Ok(bytes)
    }
}

fn error(error: libipc::Error<Error>) -> Error {
    match error {
        libipc::Error::Server(error) => error,
        other => panic!("not the server's error: {other}"),
    }
}

#[test]
fn the_device_and_its_line_are_described() {
    let rig = rig(None);
    let info = rig.client.info().expect("answered");
    assert_eq!((info.address, info.depth), (0xdca6_3201_0203, 64));
    assert_eq!(&info.model[..], "GENET v5");
    let link = rig.client.link().expect("answered");
    assert_eq!((link.mbit, link.duplex), (0, LinkDuplex::Full));
    rig.machine.plug(Some(Line {
        speed: Speed::Mbit100,
        duplex: Duplex::Half,
    }));
    let link = rig.client.link().expect("answered");
    assert_eq!((link.mbit, link.duplex), (100, LinkDuplex::Half));
}

#[test]
fn a_frame_is_sent_out_of_a_lent_buffer() {
    let mut rig = rig(Some(GIGABIT));
    rig.send(&frame(5, 200)).expect("sent");
    assert_eq!(rig.machine.run(), [frame(5, 200)]);
    assert_eq!(rig.client.counters().expect("answered").sent, 1);
}

#[test]
fn a_frame_is_received_into_a_lent_buffer_when_it_comes() {
    let mut rig = rig(Some(GIGABIT));
    rig.client.link().expect("answered");
    let line = rig.machine.clone();
    let mut is_there = false;
    rig.mock.when_idle(move |server| {
        assert!(!is_there, "it is answered");
        is_there = true;
        line.deliver(&frame(6, 300), 0);
        assert!(line.interrupts());
        server.0.signal(BITS);
        Idle::Progress
    });
    assert_eq!(rig.receive(MAX_FRAME), Ok(frame(6, 300)));
    assert!(!rig.machine.interrupts());
}

#[test]
fn frames_that_came_before_anybody_asked_are_there() {
    let mut rig = rig(Some(GIGABIT));
    rig.client.link().expect("answered");
    (0..3).for_each(|number| rig.machine.deliver(&frame(number, 80), 0));
    for number in 0..3 {
        assert_eq!(rig.receive(MAX_FRAME), Ok(frame(number, 80)));
    }
    let counters = rig.client.counters().expect("answered");
    assert_eq!((counters.received, counters.received_bytes), (3, 240));
}

#[test]
fn what_cannot_be_done_is_refused() {
    let mut rig = rig(None);
    assert_eq!(rig.send(&frame(1, 60)), Err(Error::NoLink));
    assert_eq!(rig.receive(MAX_FRAME), Err(Error::NoLink));
    rig.machine.plug(Some(GIGABIT));
    rig.client.link().expect("answered");
    assert_eq!(rig.send(&frame(1, 13)), Err(Error::BadLength));
    assert_eq!(rig.receive(MAX_FRAME - 1), Err(Error::BadLength));
    let stranger = Client::new(rig.mock.connect(2));
    let lent = rig.lender.lend_in(&frame(1, 60)).expect("it fits");
    assert_eq!(stranger.send(&lent).map_err(error), Err(Error::BadBuffer));
    assert_eq!(rig.machine.run().len(), 0);
}

#[test]
fn the_line_is_looked_at_again_when_what_is_known_is_old() {
    let mut rig = rig(None);
    assert_eq!(rig.send(&frame(1, 60)), Err(Error::NoLink));
    rig.machine.plug(Some(GIGABIT));
    assert_eq!(rig.send(&frame(1, 60)), Err(Error::NoLink));
    rig.machine.0.borrow_mut().now += 2_000_000_000;
    assert_eq!(rig.send(&frame(1, 60)), Ok(()));
}

#[test]
fn who_waits_to_send_is_told_that_the_link_went() {
    let mut rig = rig(Some(GIGABIT));
    rig.machine.fail(Faults {
        jammed: true,
        ..Faults::default()
    });
    for number in 0..64 {
        rig.send(&frame(number, 60)).expect("there is room");
    }
    let machine = rig.machine.clone();
    rig.mock.when_idle(move |server| {
        machine.plug(None);
        // Somebody else asks for the link.
        let link = server.0.link(Caller::new(7, 0));
        assert_eq!(link.map(|link| link.mbit), Ok(0));
        Idle::Progress
    });
    assert_eq!(rig.send(&frame(64, 60)), Err(Error::NoLink));
}

#[test]
fn who_waits_for_a_frame_is_told_that_the_link_went() {
    let mut rig = rig(Some(GIGABIT));
    let machine = rig.machine.clone();
    rig.mock.when_idle(move |server| {
        machine.plug(None);
        let link = server.0.link(Caller::new(7, 0));
        assert_eq!(link.map(|link| link.mbit), Ok(0));
        Idle::Progress
    });
    assert_eq!(rig.receive(MAX_FRAME), Err(Error::NoLink));
}

#[test]
fn who_waits_for_room_is_served_when_there_is_some() {
    let mut rig = rig(Some(GIGABIT));
    rig.machine.fail(Faults {
        jammed: true,
        ..Faults::default()
    });
    for number in 0..64 {
        rig.send(&frame(number, 60)).expect("there is room");
    }
    let machine = rig.machine.clone();
    rig.mock.when_idle(move |server| {
        machine.fail(Faults::default());
        assert_eq!(machine.run().len(), 64);
        server.0.signal(BITS);
        Idle::Progress
    });
    assert_eq!(rig.send(&frame(64, 60)), Ok(()));
    assert_eq!(rig.machine.run(), [frame(64, 60)]);
}

#[test]
fn a_device_that_breaks_is_told_of_and_comes_back() {
    let mut rig = rig(Some(GIGABIT));
    rig.client.link().expect("answered");
    rig.machine.lie(100);
    assert_eq!(rig.receive(MAX_FRAME), Err(Error::Device));
    assert_eq!(rig.client.link().map(|link| link.mbit).ok(), Some(1000));
    rig.machine.deliver(&frame(1, 60), 0);
    assert_eq!(rig.receive(MAX_FRAME), Ok(frame(1, 60)));
}

#[test]
fn all_frames_of_the_line_come_if_they_are_wanted() {
    let mut rig = rig(Some(GIGABIT));
    rig.client.link().expect("answered");
    rig.client.set_filter(Wanted::All).expect("answered");
    let mut others = frame(1, 60);
    others[0] = 4;
    rig.machine.deliver(&others, 0);
    assert_eq!(rig.receive(MAX_FRAME), Ok(others));
}

#[test]
fn where_no_device_is_everything_is_gone() {
    let mock = Mock::new(Dispatcher(Missing));
    let client = Client::new(mock.connect(1));
    let mut lender = HostRing::new(4, 4096, 4096).lender();
    assert_eq!(client.info().err().map(error), Some(Error::Gone));
    assert_eq!(client.link().err().map(error), Some(Error::Gone));
    assert_eq!(client.counters().err().map(error), Some(Error::Gone));
    let lent = lender.lend_in(&frame(1, 60)).expect("it fits");
    assert_eq!(client.send(&lent).err().map(error), Some(Error::Gone));
}
