//! Random system calls on capabilities, interrupted at random, against the model.

use std::collections::{BTreeMap, BTreeSet};
use std::vec::Vec;

use proptest::prelude::*;
use weft_abi::cap::MemoryClass;
use weft_abi::{CPtr, Kind, Refusal, Rights, Syscall};

use super::super::{Answer, Fixture};
use super::model::{Cap, Model, Place, ROOT, SLOTS};
use crate::object::SlotRef;

/// The first of the slots of root's CNode that take part.
const FIRST: u64 = 2000;
/// How many take part.
const WIDTH: u64 = 12;
/// log2 of the memory that is shared out.
const MEMORY: u8 = 15;

/// A slot, chosen among those that exist: which CNode, which index.
type Pick = (u8, u8);

#[derive(Clone, Debug)]
enum Step {
    Retype {
        from: Pick,
        kind: u8,
        to: Pick,
        count: u8,
    },
    Copy {
        from: Pick,
        to: Pick,
        rights: u8,
    },
    Mint {
        from: Pick,
        to: Pick,
        badge: u8,
    },
    /// Gives an endpoint a badge.
    Open {
        from: Pick,
        to: Pick,
        rights: u8,
    },
    /// Copies a session, or deletes a copy.
    Share {
        from: Pick,
        to: Pick,
    },
    Leave(Pick),
    /// Revokes a session.
    Cut(Pick),
    Move {
        from: Pick,
        to: Pick,
    },
    Delete(Pick),
    Revoke(Pick),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let pick = || (0..4_u8, any::<u8>());
    let step = prop_oneof![
        4 => (pick(), 0..5_u8, pick(), 1..4_u8)
            .prop_map(|(from, kind, to, count)| Step::Retype { from, kind, to, count }),
        4 => (pick(), pick(), 0..4_u8)
            .prop_map(|(from, to, rights)| Step::Copy { from, to, rights }),
        2 => (pick(), pick(), 0..3_u8)
            .prop_map(|(from, to, badge)| Step::Mint { from, to, badge }),
        3 => (pick(), pick(), 0..4_u8)
            .prop_map(|(from, to, rights)| Step::Open { from, to, rights }),
        3 => (pick(), pick()).prop_map(|(from, to)| Step::Share { from, to }),
        3 => pick().prop_map(Step::Leave),
        3 => pick().prop_map(Step::Cut),
        4 => (pick(), pick()).prop_map(|(from, to)| Step::Move { from, to }),
        3 => pick().prop_map(Step::Delete),
        2 => pick().prop_map(Step::Revoke),
    ];
    prop::collection::vec(step, 1..60)
}

/// Kind, `size` argument, log2 of the bytes.
fn kind_of(number: u8) -> (Kind, u64, u8) {
    match number {
        0 => (Kind::CNode, 3, 9),
        1 => (Kind::Endpoint, 0, crate::object::size::ENDPOINT),
        2 => (Kind::Untyped, 12, 12),
        3 => (Kind::Frame, 12, 12),
        _ => (Kind::Notification, 0, crate::object::size::NOTIFICATION),
    }
}

fn rights_of(number: u8) -> Rights {
    match number {
        0 | 1 => Rights::all(),
        2 => Rights::READ,
        _ => Rights::READ | Rights::WRITE | Rights::GRANT,
    }
}

struct World {
    machine: Fixture,
    model: Model,
}

/// A chosen slot: the pointer to its CNode, its index, and what the model calls it.
#[derive(Clone, Copy)]
struct Chosen {
    cnode: u64,
    rights: Rights,
    index: u64,
    place: Place,
}

impl World {
    fn new() -> Self {
        let mut machine = Fixture::new();
        let untyped = machine.untyped(MemoryClass::Ram);
        machine
            .make(untyped, Kind::Untyped, MEMORY.into(), FIRST, 1)
            .expect("memory for the test");
        Self {
            machine,
            model: Model::new(MEMORY, (ROOT, FIRST)),
        }
    }

