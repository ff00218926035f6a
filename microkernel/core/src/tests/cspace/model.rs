//! What capabilities mean, said as plainly as possible: a table of capabilities, each with its parent; whoever dies
//! is found by looking at all of them again and again.

use std::collections::{BTreeMap, BTreeSet};
use std::vec::Vec;

use weft_abi::{Kind, Refusal, Rights};

/// A slot: number of the CNode object, index.
pub(super) type Place = (usize, u64);

/// A capability.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Cap {
    pub(super) object: usize,
    pub(super) kind: Kind,
    pub(super) rights: Rights,
    pub(super) original: bool,
    pub(super) badge: u64,
    pub(super) parent: Option<usize>,
    pub(super) place: Place,
    /// Whether its server is told when its last copy goes.
    pub(super) session: bool,
    /// Whether the server is still to be told; nobody ever receives here.
    pub(super) untold: bool,
}

/// Memory of an untyped: log2 of its size, bytes used.
#[derive(Clone, Copy, Debug)]
struct Memory {
    size: u8,
    used: u64,
}

/// All capabilities, by number.
#[derive(Default)]
pub(super) struct Model {
    pub(super) caps: BTreeMap<usize, Cap>,
    memory: BTreeMap<usize, Memory>,
    next: usize,
}

/// Number of root's CNode, which is not itself part of the model.
pub(super) const ROOT: usize = usize::MAX;
/// Slots of every other CNode.
pub(super) const SLOTS: u64 = 8;

impl Model {
    /// One untyped of 2^`size` bytes.
    pub(super) fn new(size: u8, place: Place) -> Self {
        let mut model = Self::default();
        model.memory.insert(0, Memory { size, used: 0 });
        model.add(Cap {
            object: 0,
            kind: Kind::Untyped,
            rights: Rights::all(),
            original: true,
            badge: 0,
            parent: None,
            place,
            session: false,
            untold: false,
        });
        model
    }

    fn add(&mut self, cap: Cap) {
        self.caps.insert(self.next, cap);
        self.next += 1;
    }

    /// The capability in a slot.
    pub(super) fn at(&self, place: Place) -> Option<usize> {
        self.caps
            .iter()
            .find(|(_, cap)| cap.place == place)
            .map(|(number, _)| *number)
    }

    /// Those derived directly from a capability.
    pub(super) fn children(&self, parent: usize) -> Vec<usize> {
        let derived = self
            .caps
            .iter()
            .filter(|(_, cap)| cap.parent == Some(parent));
        derived.map(|(number, _)| *number).collect()
    }

    fn descends(&self, number: usize, from: usize) -> bool {
        let mut parent = self.caps[&number].parent;
        while let Some(number) = parent {
            if number == from {
                return true;
            }
            parent = self.caps[&number].parent;
        }
        false
    }

    /// Everything that dies when these do.
    fn closure(&self, first: BTreeSet<usize>) -> BTreeSet<usize> {
        let mut dead = first;
        loop {
            let before = dead.len();
            for number in dead.clone() {
                let cap = self.caps[&number];
                if !cap.original || cap.kind == Kind::Untyped {
                    continue;
                }
                let inside = |other: &Cap| cap.kind == Kind::CNode && other.place.0 == cap.object;
                let found = self
                    .caps
                    .iter()
                    .filter(|(other, it)| self.descends(**other, number) || inside(it));
                dead.extend(found.map(|(other, _)| *other));
            }
            if dead.len() == before {
                return dead;
            }
        }
    }

    /// Removes capabilities; those who lived below them go to the nearest living ancestor.
    fn bury(&mut self, dead: &BTreeSet<usize>) {
        let numbers: Vec<_> = self.caps.keys().copied().collect();
        for number in numbers {
            let mut parent = self.caps[&number].parent;
            while let Some(above) = parent.filter(|above| dead.contains(above)) {
                parent = self.caps[&above].parent;
            }
            self.caps.get_mut(&number).expect("a number").parent = parent;
        }
        self.caps.retain(|number, _| !dead.contains(number));
    }

    /// Who dies by a deletion.
    pub(super) fn doomed_by_delete(&self, number: usize) -> BTreeSet<usize> {
        self.closure(BTreeSet::from([number]))
    }

    /// Who dies by a revocation.
    pub(super) fn doomed_by_revoke(&self, number: usize) -> BTreeSet<usize> {
        let below = self
            .caps
            .keys()
            .copied()
            .filter(|other| self.descends(*other, number));
        self.closure(below.collect())
    }

    pub(super) fn kill(&mut self, doomed: &BTreeSet<usize>) {
        let sessions = self.caps.iter().filter(|(_, cap)| cap.session);
        let sessions = sessions.map(|(number, _)| *number);
        let given: Vec<_> = sessions
            .filter(|number| !self.children(*number).is_empty())
            .collect();
        self.bury(doomed);
        for number in given {
            let is_alone = self.children(number).is_empty();
            if let Some(cap) = self.caps.get_mut(&number) {
                cap.untold |= is_alone;
            }
        }
    }

    /// Copies or mints; the destination exists and is empty.
    pub(super) fn derive(
        &mut self,
        from: usize,
        to: Place,
        rights: Rights,
        badge: Option<u64>,
    ) -> Result<(), Refusal> {
        let source = self.caps[&from];
        if source.kind == Kind::Untyped || source.kind == Kind::PageTable {
            return Err(Refusal::WrongKind);
        }
        let minted = badge.is_some();
        let badge = match badge {
            None => source.badge,
            Some(_) if !matches!(source.kind, Kind::Endpoint | Kind::Notification) => {
                return Err(Refusal::WrongKind);
            }
            Some(0) => return Err(Refusal::InvalidArgument),
            Some(_) if source.badge != 0 => return Err(Refusal::AlreadyBadged),
            Some(badge) => badge,
        };
        let rights = source.rights & rights;
        let is_sender = source.kind == Kind::Endpoint && rights.contains(Rights::WRITE);
        if let Some(source) = self.caps.get_mut(&from) {
            source.untold = false;
        }
        self.add(Cap {
            rights,
            original: false,
            badge,
            parent: Some(from),
            place: to,
            session: minted && is_sender,
            untold: false,
            ..source
        });
        Ok(())
    }

    /// Makes objects of 2^`size` bytes; the destinations exist and are empty.
    pub(super) fn retype(
        &mut self,
        untyped: usize,
        kind: Kind,
        size: u8,
        to: &[Place],
    ) -> Result<(), Refusal> {
        let fresh = self.children(untyped).is_empty();
        let object = self.caps[&untyped].object;
        let memory = self.memory.get_mut(&object).expect("an untyped");
        if fresh {
            memory.used = 0;
        }
        let bytes = 1_u64 << size;
        let end = memory.used.div_ceil(bytes) * bytes + bytes * to.len() as u64;
        if end > 1 << memory.size {
            return Err(Refusal::NoMemory);
        }
        memory.used = end;
        for place in to {
            let object = self.next;
            if kind == Kind::Untyped {
                self.memory.insert(object, Memory { size, used: 0 });
            }
            let rights = Rights::all();
            let parent = Some(untyped);
            self.add(Cap {
                object,
                kind,
                rights,
                original: true,
                badge: 0,
                parent,
                place: *place,
                session: false,
                untold: false,
            });
        }
        Ok(())
    }
}
