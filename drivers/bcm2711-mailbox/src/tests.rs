//! Mailbox and server against the model of the firmware.

use libipc_mock::{Mock, MockConnection};
use proto::firmware::{Client, Clock, Dispatcher, Error};

use crate::model::{Machine, Mood};
use crate::{Failure, Firmware, Mailbox};

const PLACE: u64 = 0x0123_4560;
const REVISION: u32 = 0x0001_0002;
/// Longer than anything may take.
const END: u64 = 5_000_000_000;

type TestMailbox = Mailbox<Machine, Machine, Machine>;

fn mailbox(machine: &Machine) -> Result<TestMailbox, Failure> {
    Mailbox::new(machine.clone(), machine.clone(), machine.clone())
}

fn revision(mailbox: &mut TestMailbox) -> Result<u32, Failure> {
    mailbox
        .ask(REVISION, [0; 2], 1)
        .map(|[revision, _]| revision)
}

fn client(machine: &Machine) -> (Client<MockConnection>, Mock<impl libipc::Service + use<>>) {
    let mock = Mock::new(Dispatcher(Firmware::new(mailbox(machine).ok())));
    (Client::new(mock.connect(1)), mock)
}

fn refusal<T>(outcome: Result<T, libipc::Error<Error>>) -> Option<Error> {
    match outcome {
        Err(libipc::Error::Server(error)) => Some(error),
        _ => None,
    }
}

#[test]
fn everything_that_is_asked_for_is_answered() {
    let (client, _mock) = client(&Machine::new(PLACE));
    let board = client.board().expect("answered");
    assert_eq!((board.revision, board.memory >> 30), (0xb03115, 2));
    assert_eq!(&board.name[..], "Raspberry Pi 4 Model B 1.5");
    assert_eq!(client.memory().expect("answered"), (0, 0x3b40_0000));
    let rate = |clock| client.clock_rate(clock);
    assert_eq!(rate(Clock::Emmc2).expect("answered"), 100_000_000);
    assert_eq!(rate(Clock::Arm).expect("answered"), 1_500_000_000);
    assert_eq!(client.temperature().expect("answered"), (-3500, 85_000));
}

#[test]
fn a_clock_that_stands_and_a_property_without_answer_are_not_known() {
    let machine = Machine::new(PLACE);
    let (client, _mock) = client(&machine);
    let rate = client.clock_rate(Clock::Uart);
    assert_eq!(refusal(rate), Some(Error::Unknown));
    machine.0.borrow_mut().letters = 90;
    assert_eq!(refusal(client.temperature()), Some(Error::Unknown));
    assert!(client.board().is_ok());
}

#[test]
fn mail_of_others_is_thrown_away_before_and_meanwhile() {
    let machine = Machine::new(PLACE);
    machine.leave(0xc123_4568);
    machine.leave(7);
    let mut mailbox = mailbox(&machine).expect("there");
    machine.feels(Mood::Chatty);
    assert_eq!(revision(&mut mailbox), Ok(0xb03115));
    assert_eq!(revision(&mut mailbox), Ok(0xb03115));
}

#[test]
fn a_firmware_that_does_not_understand_is_asked_again_later() {
    let machine = Machine::new(PLACE);
    let mut mailbox = mailbox(&machine).expect("there");
    machine.feels(Mood::Puzzled);
    assert_eq!(revision(&mut mailbox), Err(Failure::NotUnderstood));
    machine.feels(Mood::Answers);
    assert_eq!(revision(&mut mailbox), Ok(0xb03115));
}

#[test]
fn a_firmware_that_says_nothing_is_left_alone_after_a_second() {
    for mood in [Mood::Silent, Mood::Busy] {
        let machine = Machine::new(PLACE);
        let mut mailbox = mailbox(&machine).expect("there");
        machine.feels(mood);
        assert_eq!(revision(&mut mailbox), Err(Failure::Silent));
        let letters = machine.0.borrow().letters;
        machine.feels(Mood::Answers);
        assert_eq!(revision(&mut mailbox), Err(Failure::Silent));
        assert_eq!(machine.0.borrow().letters, letters, "nothing is sent");
        assert!(machine.0.borrow().now < END);
    }
}

#[test]
fn letters_that_the_firmware_does_not_see_are_not_sent() {
    for place in [0xffff_fff0, 0x1_0000_0000, 0xc000_0008, u64::MAX - 15] {
        let outcome = mailbox(&Machine::new(place)).map(|_| ());
        assert_eq!(outcome, Err(Failure::OutOfSight), "{place:#x}");
    }
    assert!(
        mailbox(&Machine::new(0xffff_ff60)).is_ok(),
        "38 words end before the last"
    );
}

#[test]
fn a_framebuffer_is_as_the_firmware_made_it() {
    let machine = Machine::new(PLACE);
    let (client, _mock) = client(&machine);
    let found = client.framebuffer(1024, 768).expect("answered");
    assert_eq!((found.width, found.height, found.pitch), (800, 600, 3200));
    assert_eq!((found.physical, found.length), (0x3c10_0000, 800 * 600 * 4));
    assert_eq!(machine.0.borrow().letters, 1, "all is asked together");
    assert!(client.board().is_ok());
}

#[test]
fn a_firmware_that_makes_no_framebuffer_or_another_is_told_of() {
    for picture in [(0, 0, 32), (0xfc10_0000, 0, 32), (0xfc10_0000, 3 << 20, 16)] {
        let machine = Machine::new(PLACE);
        machine.0.borrow_mut().picture = picture;
        let (client, _mock) = client(&machine);
        assert_eq!(refusal(client.framebuffer(1024, 768)), Some(Error::Unknown));
        assert!(client.board().is_ok());
    }
    let machine = Machine::new(PLACE);
    machine.feels(Mood::Silent);
    let (client, _mock) = self::client(&machine);
    assert_eq!(refusal(client.framebuffer(1024, 768)), Some(Error::Device));
}

#[test]
fn a_mailbox_that_never_gets_empty_is_none() {
    let machine = Machine::new(PLACE);
    (0..20).for_each(|_| machine.leave(1));
    let (client, _mock) = client(&machine);
    assert_eq!(refusal(client.board()), Some(Error::Device));
    assert_eq!(refusal(client.temperature()), Some(Error::Device));
}
