//! A ring whose server is a real service in the same process.
//!
//! Everything is as on the target but the kernel: the generated client makes its requests, the ring carries them, and
//! [`RingService`] hands them to the server's own dispatcher. The server runs while the client waits.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::rc::Rc;

use libipc::codec::batch::ClientRing;
use libipc::lend::Lender;
use libipc::ring::{DRAIN, Pool, Pools, RingEnds, RingService, Untrusted};
use libipc::{Caller, Deferral, Message, ReplyToken, Request, Service, Spare};
use libipc_ring::sync::AtomicU64;
use libipc_ring::{Capacity, Layout, PeerGone, Waiting, Wake};

use crate::shared_words;

type Words = &'static [AtomicU64];

/// The memory of a ring and its pools. It is never freed.
#[derive(Clone, Copy, Debug)]
pub struct HostRing {
    layout: Layout,
    client: Words,
    server: Words,
    client_pool: Words,
    server_pool: Words,
}

impl HostRing {
    /// Makes a ring of `slots` slots and pools of so many bytes.
    ///
    /// # Panics
    /// If `slots` is no capacity of a ring.
    pub fn new(slots: usize, client_pool: usize, server_pool: usize) -> Self {
        let layout = Layout::new(Capacity::new(slots).expect("a power of two, not too large"));
        Self {
            layout,
            client: shared_words(layout.client_bytes()),
            server: shared_words(layout.server_bytes()),
            client_pool: shared_words(client_pool),
            server_pool: shared_words(server_pool),
        }
    }

    /// The pools as the server has them.
    pub fn pools(&self) -> Pools {
        Pools {
            out: Some(Pool::new(self.server_pool)),
            inward: Some(Untrusted::new(self.client_pool)),
            ..Pools::default()
        }
    }

    /// What lends from the pools as the client has them.
    pub fn lender(&self) -> Lender {
        let out = Some(Pool::new(self.client_pool));
        Lender::new(out, Some(Untrusted::new(self.server_pool)))
    }

    /// The words that the client writes, for peers that write what they like.
    pub fn client_words(&self) -> Words {
        self.client
    }

    /// Connects a client to a service, whom it knows as `caller`.
    ///
    /// # Panics
    /// If the service is connected to more clients than it can have.
    pub fn connect<S: Service>(
        &self,
        service: S,
        caller: Caller,
    ) -> (ClientRing<'static, InProcess<S>>, InProcess<S>) {
        let ends = RingEnds::in_process((self.server, self.client), self.pools(), caller);
        let server = InProcess {
            service: Rc::new(RefCell::new(RingService::new(service).with(ends))),
            caller,
        };
        let client = ClientRing::new(self.layout, self.client, self.server, server.clone());
        (client.expect("the regions are large enough"), server)
    }
}

/// A service that runs while its client waits. Clones are the same service.
pub struct InProcess<S> {
    service: Rc<RefCell<RingService<S>>>,
    caller: Caller,
}

impl<S> Clone for InProcess<S> {
    fn clone(&self) -> Self {
        Self {
            service: self.service.clone(),
            caller: self.caller,
        }
    }
}

impl<S> fmt::Debug for InProcess<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("InProcess")
    }
}

impl<S: Service> InProcess<S> {
    /// Does something with the service.
    pub fn with<R>(&self, act: impl FnOnce(&mut S) -> R) -> R {
        act(self.service.borrow_mut().service_mut())
    }

    /// Lets the service take what there is, as if the client had kicked.
    pub fn run(&self) {
        self.service.borrow_mut().start();
    }
}

thread_local! {
    /// Whether the drain call was answered after all.
    static ANSWERED: Cell<bool> = const { Cell::new(false) };
}

impl<S: Service> Wake for InProcess<S> {
    fn waiting(&self) -> Waiting {
        Waiting::Drains
    }

    fn kick(&self) {}

    /// Makes a drain call.
    ///
    /// # Panics
    /// If the service keeps it waiting: nothing is going to answer it.
    fn wait(&self, seen: u64) -> Result<(), PeerGone> {
        let mut sent = Message::new(DRAIN);
        sent.append(&seen.to_le_bytes()).map_err(|_| PeerGone)?;
        let mut message = Message::new(0);
        sent.deliver_to(&mut message);
        let mut right = Some(ReplyToken::new(0, |_, _| ANSWERED.set(true)));
        ANSWERED.set(false);
        self.service.borrow_mut().request(Request {
            caller: self.caller,
            message: &mut message,
            deferral: Deferral::new(&mut right, Spare::Available),
        });
        match right {
            Some(right) => right.disarm(),
            None => assert!(ANSWERED.get(), "nothing is going to complete"),
        }
        Ok(())
    }
}
