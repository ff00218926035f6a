//! The configuration against its model.

use text_screen::Mode;

use crate::model::{Machine, Mood};
use crate::{Config, FILE, Failure, Picture};

const KEY: u16 = 0x2c;

fn machine() -> Machine {
    Machine::new(&[
        (0x20, "etc/ramfbx"),
        (0x21, "etc/ram"),
        (KEY, "etc/ramfb"),
        (0x30, "zzz"),
    ])
}

fn write(machine: &Machine) -> Result<(), Failure> {
    let picture = Picture {
        physical: 0x1_4000_0000,
        mode: Mode {
            width: 1024,
            height: 768,
        },
    };
    Config::new(machine.clone(), machine.clone())?.write(FILE, &picture.words())
}

#[test]
fn the_display_is_told_where_the_pixels_are() {
    let machine = machine();
    assert_eq!(write(&machine), Ok(()));
    let golden = [
        &[0, 0, 0, 1, 0x40, 0, 0, 0][..],
        &[0x34, 0x32, 0x52, 0x58],
        &[0, 0, 0, 0],
        &[0, 0, 4, 0],
        &[0, 0, 3, 0],
        &[0, 0, 0x10, 0],
    ];
    assert_eq!(machine.content(KEY), golden.concat());
    assert!(machine.content(0x20).is_empty() && machine.content(0x21).is_empty());
}

#[test]
fn a_machine_without_the_display_or_without_configuration_says_so() {
    assert_eq!(
        write(&Machine::new(&[(0x20, "etc/ramfbx")])),
        Err(Failure::NoFile)
    );
    assert_eq!(write(&Machine::new(&[])), Err(Failure::NoFile));
    let machine = machine();
    machine.feels(Mood::Absent);
    assert_eq!(write(&machine), Err(Failure::Missing));
}

#[test]
fn a_configuration_that_refuses_or_does_not_end_is_no_reason_to_wait_for_ever() {
    let machine = machine();
    machine.feels(Mood::Refuses);
    assert_eq!(write(&machine), Err(Failure::Refused));
    machine.feels(Mood::Silent);
    assert_eq!(write(&machine), Err(Failure::Silent));
    machine.feels(Mood::Works);
    assert_eq!(write(&machine), Ok(()));
}
