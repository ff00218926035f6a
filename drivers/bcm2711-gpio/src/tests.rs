//! The server against pretended pins.

use libipc::Caller;
use proto::gpio::{Edge, Error, Function, Level, Pin, Pull, Server};

use crate::model::Chip;
use crate::{Gpio, Pins};

const SOMEBODY: Caller = Caller::new(1, 0);

fn gpio() -> Gpio<Chip> {
    Gpio::new(Pins::new(Chip::in_use()))
}

fn chip(gpio: &mut Gpio<Chip>) -> &mut Chip {
    gpio.pins().registers()
}

#[test]
fn every_pin_is_told_as_firmware_left_it() {
    let mut gpio = gpio();
    for number in 0..58 {
        let function = match number {
            14 | 15 => Function::Alternative0,
            _ => Function::Input,
        };
        let (level, pull) = (Level::Low, Pull::Up);
        let pin = Pin {
            function,
            level,
            pull,
        };
        assert_eq!(gpio.pin(SOMEBODY, number), Ok(pin), "{number}");
    }
    assert_eq!(gpio.pin(SOMEBODY, 58), Err(Error::Pin));
    assert_eq!(
        gpio.set_function(SOMEBODY, 255, Function::Input),
        Err(Error::Pin)
    );
}

#[test]
fn a_pin_is_changed_and_the_others_stay() {
    let mut gpio = gpio();
    for number in [0, 9, 10, 29, 31, 32, 57] {
        let at = usize::from(number);
        let before = (chip(&mut gpio).functions, chip(&mut gpio).pulls);
        assert_eq!(
            gpio.set_function(SOMEBODY, number, Function::Alternative3),
            Ok(())
        );
        assert_eq!(gpio.set_pull(SOMEBODY, number, Pull::Down), Ok(()));
        let (mut functions, mut pulls) = before;
        (functions[at], pulls[at]) = (7, 2);
        assert_eq!(
            (chip(&mut gpio).functions, chip(&mut gpio).pulls),
            (functions, pulls)
        );
    }
}

#[test]
fn only_an_output_is_given_a_level() {
    let mut gpio = gpio();
    for number in [5, 40] {
        let level = |gpio: &mut Gpio<Chip>| gpio.pin(SOMEBODY, number).map(|pin| pin.level);
        assert_eq!(
            gpio.set_level(SOMEBODY, number, Level::High),
            Err(Error::Direction)
        );
        assert_eq!(
            gpio.set_function(SOMEBODY, number, Function::Output),
            Ok(())
        );
        assert_eq!(gpio.set_level(SOMEBODY, number, Level::High), Ok(()));
        assert_eq!(level(&mut gpio), Ok(Level::High));
        assert_eq!(gpio.set_level(SOMEBODY, number, Level::Low), Ok(()));
        assert_eq!(level(&mut gpio), Ok(Level::Low));
    }
}

#[test]
fn events_are_those_that_were_asked_for_and_are_taken_once() {
    let mut gpio = gpio();
    assert!(!chip(&mut gpio).interrupts(), "what was before is over");
    let wanted = [
        (2, Edge::Rising),
        (33, Edge::Falling),
        (57, Edge::Both),
        (4, Edge::None),
    ];
    for (number, edge) in wanted {
        assert_eq!(gpio.detect(SOMEBODY, number, edge), Ok(()));
    }
    for pin in [2, 4, 33, 57, 3, 40] {
        chip(&mut gpio).put(pin, true);
    }
    assert!(chip(&mut gpio).interrupts());
    gpio.interrupted(1000);
    assert!(
        !chip(&mut gpio).interrupts(),
        "the line must fall before it is let through again"
    );
    assert_eq!(gpio.take_events(SOMEBODY), (1 << 2 | 1 << 57, 1000));
    for pin in [2, 33, 57] {
        chip(&mut gpio).put(pin, false);
    }
    gpio.interrupted(2000);
    // An interrupt of another bank, for which there is nothing left.
    gpio.interrupted(3000);
    assert_eq!(gpio.take_events(SOMEBODY), (1 << 33 | 1 << 57, 2000));
    assert_eq!(gpio.take_events(SOMEBODY), (0, 2000));
}

#[test]
fn a_pin_whose_events_are_chosen_anew_has_had_none() {
    let mut gpio = gpio();
    assert_eq!(gpio.detect(SOMEBODY, 7, Edge::Rising), Ok(()));
    chip(&mut gpio).put(7, true);
    gpio.interrupted(1);
    chip(&mut gpio).put(7, false);
    chip(&mut gpio).put(7, true);
    assert_eq!(gpio.detect(SOMEBODY, 7, Edge::Falling), Ok(()));
    assert!(!chip(&mut gpio).interrupts());
    assert_eq!(gpio.take_events(SOMEBODY).0, 0);
}
