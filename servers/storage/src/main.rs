//! The storage server's program.
//!
//! Connections `disk0`, `disk1`, … lead to the drivers, a ring each; its clients' rings carry
//! `block` as well. A driver that has no disk is left out.

#![no_std]
#![no_main]

extern crate alloc;

use alloc::rc::Rc;
use alloc::vec::Vec;

use libipc::ring::{ClientWake, RingClient, RingEnds, RingService};
use libipc::task::Signals;
use libipc::{Caller, Fault, FaultAnswer, Never, Request, Router, Service, Startup, log, serve};
use proto::block::Client;
use storage::{ClientPools, Disk, Progress, Storage};

/// The connections to drivers, in the order of the disks' numbers.
const DISKS: [&str; 8] = [
    "disk0", "disk1", "disk2", "disk3", "disk4", "disk5", "disk6", "disk7",
];

/// Works off what one event brought, then looks whether more came meanwhile.
struct Batches(RingService<Router<Storage<ClientWake>>>);

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
    let storage = Storage::new(
        DISKS.iter().filter_map(|name| open(&env, name)).collect(),
        clients,
        // What others signal meanwhile is looked for when the server starts.
        &Signals::new(env.notification()),
    );
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

/// The disk behind a connection; nothing if there is no such connection or no disk.
fn open(env: &Startup, name: &str) -> Option<Rc<Disk<ClientWake>>> {
    let client: Client = env.try_connect(name)?;
    let RingClient {
        ring,
        pools,
        server,
    } = RingClient::open(env, name)?;
    match Disk::open(&client, ring, (pools.inward?, pools.out?), server) {
        Ok(disk) => Some(disk),
        Err(error) => {
            log!("{name}: {error}");
            None
        }
    }
}

fn pools(ends: &mut RingEnds) -> Option<ClientPools> {
    Some(ClientPools {
        client: ends.caller()?.client(),
        out: ends.pools.out.take()?,
        inward: ends.pools.inward?,
    })
}
