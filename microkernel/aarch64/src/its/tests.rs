//! The ITS against the model.

use std::collections::BTreeMap;
use std::vec::Vec;

use proptest::prelude::*;

use super::model::{Kind, MEMORY, Model, OWN};
use super::*;

fn its(kind: Kind) -> Option<(Model, Its<Model>)> {
    let model = Model::new(kind);
    clear(&model);
    let its = Its::new(model.clone(), MEMORY, OWN)?;
    assert_eq!(model.0.borrow().stopped, None);
    Some((model, its))
}

/// The number of the interrupt that an event makes.
fn number(event: u16) -> u64 {
    8192 + 32 + 192 + u64::from(event)
}

#[test]
fn commands_are_written_as_the_architecture_says() {
    let target = 0x080a_0000;
    for (command, words) in [
        (
            Command::map_device(0x18, 0x4569_0400),
            [0x0000_0018_0000_0008, 5, 0x8000_0000_4569_0400, 0],
        ),
        (
            Command::unmap_device(0xffff),
            [0x0000_ffff_0000_0008, 0, 0, 0],
        ),
        (
            Command::map_collection(target),
            [0x09, 0, 0x8000_0000_080a_0000, 0],
        ),
        (
            Command::map_event(0x18, 3, 8419),
            [0x0000_0018_0000_000a, 0x0000_20e3_0000_0003, 0, 0],
        ),
        (
            Command::invalidate(8, 63),
            [0x0000_0008_0000_000c, 63, 0, 0],
        ),
        (Command::discard(8, 63), [0x0000_0008_0000_000f, 63, 0, 0]),
        (Command::sync(target), [0x05, 0, 0x080a_0000, 0]),
    ] {
        assert_eq!(command.words(), words);
    }
}

#[test]
fn a_devices_message_makes_its_lines_interrupt() {
    let (model, mut its) = its(Kind::QEMU).unwrap();
    let event = its.allocate(0x18).unwrap();
    its.unmask(event);
    model.raise(0x18, event.into());
    assert_eq!(model.take(), [number(event)]);
    model.raise(0x18, event.into());
    assert_eq!(model.take(), [number(event)], "it was not masked by coming");
}

#[test]
fn the_number_of_a_messages_interrupt_is_taken_for_its_line() {
    for event in [0, COUNT - 1] {
        let line = (number(event) & 0x3ff) - 32;
        assert_eq!(line, u64::from(FIRST_LINE + event));
    }
}

#[test]
fn another_device_cannot_raise_it() {
    let (model, mut its) = its(Kind::QEMU).unwrap();
    let event = its.allocate(0x18).unwrap();
    let others = its.allocate(0x20).unwrap();
    its.unmask(event);
    its.unmask(others);
    model.raise(0x20, event.into());
    model.raise(0x28, event.into());
    model.raise(0x18, others.into());
    assert_eq!(model.take(), []);
}

#[test]
fn what_comes_while_a_line_is_masked_comes_once_it_is_not() {
    let (model, mut its) = its(Kind::QEMU).unwrap();
    let event = its.allocate(8).unwrap();
    model.raise(8, event.into());
    model.raise(8, event.into());
    assert_eq!(model.take(), []);
    its.unmask(event);
    assert_eq!(model.take(), [number(event)]);
    its.mask(event);
    model.raise(8, event.into());
    assert_eq!(model.take(), []);
}

#[test]
fn a_line_that_may_fire_costs_no_command_to_be_let_fire() {
    let (model, mut its) = its(Kind::QEMU).unwrap();
    let event = its.allocate(8).unwrap();
    its.unmask(event);
    let before = model.command_count();
    its.unmask(event);
    its.unmask(COUNT - 1);
    its.mask(COUNT - 1);
    its.release(COUNT - 1);
    assert_eq!(model.command_count(), before);
}

#[test]
fn a_line_that_was_given_back_is_silent_and_the_next_owner_hears_nothing_old() {
    let (model, mut its) = its(Kind::QEMU).unwrap();
    let event = its.allocate(8).unwrap();
    model.raise(8, event.into());
    its.release(event);
    assert_eq!(model.device_count(), 0);
    model.raise(8, event.into());
    assert_eq!(its.allocate(16), Some(event));
    its.unmask(event);
    model.raise(8, event.into());
    assert_eq!(model.take(), []);
    model.raise(16, event.into());
    assert_eq!(model.take(), [number(event)]);
}

