//! Compares the capabilities that components hold with the specification: nothing more, nothing less.
//!
//! It asks the kernel and not root's own records, after everything was placed and before any component runs.
//! Looking at the expected slots and at the number of used ones is enough to know that all is right; only if it is
//! not, every slot is looked at to say what differs.

use libipc::objects::CNode;
use weft_spec::{
    Component, Expected, Live, Slot, SystemSpec, compare, expected_capabilities, holds_exactly,
};

use crate::{
    domain::Domain,
    trouble::{Doing, Trouble},
};

/// Compares all components; returns how many capabilities there are.
///
/// # Errors
/// [`Trouble::Unlike`] if any differs; each difference is in the log.
pub fn check(spec: &SystemSpec, domains: &[Domain]) -> Result<usize, Trouble> {
    let (mut agreed, mut unlike) = (0, 0);
    for ((id, component), domain) in spec.numbered().zip(domains) {
        let expected = expected_capabilities(spec, id);
        let used = domain.parts.cnode.count().doing("count capabilities")?.used;
        match holds_exactly(&expected, used, |slot| live(domain.parts.cnode, slot)) {
            Some(count) => agreed += count,
            None => unlike += differences(component, domain.parts.cnode, &expected).max(1),
        }
    }
    match unlike {
        0 => Ok(agreed),
        count => Err(Trouble::Unlike(count)),
    }
}

/// Writes every difference to the log and counts them.
fn differences(component: &Component, cnode: CNode, expected: &[Expected]) -> usize {
    let mut count = 0;
    let slots = 1 << component.sizes.cnode_size;
    let report = |mismatch| {
        libipc::log!("{}: {mismatch}", component.name);
        count += 1;
    };
    compare(expected, slots, |slot| live(cnode, slot), report);
    count
}

fn live(cnode: CNode, slot: Slot) -> Option<Live> {
    let found = cnode.inspect(slot.cptr()).ok()??;
    Some(Live {
        kind: found.kind,
        rights: found.rights,
        badge: found.badge,
    })
}
