//! Who has which node open, so that a client that is gone leaves none open.
//!
//! A sorted list: a file is opened and closed without an allocation, and found among thousands in a few steps.

use alloc::vec::Vec;

use libipc::Caller;

/// A node that a client has open.
struct Opened {
    client: Caller,
    node: u64,
    times: u32,
}

/// How often each client has each node open.
#[derive(Default)]
pub(crate) struct Clients {
    open: Vec<Opened>,
}

impl Clients {
    /// A client has opened a node once more.
    pub(crate) fn opened(&mut self, client: Caller, node: u64) {
        match self.find(client, node) {
            Ok(place) => {
                if let Some(opened) = self.open.get_mut(place) {
                    opened.times += 1;
                }
            }
            Err(place) => {
                let times = 1;
                self.open.insert(
                    place,
                    Opened {
                        client,
                        node,
                        times,
                    },
                );
            }
        }
    }

    /// A client closes a node; says whether it had it open.
    pub(crate) fn closes(&mut self, client: Caller, node: u64) -> bool {
        let Ok(place) = self.find(client, node) else {
            return false;
        };
        match self.open.get_mut(place) {
            Some(opened) if opened.times > 1 => opened.times -= 1,
            _ => drop(self.open.remove(place)),
        }
        true
    }

    /// What a client that is gone had open, each node as often as it had.
    pub(crate) fn gone(&mut self, client: Caller) -> Vec<u64> {
        let mut left = Vec::new();
        self.open.retain(|opened| {
            if opened.client == client {
                left.extend((0..opened.times).map(|_| opened.node));
            }
            opened.client != client
        });
        left
    }

    fn find(&self, client: Caller, node: u64) -> Result<usize, usize> {
        let wanted = (client, node);
        self.open
            .binary_search_by_key(&wanted, |opened| (opened.client, opened.node))
    }
}
