//! Who has which node open, so that a client that is gone leaves none open.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use libipc::Caller;

use crate::Node;

/// How often each client has each node open.
#[derive(Default)]
pub(crate) struct Clients {
    open: BTreeMap<(Caller, Node), u32>,
}

impl Clients {
    /// A client has opened a node once more.
    pub(crate) fn opened(&mut self, client: Caller, node: Node) {
        *self.open.entry((client, node)).or_insert(0) += 1;
    }

    /// A client closes a node; says whether it had it open.
    pub(crate) fn closes(&mut self, client: Caller, node: Node) -> bool {
        let Some(count) = self.open.get_mut(&(client, node)) else {
            return false;
        };
        *count -= 1;
        if *count == 0 {
            self.open.remove(&(client, node));
        }
        true
    }

    /// What a client that is gone had open, each node as often as it had.
    pub(crate) fn gone(&mut self, client: Caller) -> Vec<Node> {
        let mut left = Vec::new();
        self.open.retain(|(owner, node), count| {
            let is_gone = *owner == client;
            if is_gone {
                left.extend((0..*count).map(|_| *node));
            }
            !is_gone
        });
        left
    }
}
