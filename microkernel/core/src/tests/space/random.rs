//! Random mappings against a flat model.

use std::collections::{BTreeMap, BTreeSet};
use std::vec::Vec;

use proptest::prelude::*;
use weft_abi::cap::MemoryClass;
use weft_abi::{Kind, Refusal, Syscall};

use super::super::Fixture;
use super::{R, RW, RX};

const BASE: u64 = 0x100_0000_0000;
const LARGE: u64 = 1 << 21;
/// Slots: two spaces, two small frames and a large one, one copy of each, tables.
const SPACES: [u64; 2] = [100, 101];
const FRAMES: u64 = 110;
const COPIES: u64 = 3;
const TABLES: u64 = 120;
/// The memory of each frame.
const MEMORIES: u64 = 160;
const TABLE_COUNT: u64 = 8;

#[derive(Clone, Debug)]
enum Step {
    Map {
        frame: u64,
        space: usize,
        page: u64,
        flags: u64,
    },
    Unmap(u64),
    /// Frames in consecutive slots, one behind the other.
    MapMany {
        first: u64,
        count: u64,
        space: usize,
        page: u64,
        flags: u64,
    },
    UnmapMany {
        first: u64,
        count: u64,
    },
    /// Deletes a copy and makes it anew.
    Renew(u64),
    /// Revokes the memory of a frame, which takes it and its copy away wherever they are mapped, and makes both anew.
    Revoke(u64),
    Link {
        table: u64,
        space: usize,
        page: u64,
    },
    /// Deletes a table and makes it anew.
    Drop(u64),
    /// Destroys a space and makes it anew.
    Destroy(usize),
}

/// Small pages at the start and end of two ranges of 2 MiB.
fn address(page: u64) -> u64 {
    BASE + (page / 3) * LARGE + [0, 4096, LARGE - 4096][(page % 3) as usize]
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let flags = || prop_oneof![Just(R), Just(RW), Just(RX)];
    let step = prop_oneof![
        8 => (0..6_u64, 0..2_usize, 0..6_u64, flags())
            .prop_map(|(frame, space, page, flags)| Step::Map { frame, space, page, flags }),
        2 => (0..6_u64).prop_map(Step::Unmap),
        6 => (0..6_u64, 1..4_u64, 0..2_usize, 0..6_u64, flags()).prop_map(
            |(first, count, space, page, flags)| Step::MapMany { first, count, space, page, flags }
        ),
        2 => (0..6_u64, 1..4_u64).prop_map(|(first, count)| Step::UnmapMany { first, count }),
        1 => (0..3_u64).prop_map(Step::Renew),
        2 => (0..3_u64).prop_map(Step::Revoke),
        5 => (0..TABLE_COUNT, 0..2_usize, 0..6_u64)
            .prop_map(|(table, space, page)| Step::Link { table, space, page }),
        1 => (0..TABLE_COUNT).prop_map(Step::Drop),
        1 => (0..2_usize).prop_map(Step::Destroy),
    ];
    prop::collection::vec(step, 1..80)
}

/// A table that is linked: its space, its level, the first address it covers.
type Link = (usize, u8, u64);

#[derive(Default)]
struct Model {
    /// Space and first address of a page to frame number and flags.
    pages: BTreeMap<(usize, u64), (u64, u64)>,
    /// Where each frame capability was mapped last.
    words: BTreeMap<u64, (usize, u64)>,
    tables: BTreeMap<u64, Link>,
}

fn frame_of(capability: u64) -> u64 {
    capability % COPIES
}

fn bytes_of(frame: u64) -> u64 {
    if frame_of(frame) == 2 { LARGE } else { 4096 }
}

fn span(level: u8) -> u64 {
    1 << (12 + 9 * u32::from(level))
}

impl Model {
    fn missing(&self, space: usize, at: u64, lowest: u8) -> Option<u8> {
        let has = |level| {
            let first = at & !(span(level) - 1);
            self.tables
                .values()
                .any(|link| *link == (space, level, first))
        };
        (lowest..=3).rev().find(|level| !has(*level))
    }

    /// Whether the page that a capability was mapped at still is its frame.
    fn place(&self, capability: u64) -> Option<(usize, u64)> {
        let place = *self.words.get(&capability)?;
        let (frame, _) = self.pages.get(&place)?;
        (*frame == frame_of(capability)).then_some(place)
    }

