//! Compares the capabilities that components hold with the specification: nothing more, nothing less.
//!
//! It asks the kernel and not root's own records, after everything was placed and before any component runs.

use libipc::objects::CNode;
use weft_spec::{ComponentId, Live, Slot, SystemSpec, compare, expected_capabilities};

use crate::{domain::Domain, trouble::Trouble};

/// Compares all components; returns how many capabilities there are.
///
/// # Errors
/// [`Trouble::Unlike`] if any differs; each difference is in the log.
pub fn check(spec: &SystemSpec, domains: &[Domain]) -> Result<usize, Trouble> {
    let (mut agreed, mut unlike) = (0, 0);
    for ((id, component), domain) in spec.numbered().zip(domains) {
        let expected = expected_capabilities(spec, ComponentId(id.0));
        let slots = 1 << component.sizes.cnode_size;
        agreed += compare(
            &expected,
            slots,
            |slot| live(domain.cnode, slot),
            |mismatch| {
                libipc::log!("{}: {mismatch}", component.name);
                unlike += 1;
            },
        );
    }
    match unlike {
        0 => Ok(agreed),
        count => Err(Trouble::Unlike(count)),
    }
}

fn live(cnode: CNode, slot: Slot) -> Option<Live> {
    let found = cnode.inspect(slot.cptr()).ok()??;
    Some(Live {
        kind: found.kind,
        rights: found.rights,
        badge: found.badge,
    })
}
