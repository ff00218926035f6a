//! The controller and the interface against the model.

mod interface;
mod random;

use std::vec::Vec;

use crate::controller::Filter;
use crate::failure::{Broken, Failure};
use crate::model::{Faults, Machine};
use crate::registers::flag;
use crate::{Address, Duplex, Genet, Line, MAX_FRAME, Received, Speed};

type TestGenet = Genet<Machine, Machine, Machine>;

const GIGABIT: Line = Line {
    speed: Speed::Gbit1,
    duplex: Duplex::Full,
};
const OWN: [u8; 6] = [0xdc, 0xa6, 0x32, 0x01, 0x02, 0x03];

fn open(machine: &Machine) -> Result<TestGenet, Failure> {
    Genet::open(machine.clone(), machine.clone(), machine.clone(), None)
}

fn failure(machine: &Machine) -> Option<Failure> {
    open(machine).err()
}

/// A controller with a link, whose indices began at `index`.
fn up(index: u16) -> (Machine, TestGenet) {
    let machine = Machine::new(index);
    let mut genet = open(&machine).expect("it is taken");
    machine.plug(Some(GIGABIT));
    assert_eq!(genet.look(), Ok(Some(GIGABIT)));
    (machine, genet)
}

/// A frame to us, with `length` bytes, of which the number is part.
fn frame(number: u32, length: usize) -> Vec<u8> {
    let mut frame: Vec<u8> = OWN.into_iter().chain([2, 0, 0, 0, 0, 9]).collect();
    frame.extend([0x88, 0xb5]);
    frame.extend(number.to_le_bytes());
    let filler = (frame.len()..length).map(|place| (place as u32 ^ number) as u8);
    frame.extend(filler);
    frame.truncate(length);
    frame
}

fn received(genet: &mut TestGenet) -> Option<Vec<u8>> {
    let mut bytes = [0; MAX_FRAME];
    match genet.receive(&mut bytes).expect("it is not broken") {
        Received::Frame(length) => Some(bytes[..length].to_vec()),
        Received::Nothing => None,
    }
}

#[test]
fn a_controller_is_taken_with_the_address_that_firmware_left_or_one_that_is_given() {
    let machine = Machine::new(0);
    assert_eq!(
        open(&machine).map(|genet| genet.address()),
        Ok(Address(OWN))
    );
    assert_eq!(machine.0.borrow().phy.delays, (true, false));
    let other = Address([2, 0, 0, 0, 0, 1]);
    let machine = Machine::new(0);
    let genet = Genet::open(machine.clone(), machine.clone(), machine, Some(other));
    assert_eq!(genet.map(|genet| genet.address()), Ok(other));
}

#[test]
fn what_is_no_controller_of_this_version_is_left_alone() {
    for (revision, failed) in [
        (0, Failure::Absent(0)),
        (u32::MAX, Failure::Absent(u32::MAX)),
        (0x0500_0000, Failure::Version(0x0500_0000)),
    ] {
        let machine = Machine::new(0);
        machine.0.borrow_mut().revision = revision;
        assert_eq!(failure(&machine), Some(failed));
        assert_eq!(machine.0.borrow().resets, 0);
    }
    let text = std::format!("{}", Failure::Absent(0));
    assert!(text.starts_with("no GENET at 0xfd580000: "), "{text}");
}

#[test]
fn a_controller_that_cannot_be_used_says_why() {
    let machine = Machine::new(0);
    machine.0.borrow_mut().phy.number = 40;
    assert_eq!(failure(&machine), Some(Failure::NoPhy));
    let machine = Machine::new(0);
    machine.0.borrow_mut().phy.reset_reads = u32::MAX;
    assert_eq!(failure(&machine), Some(Failure::Phy));
    let machine = Machine::new(0);
    machine.fail(Faults {
        mute: true,
        ..Faults::default()
    });
    assert_eq!(failure(&machine), Some(Failure::NoPhy));
    let machine = Machine::new(0);
    machine.fail(Faults {
        always_restless: true,
        ..Faults::default()
    });
    assert_eq!(failure(&machine), Some(Failure::Restless));
    // A reset has cleared the address that firmware left.
    let machine = Machine::new(0);
    open(&machine).expect("the first time");
    crate::Registers::write(&machine, 0x80c, 0);
    crate::Registers::write(&machine, 0x810, 0);
    assert_eq!(failure(&machine), Some(Failure::NoAddress));
}