    /// The CNodes that root can name: pointer, rights, number. The first is its own.
    fn named(&self) -> Vec<(u64, Rights, usize)> {
        let inside = self.model.caps.values().filter(|cap| cap.place.0 == ROOT);
        let cnodes = inside.filter(|cap| cap.kind == Kind::CNode);
        let cnodes = cnodes.map(|cap| (cap.place.1, cap.rights, cap.object));
        [(1, Rights::all(), ROOT)]
            .into_iter()
            .chain(cnodes)
            .collect()
    }

    /// Any slot that root can name.
    fn choose(&self, pick: Pick) -> Chosen {
        let named = self.named();
        let (cnode, rights, object) = named[usize::from(pick.0) % named.len()];
        let index = match object {
            ROOT => FIRST + u64::from(pick.1) % WIDTH,
            _ => 1 + u64::from(pick.1) % (SLOTS - 1),
        };
        Chosen {
            cnode,
            rights,
            index,
            place: (object, index),
        }
    }

    /// Mostly a slot that holds something.
    fn choose_used(&self, pick: Pick) -> Chosen {
        if pick.0 == 0 {
            return self.choose(pick);
        }
        self.choose_such(pick, |_| true)
    }

    /// A slot that holds such a capability, if there is one.
    fn choose_such(&self, pick: Pick, such: impl Fn(&Cap) -> bool) -> Chosen {
        let mut all = Vec::new();
        for (cnode, rights, object) in self.named() {
            let inside = self.model.caps.values().filter(|cap| cap.place.0 == object);
            let inside = inside.filter(|cap| such(cap));
            let slot = |index| Chosen {
                cnode,
                rights,
                index,
                place: (object, index),
            };
            all.extend(inside.map(|cap| slot(cap.place.1)));
        }
        all.get(usize::from(pick.1) % all.len().max(1))
            .copied()
            .unwrap_or_else(|| self.choose(pick))
    }

    /// Mostly an untyped in root's CNode.
    fn choose_untyped(&self, pick: Pick) -> u64 {
        let inside = self.model.caps.values().filter(|cap| cap.place.0 == ROOT);
        let untyped = inside.filter(|cap| cap.kind == Kind::Untyped || pick.0 == 0);
        let all: Vec<u64> = untyped.map(|cap| cap.place.1).collect();
        all.get(usize::from(pick.1) % all.len().max(1))
            .copied()
            .unwrap_or(FIRST)
    }

    fn used(&self, slot: Chosen) -> Result<usize, Refusal> {
        if !slot.rights.contains(Rights::WRITE) {
            return Err(Refusal::NotPermitted);
        }
        self.model.at(slot.place).ok_or(Refusal::NoCapability)
    }

    fn empty(&self, slot: Chosen) -> Result<(), Refusal> {
        if !slot.rights.contains(Rights::WRITE) {
            return Err(Refusal::NotPermitted);
        }
        self.model
            .at(slot.place)
            .map_or(Ok(()), |_| Err(Refusal::SlotOccupied))
    }

    fn step(&mut self, step: &Step) {
        let (real, expected) = match step {
            Step::Retype {
                from,
                kind,
                to,
                count,
            } => self.retype(*from, *kind, *to, *count),
            Step::Copy { from, to, rights } => {
                self.derive(self.choose_used(*from), *to, rights_of(*rights), None)
            }
            Step::Mint { from, to, badge } => {
                let from = self.choose_used(*from);
                self.derive(from, *to, Rights::all(), Some((*badge).into()))
            }
            Step::Open { from, to, rights } => {
                let plain = |cap: &Cap| cap.kind == Kind::Endpoint && cap.badge == 0;
                let from = self.choose_such(*from, plain);
                self.derive(from, *to, rights_of(*rights), Some(7))
            }
            Step::Share { from, to } => {
                let from = self.choose_such(*from, |cap| cap.session);
                self.derive(from, *to, Rights::all(), None)
            }
            Step::Leave(slot) => {
                let copy = |cap: &Cap| cap.badge != 0 && !cap.session;
                self.delete(self.choose_such(*slot, copy))
            }
            Step::Move { from, to } => self.relocate(*from, *to),
            Step::Delete(slot) => self.delete(self.choose_used(*slot)),
            Step::Revoke(slot) => self.revoke(self.choose_used(*slot)),
            Step::Cut(slot) => self.revoke(self.choose_such(*slot, |cap| cap.session)),
        };
        assert_eq!(real.map(|_| ()), expected, "{step:?}");
    }

