//! Regions on the heap, and waking by condition variables.

use std::sync::{Arc, Condvar, Mutex};

use libipc_ring::sync::AtomicU64;
use libipc_ring::{Capacity, ClientRing, Layout, PeerGone, ServerRing, Wake};

/// The regions of one ring.
pub(crate) struct Regions {
    pub(crate) layout: Layout,
    pub(crate) client: Vec<AtomicU64>,
    pub(crate) server: Vec<AtomicU64>,
}

impl Regions {
    pub(crate) fn new(slots: usize) -> Self {
        let layout = Layout::new(Capacity::new(slots).expect("power of two"));
        let words = |bytes: usize| (0..bytes / 8).map(|_| AtomicU64::new(0)).collect();
        Self {
            layout,
            client: words(layout.client_bytes()),
            server: words(layout.server_bytes()),
        }
    }

    pub(crate) fn client<W: Wake>(&self, wake: W) -> ClientRing<'_, W> {
        ClientRing::new(self.layout, &self.client, &self.server, wake).expect("regions fit")
    }

    pub(crate) fn server<W: Wake>(&self, wake: W) -> ServerRing<'_, W> {
        ServerRing::new(self.layout, &self.server, &self.client, wake).expect("regions fit")
    }

    pub(crate) fn chaining<W: Wake>(&self, wake: W) -> ServerRing<'_, W> {
        let ring = ServerRing::chaining(self.layout, &self.server, &self.client, wake);
        ring.expect("regions fit")
    }
}

/// Wakes nobody; waiting means that the peer is gone.
pub(crate) struct Alone;

impl Wake for Alone {
    fn kick(&self) {}

    fn wait(&self, _: u64) -> Result<(), PeerGone> {
        Err(PeerGone)
    }
}

#[derive(Default)]
struct Bell {
    rung: Mutex<u64>,
    changed: Condvar,
}

/// One end of a pair of sticky bells; counts the kicks it gives.
#[derive(Clone)]
pub(crate) struct Bells {
    peer: Arc<Bell>,
    own: Arc<Bell>,
    pub(crate) kicks: Arc<Mutex<u64>>,
}

impl Bells {
    pub(crate) fn pair() -> (Self, Self) {
        let (a, b) = (Arc::new(Bell::default()), Arc::new(Bell::default()));
        let end = |peer: &Arc<Bell>, own: &Arc<Bell>| Self {
            peer: peer.clone(),
            own: own.clone(),
            kicks: Arc::default(),
        };
        (end(&b, &a), end(&a, &b))
    }
}

impl Wake for Bells {
    fn kick(&self) {
        *self.kicks.lock().expect("not poisoned") += 1;
        *self.peer.rung.lock().expect("not poisoned") += 1;
        self.peer.changed.notify_one();
    }

    fn wait(&self, _: u64) -> Result<(), PeerGone> {
        let rung = self.own.rung.lock().expect("not poisoned");
        let mut rung = self
            .own
            .changed
            .wait_while(rung, |rung| *rung == 0)
            .expect("not poisoned");
        *rung = 0;
        Ok(())
    }
}