#[test]
fn frames_go_out_as_they_are_and_short_ones_are_filled() {
    let (machine, mut genet) = up(0);
    for length in [14, 59, 60, 61, 1000, 1514, 1518] {
        assert_eq!(genet.has_room(), Ok(true));
        genet.send(&frame(7, length));
        let mut wanted = frame(7, length);
        wanted.resize(length.max(60), 0);
        assert_eq!(machine.run(), [wanted]);
    }
    assert_eq!(genet.counts().sent, 7);
    assert_eq!(
        genet.counts().sent_bytes,
        14 + 59 + 60 + 61 + 1000 + 1514 + 1518
    );
}

#[test]
fn frames_come_in_as_they_were() {
    let (machine, mut genet) = up(0);
    for length in [14, 60, 61, 1000, 1514, 1518] {
        machine.deliver(&frame(3, length), 0);
        assert!(machine.interrupts());
        genet.take_interrupts();
        assert!(!machine.interrupts());
        assert_eq!(received(&mut genet), Some(frame(3, length)));
        assert_eq!(received(&mut genet), None);
    }
    assert_eq!(genet.counts().received, 6);
}

#[test]
fn indices_go_round_and_nothing_is_lost_or_doubled() {
    let (machine, mut genet) = up(0xfff3);
    for number in 0..70_000 {
        assert_eq!(genet.has_room(), Ok(true));
        genet.send(&frame(number, 60));
        machine.deliver(&frame(number, 60), 0);
        if number % 40 == 39 {
            let wanted: Vec<_> = (number - 39..=number).map(|one| frame(one, 60)).collect();
            assert_eq!(machine.run(), wanted);
            let came: Vec<_> = core::iter::from_fn(|| received(&mut genet)).collect();
            assert_eq!(came, wanted);
        }
    }
    assert_eq!(
        (genet.counts().sent, genet.counts().received),
        (70_000, 70_000)
    );
    assert_eq!(genet.counts().dropped, 0);
}

#[test]
fn no_more_is_sent_than_there_are_descriptors() {
    let (machine, mut genet) = up(0xffff);
    machine.fail(Faults {
        jammed: true,
        ..Faults::default()
    });
    let mut sent = 0;
    while genet.has_room() == Ok(true) {
        genet.send(&frame(sent, 64));
        sent += 1;
    }
    assert_eq!(sent, genet.depth());
    assert_eq!(machine.run().len(), 0);
    machine.fail(Faults::default());
    assert_eq!(machine.run().len(), 64);
    assert_eq!(genet.has_room(), Ok(true));
}

#[test]
fn bad_frames_are_counted_and_those_behind_them_come() {
    let (machine, mut genet) = up(0);
    let good = frame(1, 100);
    machine.deliver(&good, flag::BAD_CHECKSUM);
    for wrong in [flag::OVERRUN, flag::DAMAGED, flag::ODD, flag::TOO_LONG] {
        machine.deliver(&good, wrong);
    }
    machine.deliver_piece(&good, flag::FIRST);
    machine.deliver_piece(&good, flag::LAST);
    machine.deliver_piece(&good, flag::FIRST | flag::BAD_CHECKSUM);
    machine.deliver(&frame(1, 13), 0);
    machine.deliver(&frame(1, 1519), 0);
    machine.deliver(&good, 0);
    assert_eq!(received(&mut genet), Some(good));
    assert_eq!(received(&mut genet), None);
    let counts = genet.counts();
    assert_eq!((counts.bad_checksums, counts.bad_frames), (1, 9));
}

#[test]
fn frames_that_nobody_takes_are_lost_and_counted() {
    let (machine, mut genet) = up(0xfff0);
    for number in 0..100 {
        machine.deliver(&frame(number, 60), 0);
    }
    for number in 0..64 {
        assert_eq!(received(&mut genet), Some(frame(number, 60)));
    }
    assert_eq!(received(&mut genet), None);
    assert_eq!(genet.counts().dropped, 36);
    machine.deliver(&frame(200, 60), 0);
    assert_eq!(received(&mut genet), Some(frame(200, 60)));
}

#[test]
fn more_frames_are_lost_than_the_controller_counts() {
    let (machine, mut genet) = up(0);
    let one = frame(0, 60);
    for _ in 0..64 {
        machine.deliver(&one, 0);
    }
    for _ in 0..3 {
        for _ in 0..50_000 {
            machine.deliver(&one, 0);
        }
        // The ring stays full but for one.
        assert!(received(&mut genet).is_some());
        machine.deliver(&one, 0);
    }
    assert_eq!(genet.counts().dropped, 150_000);
}