    fn retype(
        &mut self,
        from: Pick,
        kind: u8,
        to: Pick,
        count: u8,
    ) -> (Answer, Result<(), Refusal>) {
        let (kind, size, log2) = kind_of(kind);
        let (from, to) = (self.choose_untyped(from), self.choose(to));
        let count = u64::from(count);
        let real = self.machine.call(
            Syscall::UntypedRetype,
            &[from, kind as u64, size, to.cnode, to.index, count],
        );
        let expected = self.retype_model(from, kind, log2, to, count);
        (real, expected)
    }

    fn retype_model(
        &mut self,
        from: u64,
        kind: Kind,
        log2: u8,
        to: Chosen,
        count: u64,
    ) -> Result<(), Refusal> {
        let from = self.model.at((ROOT, from)).ok_or(Refusal::NoCapability)?;
        if self.model.caps[&from].kind != Kind::Untyped {
            return Err(Refusal::WrongKind);
        }
        if !to.rights.contains(Rights::WRITE) {
            return Err(Refusal::NotPermitted);
        }
        let places: Vec<Place> = (0..count).map(|n| (to.place.0, to.place.1 + n)).collect();
        if places
            .iter()
            .any(|place| place.0 != ROOT && place.1 >= SLOTS)
        {
            return Err(Refusal::OutOfRange);
        }
        for place in &places {
            if self.model.at(*place).is_some() {
                return Err(Refusal::SlotOccupied);
            }
        }
        self.model.retype(from, kind, log2, &places)
    }

    fn derive(
        &mut self,
        from: Chosen,
        to: Pick,
        rights: Rights,
        badge: Option<u64>,
    ) -> (Answer, Result<(), Refusal>) {
        let to = self.choose(to);
        let call = if badge.is_some() {
            Syscall::CNodeMint
        } else {
            Syscall::CNodeCopy
        };
        let arguments = [
            to.cnode,
            to.index,
            from.cnode,
            from.index,
            rights.bits().into(),
        ];
        let arguments: Vec<_> = arguments.into_iter().chain(badge).collect();
        let real = self.machine.call(call, &arguments);
        let expected = self
            .empty(to)
            .and_then(|()| self.used(from))
            .and_then(|number| self.model.derive(number, to.place, rights, badge));
        (real, expected)
    }

    fn relocate(&mut self, from: Pick, to: Pick) -> (Answer, Result<(), Refusal>) {
        let (from, to) = (self.choose_used(from), self.choose(to));
        let arguments = [to.cnode, to.index, from.cnode, from.index];
        let real = self.machine.call(Syscall::CNodeMove, &arguments);
        let expected = self.empty(to).and_then(|()| self.used(from)).map(|number| {
            self.model.caps.get_mut(&number).expect("a number").place = to.place;
        });
        (real, expected)
    }

    fn delete(&mut self, slot: Chosen) -> (Answer, Result<(), Refusal>) {
        let real = self
            .machine
            .call(Syscall::CNodeDelete, &[slot.cnode, slot.index]);
        let expected = match self.used(slot) {
            Ok(number) => {
                let doomed = self.model.doomed_by_delete(number);
                self.model.kill(&doomed);
                Ok(())
            }
            Err(Refusal::NoCapability) => Ok(()),
            Err(refusal) => Err(refusal),
        };
        // The call cannot be repeated to its end once the way to the slot is gone; the next one finishes.
        if real.is_err() && expected.is_ok() {
            return (
                self.machine.call(Syscall::CNodeDelete, &[1, FIRST + WIDTH]),
                expected,
            );
        }
        (real, expected)
    }

