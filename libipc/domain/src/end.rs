//! What is left to do when a domain's thread is gone but its objects stay.

use libipc::objects::CNode;
use libipc::{CPtr, Kind};

/// Deletes the connections in a domain's CNode, so that those who serve them are told that the client is gone. All else
/// that it holds stays as it is: others may use memory of it.
pub fn disconnect(cnode: CNode) {
    let Ok(count) = cnode.count() else {
        return;
    };
    let slots = (1..count.slots as u32).map(CPtr);
    let held = slots.filter_map(|slot| Some((slot, cnode.inspect(slot).ok()??)));
    for (slot, content) in held.take(count.used as usize) {
        if content.kind == Kind::Endpoint && content.badge != 0 {
            // It was there a moment ago, and its domain does not run.
            let _ = cnode.delete(slot);
        }
    }
}