#[test]
fn the_line_is_followed() {
    let machine = Machine::new(9);
    let mut genet = open(&machine).expect("it is taken");
    assert_eq!(genet.look(), Ok(None));
    assert_eq!(genet.has_room(), Ok(false));
    for (speed, duplex) in [
        (Speed::Gbit1, Duplex::Full),
        (Speed::Mbit100, Duplex::Full),
        (Speed::Mbit100, Duplex::Half),
        (Speed::Mbit10, Duplex::Full),
        (Speed::Mbit10, Duplex::Half),
    ] {
        let line = Line { speed, duplex };
        machine.plug(Some(line));
        assert_eq!(genet.look(), Ok(Some(line)));
        genet.send(&frame(1, 60));
        assert_eq!(machine.run(), [frame(1, 60)]);
        machine.deliver(&frame(2, 60), 0);
        assert_eq!(received(&mut genet), Some(frame(2, 60)));
    }
    assert_eq!(genet.counts().links, 5);
}

#[test]
fn what_was_under_way_when_the_link_went_is_forgotten() {
    let (machine, mut genet) = up(0xfffe);
    machine.fail(Faults {
        jammed: true,
        ..Faults::default()
    });
    (0..5).for_each(|number| genet.send(&frame(number, 60)));
    machine.deliver(&frame(8, 60), 0);
    machine.plug(None);
    assert_eq!(genet.look(), Ok(None));
    assert_eq!(received(&mut genet), None);
    assert!(!machine.interrupts());
    machine.fail(Faults::default());
    machine.plug(Some(GIGABIT));
    assert_eq!(genet.look(), Ok(Some(GIGABIT)));
    assert_eq!(machine.run().len(), 0);
    genet.send(&frame(9, 60));
    assert_eq!(machine.run(), [frame(9, 60)]);
    machine.deliver(&frame(10, 60), 0);
    assert_eq!(received(&mut genet), Some(frame(10, 60)));
}

#[test]
fn a_link_that_went_and_came_between_two_looks_is_not_told_as_gone() {
    let (machine, mut genet) = up(0);
    machine.plug(None);
    machine.plug(Some(GIGABIT));
    assert_eq!(genet.look(), Ok(Some(GIGABIT)));
    machine.deliver(&frame(1, 60), 0);
    assert_eq!(received(&mut genet), Some(frame(1, 60)));
}

#[test]
fn a_controller_that_does_not_come_to_rest_is_reset_and_goes_on() {
    let (machine, mut genet) = up(0);
    machine.fail(Faults {
        restless: true,
        ..Faults::default()
    });
    machine.plug(None);
    assert_eq!(genet.look(), Err(Broken));
    assert_eq!(genet.has_room(), Ok(false));
    machine.plug(Some(GIGABIT));
    assert_eq!(genet.look(), Ok(Some(GIGABIT)));
    assert_eq!(machine.0.borrow().resets, 2);
    genet.send(&frame(1, 60));
    assert_eq!(machine.run(), [frame(1, 60)]);
    machine.deliver(&frame(2, 60), 0);
    assert_eq!(received(&mut genet), Some(frame(2, 60)));
}

#[test]
fn a_controller_that_never_comes_to_rest_stays_broken() {
    let (machine, mut genet) = up(0);
    machine.fail(Faults {
        always_restless: true,
        ..Faults::default()
    });
    machine.plug(None);
    assert_eq!(genet.look(), Err(Broken));
    assert_eq!(genet.look(), Err(Broken));
}

#[test]
fn a_controller_that_fills_more_than_it_has_is_broken_until_its_reset() {
    let (machine, mut genet) = up(0);
    machine.lie(65);
    let mut bytes = [0; MAX_FRAME];
    assert_eq!(genet.receive(&mut bytes), Err(Broken));
    assert_eq!(genet.receive(&mut bytes), Ok(Received::Nothing));
    assert_eq!(genet.look(), Ok(Some(GIGABIT)));
    machine.deliver(&frame(2, 60), 0);
    assert_eq!(received(&mut genet), Some(frame(2, 60)));
}

#[test]
fn only_own_frames_and_those_to_all_come_unless_all_are_wanted() {
    let (machine, mut genet) = up(0);
    let mut others = frame(1, 60);
    others[5] ^= 1;
    let mut to_all = frame(2, 60);
    to_all[..6].fill(0xff);
    for (filter, comes) in [
        (Filter::Own, false),
        (Filter::All, true),
        (Filter::Own, false),
    ] {
        genet.set_filter(filter);
        machine.deliver(&others, 0);
        assert_eq!(received(&mut genet), comes.then(|| others.clone()));
        machine.deliver(&to_all, 0);
        assert_eq!(received(&mut genet), Some(to_all.clone()));
    }
}
