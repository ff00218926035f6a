//! The storage server's program.
//!
//! Connections `disk0`, `disk1`, … lead to the drivers, a ring each; its clients' rings carry
//! `block` as well. A driver that has no disk is asked again when a client wants to know.

#![no_std]
#![no_main]

extern crate alloc;

use alloc::rc::Rc;
use alloc::vec::Vec;

use libipc::ring::{ClientWake, RingClient, RingEnds, RingService};
use libipc::task::Signals;
use libipc::{Caller, Fault, FaultAnswer, Never, Request, Router, Service, Startup, log, serve};
use proto::block::{Client, Error};
use storage::{ClientPools, Disk, Drivers, Progress, Storage};

/// The connections to drivers, in the order of the disks' numbers.
const DISKS: [&str; 8] = [
    "disk0", "disk1", "disk2", "disk3", "disk4", "disk5", "disk6", "disk7",
];

/// Works off what one event brought, then looks whether more came meanwhile.
struct Batches(RingService<Router<Storage<ClientWake, Connections>>>);

impl Batches {
    fn work(&mut self) {
        while self.0.service_mut().server_mut().work() == Progress::Made {
            self.0.start();
        }
    }
}

impl Service for Batches {
    fn request(&mut self, request: Request<'_>) {
        self.0.request(request);
        self.work();
    }

    fn signal(&mut self, bits: u64) {
        self.0.signal(bits);
        self.work();
    }

    fn client_gone(&mut self, client: Caller) {
        self.0.client_gone(client);
        self.work();
    }

    fn fault(&mut self, fault: Fault) -> FaultAnswer {
        self.0.fault(fault)
    }
}

#[libipc::main]
fn main(env: Startup) -> Never {
    let mut rings: Vec<_> = RingEnds::served(&env).collect();
    let clients = rings.iter_mut().filter_map(pools).collect();
    let storage = Storage::new(Connections::new(env), clients);
    let block = env.endpoint("block");
    let router = Router::new(storage)
        .with(env.endpoint("storage"), proto::storage::dispatch)
        .with(block, proto::block::dispatch);
    let mut batches = Batches(
        rings
            .into_iter()
            .fold(RingService::new(router), RingService::with),
    );
    batches.0.start();
    batches.work();
    serve(block, batches)
}

/// The connections to drivers that had no disk.
struct Connections {
    env: Startup,
    without: Vec<(&'static str, Client)>,
    /// Whether it was told who has none.
    are_told: bool,
}

impl Connections {
    fn new(env: Startup) -> Self {
        let connected = |name| Some((name, env.try_connect(name)?));
        Self {
            env,
            without: DISKS.into_iter().filter_map(connected).collect(),
            are_told: false,
        }
    }
}

impl Drivers<ClientWake> for Connections {
    type Sleeper = Signals;

    fn look(&mut self) -> Vec<Rc<Disk<ClientWake>>> {
        let (env, are_told) = (self.env, self.are_told);
        self.are_told = true;
        let mut found = Vec::new();
        self.without
            .retain(|(name, client)| match open(&env, name, client) {
                Ok(disk) => {
                    found.extend(disk);
                    false
                }
                Err(error) => {
                    if !are_told {
                        log!("{name}: {error}");
                    }
                    true
                }
            });
        found
    }

    fn sleeper(&self) -> Signals {
        Signals::new(self.env.notification())
    }
}

/// The disk behind a connection, if there is one; nothing if the connection has no ring.
fn open(
    env: &Startup,
    name: &str,
    client: &Client,
) -> Result<Option<Rc<Disk<ClientWake>>>, libipc::Error<Error>> {
    // The ring is opened only once.
    client.info()?;
    let Some(RingClient {
        ring,
        pools,
        server,
    }) = RingClient::open(env, name)
    else {
        return Ok(None);
    };
    let (Some(inward), Some(out)) = (pools.inward, pools.out) else {
        return Ok(None);
    };
    Disk::open(client, ring, (inward, out), server).map(Some)
}

fn pools(ends: &mut RingEnds) -> Option<ClientPools> {
    Some(ClientPools {
        client: ends.caller()?.client(),
        out: ends.pools.out.take()?,
        inward: ends.pools.inward?,
    })
}