    fn map(&mut self, capability: u64, space: usize, at: u64, flags: u64) -> Result<(), Refusal> {
        if let Some(place) = self.place(capability) {
            if place != (space, at) {
                return Err(Refusal::AlreadyMapped);
            }
            self.pages.insert(place, (frame_of(capability), flags));
            return Ok(());
        }
        let bytes = bytes_of(capability);
        if !at.is_multiple_of(bytes) {
            return Err(Refusal::OutOfRange);
        }
        let large = |(page, (frame, _)): (&(usize, u64), &(u64, u64))| {
            *page == (space, at & !(LARGE - 1)) && bytes_of(*frame) == LARGE
        };
        if self.pages.iter().any(large) {
            return Err(Refusal::AlreadyMapped);
        }
        let lowest = if bytes == LARGE { 2 } else { 1 };
        if self.missing(space, at, lowest).is_some() {
            return Err(Refusal::NoTable);
        }
        let table = self.tables.values().any(|link| *link == (space, 1, at));
        if self.pages.contains_key(&(space, at)) || (bytes == LARGE && table) {
            return Err(Refusal::AlreadyMapped);
        }
        self.pages
            .insert((space, at), (frame_of(capability), flags));
        self.words.insert(capability, (space, at));
        Ok(())
    }

    fn unmap(&mut self, capability: u64) -> Result<(), Refusal> {
        let place = self.place(capability);
        self.words.remove(&capability);
        self.pages.remove(&place.ok_or(Refusal::NotMapped)?);
        Ok(())
    }

    /// How many of consecutive capabilities take part before one is refused; its refusal if that is the first.
    fn many(
        &mut self,
        (first, count): (u64, u64),
        mut act: impl FnMut(&mut Self, u64) -> Result<(), Refusal>,
    ) -> Result<u64, Refusal> {
        for done in 0..count {
            if let Err(refusal) = act(self, first + done) {
                return if done == 0 { Err(refusal) } else { Ok(done) };
            }
        }
        Ok(count)
    }

    fn link(&mut self, table: u64, space: usize, at: u64) -> Result<(), Refusal> {
        let covered = self.pages.get(&(space, at & !(LARGE - 1)));
        let covered = covered.is_some_and(|(frame, _)| bytes_of(*frame) == LARGE);
        if self.tables.contains_key(&table) || covered {
            return Err(Refusal::AlreadyMapped);
        }
        let level = self.missing(space, at, 1).ok_or(Refusal::AlreadyMapped)?;
        self.tables
            .insert(table, (space, level, at & !(span(level) - 1)));
        Ok(())
    }

    fn drop_table(&mut self, table: u64) {
        let Some((space, level, first)) = self.tables.remove(&table) else {
            return;
        };
        let covers = |at: u64| at & !(span(level) - 1) == first;
        self.pages
            .retain(|(other, at), _| *other != space || !covers(*at));
        self.tables
            .retain(|_, (other, below, at)| *other != space || *below > level || !covers(*at));
    }

    fn destroy(&mut self, space: usize) {
        self.pages.retain(|(other, _), _| *other != space);
        self.tables.retain(|_, (other, _, _)| *other != space);
        self.words.retain(|_, (other, _)| *other != space);
    }
}

struct World {
    machine: Fixture,
    untyped: [u64; 3],
    physical: Vec<u64>,
    model: Model,
}

impl World {
    /// Spaces and tables each have an untyped of their own, so that they can be made again and again.
    fn new() -> Self {
        let mut machine = Fixture::new();
        let ram = machine.untyped(MemoryClass::Ram);
        for frame in [2, 0, 1] {
            let bits = bytes_of(frame).ilog2().into();
            machine
                .make(ram, Kind::Untyped, bits, MEMORIES + frame, 1)
                .expect("memory");
            machine
                .make(MEMORIES + frame, Kind::Frame, bits, FRAMES + frame, 1)
                .expect("memory");
        }
        let mut world = Self {
            physical: (0..3)
                .map(|n| {
                    machine
                        .call(Syscall::FrameInfo, &[FRAMES + n])
                        .expect("a frame")[1]
                })
                .collect(),
            machine,
            untyped: [ram; 3],
            model: Model::default(),
        };
        (0..3).for_each(|copy| world.copy(copy));
        for (number, space) in SPACES.into_iter().enumerate() {
            world.own(140 + number as u64, 13);
            world.remake(140 + number as u64, Kind::AddressSpace, space);
        }
        for table in 0..TABLE_COUNT {
            world.own(150 + table, 12);
            world.remake(150 + table, Kind::PageTable, TABLES + table);
        }
        world
    }

    fn own(&mut self, slot: u64, size: u64) {
        self.machine
            .make(self.untyped[0], Kind::Untyped, size, slot, 1)
            .expect("memory");
    }

    fn remake(&mut self, untyped: u64, kind: Kind, slot: u64) {
        self.machine
            .call(Syscall::CNodeDelete, &[1, slot])
            .expect("deleted");
        self.machine
            .make(untyped, kind, 0, slot, 1)
            .expect("its memory is free");
    }