    /// Revoking a capability that would die by it is order-dependent, and left to the chosen cases.
    fn revoke(&mut self, slot: Chosen) -> (Answer, Result<(), Refusal>) {
        let doomed = match self.used(slot) {
            Err(refusal) => {
                return (
                    self.machine
                        .call(Syscall::CNodeRevoke, &[slot.cnode, slot.index]),
                    Err(refusal),
                );
            }
            Ok(number) => self.model.doomed_by_revoke(number),
        };
        let way = self.model.at((ROOT, slot.cnode));
        let itself = self.model.at(slot.place);
        let touched = way
            .into_iter()
            .chain(itself)
            .any(|number| doomed.contains(&number));
        if touched {
            return (self.machine.call(Syscall::Null, &[]), Ok(()));
        }
        let real = self
            .machine
            .call(Syscall::CNodeRevoke, &[slot.cnode, slot.index]);
        self.model.kill(&doomed);
        (real, Ok(()))
    }

    /// Address of slot 0 of every CNode that the model knows.
    fn cnodes(&self) -> BTreeMap<usize, SlotRef> {
        let mut found = BTreeMap::from([(ROOT, self.machine.slot(1))]);
        loop {
            let before = found.len();
            for cap in self
                .model
                .caps
                .values()
                .filter(|cap| cap.kind == Kind::CNode)
            {
                if let Some(slot) = self.resolve(&found, cap.place) {
                    found.insert(cap.object, slot);
                }
            }
            if found.len() == before {
                return found;
            }
        }
    }

    fn resolve(&self, cnodes: &BTreeMap<usize, SlotRef>, place: Place) -> Option<SlotRef> {
        self.machine
            .core
            .slot_of(cnodes.get(&place.0)?, CPtr(place.1 as u32))
    }

    /// The model and the kernel agree on every slot: what is there, and what was derived from it.
    fn compare(&self) {
        let cnodes = self.cnodes();
        let home = self.machine.core.home();
        let mut objects = BTreeMap::new();
        for (number, cap) in &self.model.caps {
            // A CNode that only holds itself is out of reach: nobody can look.
            let Some(slot) = self.resolve(&cnodes, cap.place) else {
                continue;
            };
            let tag = slot.tag.get(home);
            let seen = (tag.kind(), tag.rights(), tag.is_original());
            assert_eq!(seen, (Some(cap.kind), cap.rights, cap.original), "{cap:?}");
            let told = (tag.is_session(), tag.is_untold());
            assert_eq!(told, (cap.session, cap.untold), "{cap:?}");
            let address = *objects.entry(cap.object).or_insert(slot.object.get(home));
            assert_eq!(address, slot.object.get(home));
            let expected = self.model.children(*number);
            let reach = |n: &usize| self.resolve(&cnodes, self.model.caps[n].place);
            let all: Option<BTreeSet<u64>> = expected
                .iter()
                .map(|n| reach(n).map(|slot| slot.address()))
                .collect();
            if let Some(all) = all {
                assert_eq!(children(&self.machine, slot), all, "{cap:?}");
            }
        }
        for index in FIRST..FIRST + WIDTH {
            let there = self.model.at((ROOT, index)).is_some();
            assert_eq!(
                !self.machine.slot(index).is_empty(home),
                there,
                "slot {index}"
            );
        }
    }
}

fn children(machine: &Fixture, slot: SlotRef) -> BTreeSet<u64> {
    let home = machine.core.home();
    let mut found = BTreeSet::new();
    let has_links = !slot.tag.get(home).is_untold();
    let mut child = slot.child.get(home).filter(|_| has_links);
    while let Some(here) = child.filter(|here| !found.contains(&here.address())) {
        found.insert(here.address());
        child = here.next.get(home);
    }
    found
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn capabilities_follow_the_naive_model(steps in steps(), interrupts in 0..4_u32) {
        let mut world = World::new();
        if interrupts > 0 {
            world.machine.interrupt_every(interrupts);
        }
        for step in &steps {
            world.step(step);
            world.compare();
        }
        world.machine.check_invariants();
    }
}