#[test]
fn lines_run_out_whoever_has_them_and_a_device_that_the_table_lacks_gets_none() {
    let (model, mut its) = its(Kind::QEMU).unwrap();
    let many: Vec<_> = (0..2 * COUNT)
        .map_while(|device| its.allocate(device))
        .collect();
    assert_eq!(many, (0..COUNT).collect::<Vec<_>>());
    assert_eq!(model.device_count(), usize::from(COUNT));
    many.iter().for_each(|event| its.release(*event));
    assert_eq!(its.allocate(511), Some(0), "a page has room for so many");
    assert_eq!(its.allocate(512), None);
    assert_eq!(model.0.borrow().stopped, None);
}

#[test]
fn other_kinds_of_its_work_as_well() {
    let other = Kind {
        by_address: true,
        page: 2,
        entry_bytes: 32,
        ..Kind::QEMU
    };
    let own = Kind {
        own_collections: true,
        page: 1,
        ..Kind::QEMU
    };
    for kind in [other, own] {
        let (model, mut its) = its(kind).unwrap();
        let event = its.allocate(0xff).unwrap();
        its.unmask(event);
        model.raise(0xff, event.into());
        assert_eq!(model.take(), [number(event)]);
    }
}

#[test]
fn an_its_with_too_few_interrupts_or_that_does_nothing_is_not_used() {
    let few = Kind {
        id_bits: 13,
        ..Kind::QEMU
    };
    let dead = Kind {
        dead: true,
        ..Kind::QEMU
    };
    assert!(its(few).is_none() && its(dead).is_none());
}

#[test]
fn an_its_that_stops_gives_no_more_lines_and_holds_nobody_up() {
    let (model, mut its) = its(Kind::QEMU).unwrap();
    let event = its.allocate(8).unwrap();
    model.0.borrow_mut().stopped = Some("for the test");
    assert_eq!(its.allocate(8), None);
    its.unmask(event);
    its.release(event);
    assert_eq!(its.allocate(8), None);
}

/// What a test does with the ITS.
#[derive(Clone, Copy, Debug)]
enum Step {
    Allocate(u16),
    Release(u16),
    Mask(u16),
    Unmask(u16),
    Raise(u16, u16),
}

fn step() -> impl Strategy<Value = Step> {
    let (device, event) = (0_u16..8, 0..COUNT);
    prop_oneof![
        4 => device.clone().prop_map(Step::Allocate),
        3 => event.clone().prop_map(Step::Release),
        1 => event.clone().prop_map(Step::Mask),
        3 => event.clone().prop_map(Step::Unmask),
        6 => (device, event).prop_map(|(device, event)| Step::Raise(device, event)),
    ]
}

/// A line as anybody would describe it.
#[derive(Default)]
struct Line {
    device: u16,
    open: bool,
    pending: bool,
}

/// What happens to lines, and the interrupts that come.
fn naive(lines: &mut BTreeMap<u16, Line>, step: Step) -> Vec<u64> {
    let (Step::Release(event) | Step::Mask(event) | Step::Unmask(event) | Step::Raise(_, event)) =
        step
    else {
        return Vec::new();
    };
    let Some(line) = lines.get_mut(&event) else {
        return Vec::new();
    };
    match step {
        Step::Raise(device, _) => line.pending |= device == line.device,
        Step::Mask(_) => line.open = false,
        Step::Unmask(_) => line.open = true,
        _ => {
            lines.remove(&event);
            return Vec::new();
        }
    }
    let fires = line.open && line.pending;
    line.pending &= !fires;
    fires.then(|| number(event)).into_iter().collect()
}

proptest! {
    #[test]
    fn whatever_is_done_devices_raise_the_lines_that_are_theirs(
        steps in proptest::collection::vec(step(), 0..400),
    ) {
        let (model, mut its) = its(Kind::QEMU).unwrap();
        let mut lines = BTreeMap::<u16, Line>::new();
        for step in steps {
            match step {
                Step::Allocate(device) => {
                    let first = (0..COUNT).find(|event| !lines.contains_key(event));
                    prop_assert_eq!(its.allocate(device), first);
                    let line = Line { device, ..Line::default() };
                    first.map(|event| lines.insert(event, line));
                }
                Step::Release(event) => its.release(event),
                Step::Mask(event) => its.mask(event),
                Step::Unmask(event) => its.unmask(event),
                Step::Raise(device, event) => model.raise(device.into(), event.into()),
            }
            let expected = naive(&mut lines, step);
            prop_assert_eq!(model.take(), expected);
            prop_assert_eq!(model.0.borrow().stopped, None);
        }
        let devices: std::collections::BTreeSet<_> =
            lines.values().map(|line| line.device).collect();
        prop_assert_eq!(model.device_count(), devices.len());
    }
}