    fn copy(&mut self, frame: u64) {
        let to = FRAMES + COPIES + frame;
        self.machine
            .call(Syscall::CNodeDelete, &[1, to])
            .expect("deleted");
        self.machine
            .call(Syscall::CNodeCopy, &[1, to, 1, FRAMES + frame, 31])
            .expect("copied");
    }

    fn map_many(&mut self, run: (u64, u64), space: usize, at: u64, flags: u64) {
        let arguments = [SPACES[space], FRAMES + run.0, at, flags, run.1, 0];
        let real = self.machine.call(Syscall::SpaceMapMany, &arguments);
        let expected = self.model.many(run, |model, frame| {
            let at = at + (frame - run.0) * bytes_of(run.0);
            // Behind the last frame are slots that hold none.
            let known = frame < 2 * COPIES;
            let alike = bytes_of(frame) == bytes_of(run.0);
            (known && alike)
                .then_some(())
                .ok_or(Refusal::NoCapability)
                .and_then(|()| model.map(frame, space, at, flags))
        });
        assert_eq!(real.map(|results| results[1]), expected, "{run:?} {at:#x}");
    }

    fn unmap_many(&mut self, run: (u64, u64)) {
        let arguments = [FRAMES + run.0, run.1, 0];
        let real = self.machine.call(Syscall::SpaceUnmapMany, &arguments);
        let expected = self.model.many(run, |model, frame| model.unmap(frame));
        assert_eq!(real.map(|results| results[1]), expected, "{run:?}");
    }

    fn revoke(&mut self, frame: u64) {
        for capability in [frame, COPIES + frame] {
            let _ = self.model.unmap(capability);
        }
        let memory = MEMORIES + frame;
        self.machine
            .call(Syscall::CNodeRevoke, &[1, memory])
            .expect("revoked");
        let bits = bytes_of(frame).ilog2().into();
        self.machine
            .make(memory, Kind::Frame, bits, FRAMES + frame, 1)
            .expect("its memory is free");
        self.copy(frame);
    }

    fn step(&mut self, step: &Step) {
        match *step {
            Step::Map {
                frame,
                space,
                page,
                flags,
            } => {
                let at = address(page);
                let arguments = [SPACES[space], FRAMES + frame, at, flags];
                let real = self.machine.call(Syscall::SpaceMap, &arguments).map(|_| ());
                assert_eq!(real, self.model.map(frame, space, at, flags), "{step:?}");
            }
            Step::Unmap(frame) => {
                let real = self
                    .machine
                    .call(Syscall::SpaceUnmap, &[FRAMES + frame])
                    .map(|_| ());
                assert_eq!(real, self.model.unmap(frame), "{step:?}");
            }
            Step::MapMany {
                first,
                count,
                space,
                page,
                flags,
            } => self.map_many((first, count), space, address(page), flags),
            Step::UnmapMany { first, count } => self.unmap_many((first, count)),
            Step::Renew(frame) => {
                let _ = self.model.unmap(COPIES + frame);
                self.copy(frame);
            }
            Step::Revoke(frame) => self.revoke(frame),
            Step::Link { table, space, page } => {
                let at = address(page);
                let arguments = [SPACES[space], TABLES + table, at];
                let real = self
                    .machine
                    .call(Syscall::SpaceMapTable, &arguments)
                    .map(|_| ());
                assert_eq!(real, self.model.link(table, space, at), "{step:?}");
            }
            Step::Drop(table) => {
                self.remake(150 + table, Kind::PageTable, TABLES + table);
                self.model.drop_table(table);
            }
            Step::Destroy(space) => {
                self.remake(140 + space as u64, Kind::AddressSpace, SPACES[space]);
                self.model.destroy(space);
            }
        }
    }

    fn compare(&mut self) {
        for (space, slot) in SPACES.into_iter().enumerate() {
            for at in (0..10).map(address).collect::<BTreeSet<_>>() {
                let small = self.model.pages.get(&(space, at));
                let large = self.model.pages.get(&(space, at & !(LARGE - 1)));
                let large = large.filter(|(frame, _)| bytes_of(*frame) == LARGE);
                let expected = small.or(large).map(|(frame, flags)| {
                    let inside = at & (bytes_of(*frame) - 1);
                    (
                        self.physical[*frame as usize] + inside,
                        *flags == RW,
                        *flags == RX,
                    )
                });
                assert_eq!(self.machine.look(slot, at), expected, "{space} {at:#x}");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_a_thread_sees_follows_the_flat_model(steps in steps(), interrupts in 0..3_u32) {
        let mut world = World::new();
        if interrupts > 0 {
            world.machine.interrupt_every(interrupts);
        }
        for step in &steps {
            world.step(step);
            world.compare();
        }
    }
}
