//! Objects in an arena; these tests are run by Miri too.

use core::sync::atomic::Ordering::Relaxed;

use weft_hal::PhysAddr;

use crate::{Arena, Home, HomeCell, Ref};

/// An object that links to another of its kind.
#[repr(C, align(64))]
struct Node {
    value: HomeCell<u64>,
    next: HomeCell<Option<Ref<Node>>>,
}

fn node(value: u64) -> Node {
    Node {
        value: HomeCell::new(value),
        next: HomeCell::new(None),
    }
}

fn at(offset: u64) -> PhysAddr {
    PhysAddr(Arena::BASE.0 + offset)
}

#[test]
fn objects_that_link_to_each_other_are_changed_through_any_reference() {
    let arena = Arena::new(1 << 14);
    let (memory, home) = (arena.memory(), Home::new());
    let first = memory.place(at(0), node(1));
    let second = memory.place(at(64), node(2));
    first.next.set(home, Some(second));
    second.next.set(home, Some(first));
    let around = first
        .next
        .get(home)
        .and_then(|next| next.next.get(home))
        .expect("a ring");
    assert_eq!(around.value.replace(home, 3), 1);
    assert_eq!(first.value.get(home), 3);
    assert!(around == first && first != second);
    memory.retire(first);
    memory.retire(second);
}

#[test]
fn an_address_leads_back_to_the_object_and_to_its_physical_place() {
    let arena = Arena::new(1 << 14);
    let (memory, home) = (arena.memory(), Home::new());
    let object = memory.place(at(128), node(7));
    assert_eq!(memory.physical(object), at(128));
    let again = Ref::<Node>::from_address(object.address()).expect("aligned");
    assert_eq!(again.value.get(home), 7);
    let part = again.part(|node| &node.value);
    part.set(home, 8);
    assert_eq!(object.value.get(home), 8);
    assert!(Ref::<Node>::from_address(object.address() + 8).is_none());
    assert!(Ref::<Node>::from_address(0).is_none());
    memory.retire(object);
}

#[test]
fn memory_is_used_again_after_its_object_was_retired() {
    let arena = Arena::new(1 << 14);
    let (memory, home) = (arena.memory(), Home::new());
    for value in 0..3 {
        let object = memory.place(at(64), node(value));
        assert_eq!(object.value.get(home), value);
        memory.retire(object);
        memory.clear(at(0), 4096);
        assert_eq!(memory.page(at(0))[8].load(Relaxed), 0);
    }
}

#[test]
fn a_row_that_was_written_in_pieces_lives_as_a_whole() {
    let arena = Arena::new(1 << 14);
    let (memory, home) = (arena.memory(), Home::new());
    memory.fill(at(0), 3, || node(5));
    memory.fill(at(3 * 64), 5, || node(5));
    let first = memory.adopt::<Node>(at(0), 8);
    let last = Ref::<Node>::from_address(first.address() + 7 * 64).expect("aligned");
    first.next.set(home, Some(last));
    last.value.set(home, 6);
    let found = first.next.get(home).map(|node| node.value.get(home));
    assert_eq!(found, Some(6));
    memory.retire_row(first, 8);
    memory.clear(at(0), 4096);
}

#[test]
#[should_panic(expected = "was not filled with that")]
fn taking_over_what_was_cleared_after_it_was_written_is_noticed() {
    let arena = Arena::new(1 << 14);
    let memory = arena.memory();
    memory.fill(at(0), 8, || node(5));
    memory.clear(at(0), 4096);
    memory.adopt::<Node>(at(0), 8);
}

#[test]
#[should_panic(expected = "was not filled with that")]
fn taking_over_more_than_was_written_is_noticed() {
    let arena = Arena::new(1 << 14);
    let memory = arena.memory();
    memory.fill(at(0), 8, || node(5));
    memory.adopt::<Node>(at(0), 9);
}

#[test]
fn bytes_go_in_and_out_of_pages() {
    let arena = Arena::new(1 << 14);
    let memory = arena.memory();
    memory.clear(at(0), 8192);
    memory.write(at(4094), &[1, 2, 3, 4]);
    let mut out = [0; 6];
    memory.read(at(4093), &mut out);
    assert_eq!(out, [0, 1, 2, 3, 4, 0]);
    assert_eq!(memory.page(at(4096))[0].load(Relaxed), 0x0403);
}

#[test]
#[should_panic(expected = "where nothing lives")]
fn following_a_reference_to_a_retired_object_is_noticed() {
    let arena = Arena::new(1 << 14);
    let object = arena.memory().place(at(64), node(1));
    arena.memory().retire(object);
    let _ = object.value.get(Home::new());
}

#[test]
#[should_panic(expected = "is in use")]
fn placing_over_a_living_object_is_noticed() {
    let arena = Arena::new(1 << 14);
    arena.memory().place(at(64), node(1));
    arena.memory().place(at(64), node(2));
}

#[test]
#[should_panic(expected = "is in use")]
fn clearing_a_living_object_is_noticed() {
    let arena = Arena::new(1 << 14);
    arena.memory().place(at(64), node(1));
    arena.memory().clear(at(0), 4096);
}

// With loom's types it would have to be a model.
#[cfg(not(loom))]
#[test]
fn a_bell_that_its_own_core_has_rung_is_rung_by_nobody_else_until_it_is_answered() {
    let bell = crate::Bell::new();
    assert!(bell.ring());
    assert!(!bell.ring());
    bell.answer();
    assert!(bell.ring());
}
