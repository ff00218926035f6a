//! Stretches, told by hand what the guest does.

use super::*;
use crate::vector::Kind;

const KERNEL: u64 = 0xffff_ffff_8000_0000;

struct Story {
    stretch: Stretch,
    root: u64,
}

impl Story {
    fn new() -> Self {
        Self {
            stretch: Stretch::default(),
            root: 1,
        }
    }

    fn start(&mut self, address: u64, class: Class, memory: Memory) {
        let instruction = Instruction {
            address,
            memory: address,
            bytes: vec![0; 4],
        };
        let index = Index(usize::try_from(address & 0xffff).expect("small"));
        self.stretch
            .start(index, &instruction, (class, memory), self.root);
    }

    fn access(&mut self, kind: Kind, physical: u64, bytes: u64) {
        self.stretch.access(&Access {
            kind,
            physical,
            bytes,
            target: Target::Memory,
        });
    }
}

#[test]
fn an_empty_stretch_counts_nothing() {
    let counts = Stretch::default().finish();
    assert_eq!(counts.total, Vector::default());
    assert!(counts.spaces.is_empty());
}

#[test]
fn the_last_instruction_counts() {
    let mut story = Story::new();
    story.start(0, Class::Plain, Memory::Unknown);
    story.start(4, Class::Fence, Memory::Unknown);
    let total = story.stretch.finish().total;
    assert_eq!(
        (total.instructions, total.fences, total.code_lines),
        (2, 1, 1)
    );
}

#[test]
fn an_access_before_the_first_instruction_is_nobodys() {
    let mut story = Story::new();
    story.access(Kind::Load, 0, 8);
    assert_eq!(story.stretch.finish().total, Vector::default());
}

#[test]
fn an_instruction_that_faults_counts_once() {
    let mut story = Story::new();
    story.start(0, Class::Plain, Memory::Always);
    story.start(KERNEL, Class::Plain, Memory::Unknown);
    story.start(0, Class::Plain, Memory::Always);
    story.access(Kind::Load, 0x1000, 8);
    let counts = story.stretch.finish();
    assert_eq!((counts.total.instructions, counts.total.faulted), (2, 1));
    assert_eq!(
        (counts.user.instructions, counts.kernel.instructions),
        (1, 1)
    );
}

#[test]
fn lines_of_both_sides_are_counted_once_in_the_total() {
    let mut story = Story::new();
    story.start(0, Class::Plain, Memory::Always);
    story.access(Kind::Store, 0x103c, 8);
    story.start(KERNEL, Class::Plain, Memory::Always);
    story.access(Kind::Load, 0x1040, 8);
    let counts = story.stretch.finish();
    assert_eq!((counts.user.data_lines, counts.kernel.data_lines), (2, 1));
    assert_eq!((counts.total.data_lines, counts.total.code_lines), (2, 2));
}

#[test]
fn devices_have_no_lines() {
    let mut story = Story::new();
    story.start(0, Class::Plain, Memory::Always);
    story.stretch.access(&Access {
        kind: Kind::Store,
        physical: 0xfee0_0000,
        bytes: 4,
        target: Target::Device,
    });
    let total = story.stretch.finish().total;
    assert_eq!((total.stores, total.device, total.data_lines), (1, 1, 0));
}

#[test]
fn address_spaces_and_places_are_told_apart() {
    let mut story = Story::new();
    story.start(0, Class::Plain, Memory::Unknown);
    story.start(0, Class::Plain, Memory::Unknown);
    story.root = 2;
    story.start(0, Class::Plain, Memory::Unknown);
    let counts = story.stretch.finish();
    assert_eq!(counts.spaces, BTreeMap::from([(1, 2), (2, 1)]));
    assert_eq!(counts.places[&(1, Index(0))], 2);
    assert_eq!(counts.places[&(2, Index(0))], 1);
}
