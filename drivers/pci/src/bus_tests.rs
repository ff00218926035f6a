//! The bus against the model.

use super::*;
use crate::Window;
use crate::bars::{Bar, Space};
use crate::function::Id;
use crate::model::{Card, ModelBus};

const DISK_ID: Id = Id {
    vendor: 0x1af4,
    device: 0x1042,
};
const DISK: Pattern = Pattern::Id(DISK_ID);

const WINDOW: Window = Window {
    base: 0x1000_0000,
    bytes: 0x10_0000,
};

fn bus() -> (ModelBus, Bus<ModelBus>) {
    let model = ModelBus::new(std::vec![
        Card::disk(3, 0xfe00_0000),
        Card::disk(5, 0xfd00_0000)
    ]);
    (model.clone(), Bus::scan(model, WINDOW))
}

#[test]
fn functions_are_found_with_their_blocks_and_vectors() {
    let (model, bus) = bus();
    let found: std::vec::Vec<_> = bus.functions().collect();
    assert_eq!(found.len(), 2);
    assert_eq!((found[0].address.device, found[0].id), (3, DISK_ID));
    assert_eq!((found[0].class, found[0].revision), (0x01_0000, 1));
    let expected = [
        Bar {
            index: 1,
            space: Space::Memory,
            base: 0xfe00_0000,
            bytes: 0x1000,
        },
        Bar {
            index: 3,
            space: Space::Ports,
            base: 0xc000,
            bytes: 64,
        },
        Bar {
            index: 4,
            space: Space::Prefetchable,
            base: 0xfe10_0000,
            bytes: 0x4000,
        },
    ];
    assert_eq!(found[0].bars, expected);
    let vectors = found[0].vectors.expect("a table");
    assert_eq!((vectors.bar, vectors.offset, vectors.count), (1, 0, 2));
    assert_eq!(model.0.borrow()[0].sized_while_decoding, None);
    assert_eq!(
        model.0.borrow()[0].word(0x10 + 16),
        0xfe10_000c,
        "sizing changed nothing"
    );
    assert_eq!(model.0.borrow()[0].word(4) & 7, 7);
}

#[test]
fn blocks_without_a_place_get_one_of_their_own_in_the_window() {
    let model = ModelBus::new(std::vec![Card::unplaced(1), Card::unplaced(2)]);
    let bus = Bus::scan(model.clone(), WINDOW);
    let memory = |bar: &&Bar| bar.space != Space::Ports;
    let found = bus
        .functions()
        .flat_map(|function| function.bars.iter().filter(memory));
    let places: std::vec::Vec<_> = found.map(|bar| (bar.base, bar.bytes)).collect();
    let expected = [
        (0x1000_0000, 0x1000),
        (0x1000_4000, 0x4000),
        (0x1000_8000, 0x1000),
        (0x1000_c000, 0x4000),
    ];
    assert_eq!(places, expected);
    let cards = model.0.borrow();
    assert_eq!(cards[1].word(0x10 + 4), 0x1000_8000);
    assert_eq!(cards[1].word(0x10 + 16), 0x1000_c00c);
}

#[test]
fn blocks_that_do_not_fit_have_no_place() {
    let small = Window {
        base: 0x1000_0000,
        bytes: 0x5000,
    };
    let bus = Bus::scan(ModelBus::new(std::vec![Card::unplaced(1)]), small);
    let function = bus.functions().next().expect("found");
    assert_eq!(function.bar(1).map(|bar| bar.base), Some(0x1000_0000));
    assert_eq!(function.bar(4).map(|bar| bar.base), Some(0));
}

#[test]
fn wires_go_round_with_the_slots() {
    let (_, bus) = bus();
    let wires: std::vec::Vec<_> = bus.functions().map(Function::wire).collect();
    assert_eq!(wires, [Some(3), Some(1)]);
    let mut without = bus.functions().next().expect("found").clone();
    without.pin = 0;
    assert_eq!(without.wire(), None);
}

#[test]
fn each_driver_gets_a_function_of_its_own() {
    let (_, mut bus) = bus();
    let device = |bus: &mut Bus<ModelBus>, client| {
        bus.of(client, &[DISK])
            .map(|(_, place)| place.function.address.device)
    };
    assert_eq!(device(&mut bus, 7), Some(3));
    assert_eq!(device(&mut bus, 9), Some(5));
    assert_eq!(device(&mut bus, 7), Some(3), "and keeps it");
    assert_eq!(device(&mut bus, 8), None, "none is left");
}

#[test]
fn what_no_pattern_names_is_given_to_nobody() {
    let (_, mut bus) = bus();
    let other = Pattern::Id(Id {
        vendor: 0x1af4,
        device: 0x1041,
    });
    assert!(bus.of(7, &[other]).is_none());
    assert!(bus.of(7, &[]).is_none());
}

#[test]
fn a_quiet_function_was_reset_and_reaches_no_memory() {
    let (model, mut bus) = bus();
    bus.of(7, &[DISK]);
    assert_eq!(bus.quiesce(7), Some(Ok(())));
    assert_eq!(bus.quiesce(8), None);
    let cards = model.0.borrow();
    assert_eq!((cards[0].resets, cards[1].resets), (1, 0));
    assert_eq!(
        cards[0].word(4) & 0x0506,
        0x0402,
        "memory on, mastering and INTx off"
    );
    assert_eq!(
        cards[0].word(0x10 + 16),
        0xfe10_000c,
        "the block is back in its place"
    );
}

#[test]
fn a_function_that_went_away_is_not_quiet() {
    let (model, mut bus) = bus();
    bus.of(7, &[DISK]);
    model.0.borrow_mut()[0].at.device = 30;
    model.0.borrow_mut().push(gone());
    assert_eq!(bus.quiesce(7), Some(Err(NotQuiet)));
}

/// A card that answers with all ones.
fn gone() -> Card {
    Card::absent(3)
}
