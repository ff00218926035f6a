//! The live distribution of capabilities against the specification: nothing more, nothing less.

use core::fmt;

use weft_abi::{Kind, Rights};

use crate::{Expected, Presence, Slot};

/// A capability as the kernel reports it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Live {
    /// Of which kind.
    pub kind: Kind,
    /// With which rights.
    pub rights: Rights,
    /// With which badge.
    pub badge: u64,
}

/// A slot that is not as the specification says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mismatch {
    /// Which slot.
    pub slot: Slot,
    /// What should be there.
    pub expected: Option<Expected>,
    /// What is there.
    pub live: Option<Live>,
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "slot {}: ", self.slot.0)?;
        match self.expected {
            Some(e) => write!(
                f,
                "specified {:?} rights {:#x} badge {:#x}",
                e.kind,
                e.rights.bits(),
                e.badge
            )?,
            None => f.write_str("specified empty")?,
        }
        match self.live {
            Some(l) => write!(
                f,
                ", found {:?} rights {:#x} badge {:#x}",
                l.kind,
                l.rights.bits(),
                l.badge
            ),
            None => f.write_str(", found empty"),
        }
    }
}

/// Walks slots `1..slots` and reports each difference to `report`; returns how many capabilities agree.
/// `expected` is in ascending order of slots; `live` tells what a slot holds.
pub fn compare(
    expected: &[Expected],
    slots: u32,
    mut live: impl FnMut(Slot) -> Option<Live>,
    mut report: impl FnMut(Mismatch),
) -> usize {
    let mut wanted = expected.iter().copied().peekable();
    let mut agreed = 0;
    for slot in (1..slots).map(Slot) {
        let expected = wanted.next_if(|next| next.slot == slot);
        match (expected, live(slot)) {
            (None, None) => {}
            (Some(e), None) if e.presence == Presence::Allowed => {}
            (Some(e), Some(l)) if agrees(&e, &l) => agreed += 1,
            (expected, live) => report(Mismatch {
                slot,
                expected,
                live,
            }),
        }
    }
    wanted.for_each(|e| {
        report(Mismatch {
            slot: e.slot,
            expected: Some(e),
            live: None,
        })
    });
    agreed
}

/// Tells in one look a slot whether a CNode holds exactly what is expected, given how many slots the kernel says
/// are used: all that is expected is there, and as many are used as were found. Gives that number; on `None`
/// [`compare`] says what differs.
pub fn holds_exactly(
    expected: &[Expected],
    used: u64,
    mut live: impl FnMut(Slot) -> Option<Live>,
) -> Option<usize> {
    let mut found = 0;
    for expected in expected {
        match live(expected.slot) {
            Some(live) if agrees(expected, &live) => found += 1,
            None if expected.presence == Presence::Allowed => {}
            _ => return None,
        }
    }
    (found as u64 == used).then_some(found)
}

fn agrees(expected: &Expected, live: &Live) -> bool {
    expected.kind == live.kind && expected.rights == live.rights && expected.badge == live.badge
}

#[cfg(test)]
mod tests {
    use alloc::{vec, vec::Vec};

    use super::*;

    const LOG: Live = Live {
        kind: Kind::Log,
        rights: Rights::WRITE,
        badge: 0,
    };

    fn expected(slot: u32, presence: Presence) -> Expected {
        Expected {
            slot: Slot(slot),
            kind: Kind::Log,
            rights: Rights::WRITE,
            badge: 0,
            presence,
        }
    }

    fn differences(expected: &[Expected], held: &[(u32, Live)]) -> Vec<u32> {
        let mut found = vec![];
        let live = |slot: Slot| {
            held.iter()
                .find(|(at, _)| *at == slot.0)
                .map(|(_, live)| *live)
        };
        compare(expected, 16, live, |mismatch| found.push(mismatch.slot.0));
        found
    }

    #[test]
    fn equal_distributions_have_no_difference() {
        assert!(differences(&[expected(3, Presence::Required)], &[(3, LOG)]).is_empty());
    }

    #[test]
    fn a_capability_too_many_is_reported() {
        assert_eq!(
            differences(&[expected(3, Presence::Required)], &[(3, LOG), (7, LOG)]),
            [7]
        );
    }

    #[test]
    fn a_missing_capability_is_reported_unless_it_is_only_allowed() {
        assert_eq!(differences(&[expected(3, Presence::Required)], &[]), [3]);
        assert!(differences(&[expected(3, Presence::Allowed)], &[]).is_empty());
    }

    #[test]
    fn more_rights_than_specified_are_reported() {
        let more = Live {
            rights: Rights::WRITE | Rights::READ,
            ..LOG
        };
        assert_eq!(
            differences(&[expected(3, Presence::Required)], &[(3, more)]),
            [3]
        );
    }

    #[test]
    fn a_cnode_holds_exactly_what_is_expected_or_it_is_said() {
        let expected = [
            expected(3, Presence::Required),
            expected(4, Presence::Allowed),
        ];
        let holding =
            |slots: &'static [u32]| move |slot: Slot| slots.contains(&slot.0).then_some(LOG);
        assert_eq!(holds_exactly(&expected, 1, holding(&[3])), Some(1));
        assert_eq!(holds_exactly(&expected, 2, holding(&[3, 4])), Some(2));
        assert_eq!(
            holds_exactly(&expected, 2, holding(&[3])),
            None,
            "one too many somewhere else"
        );
        assert_eq!(
            holds_exactly(&expected, 1, holding(&[4])),
            None,
            "one is missing"
        );
        let more = |_| {
            Some(Live {
                rights: Rights::all(),
                ..LOG
            })
        };
        assert_eq!(holds_exactly(&expected, 2, more), None, "other rights");
    }

    #[test]
    fn a_slot_outside_the_cnode_is_reported() {
        assert_eq!(differences(&[expected(40, Presence::Required)], &[]), [40]);
    }
}
