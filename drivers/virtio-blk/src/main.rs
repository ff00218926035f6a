//! The driver's program.
//!
//! It is connected to the bus (`pci`), has DMA memory for its queue (`queue`), its own address
//! space, and a ring whose pools the device may reach. Without a device it serves one that is gone.

#![no_std]
#![no_main]

mod function;
mod windows;

use libipc::objects::Frame;
use libipc::ring::{RingEnds, RingService};
use libipc::{
    Caller, Endpoint, Fault, FaultAnswer, Never, Request, Service, Startup, log_line, serve,
};
use proto::block::{Dispatcher, Server};
use virtio_blk::{Disk, Driver, Missing, PoolMemory};

use function::{Attached, Problem};
use windows::{QueueMemory, Windows};

type BlockDriver = Driver<Windows, QueueMemory>;

/// One doorbell for everything that one event brought: a whole batch of the ring.
struct Batches(RingService<Dispatcher<BlockDriver>>);

impl Batches {
    fn ring_doorbell(&mut self) {
        self.0.service_mut().0.ring_doorbell();
    }
}

impl Service for Batches {
    fn request(&mut self, request: Request<'_>) {
        self.0.request(request);
        self.ring_doorbell();
    }

    fn signal(&mut self, bits: u64) {
        self.0.signal(bits);
        self.ring_doorbell();
    }

    fn client_gone(&mut self, client: Caller) {
        self.0.client_gone(client);
        self.ring_doorbell();
    }

    fn fault(&mut self, fault: Fault) -> FaultAnswer {
        self.0.fault(fault)
    }
}

#[libipc::main]
fn main(env: Startup) -> Never {
    let endpoint = env.endpoint("block");
    let ends = RingEnds::served(&env).next();
    match function::attach(&env).and_then(|attached| start(&env, attached, ends.as_ref())) {
        Ok(driver) => work(endpoint, driver, ends),
        Err(problem) => {
            log_line(format_args!("{problem}"));
            with_ring(Missing, ends).serve(endpoint)
        }
    }
}

fn start(
    env: &Startup,
    function: Attached,
    ends: Option<&RingEnds>,
) -> Result<BlockDriver, Problem> {
    let memory = QueueMemory::open(env)?;
    let disk = Disk::new(function.windows, memory).map_err(Problem::Device)?;
    let (sectors, depth) = (disk.limits().sectors, disk.depth());
    let signals = function.signals;
    log_line(format_args!(
        "a disk of {sectors} sectors, {depth} requests together, interrupts by {signals}"
    ));
    let pools = ends.map_or_else(Default::default, pools);
    Ok(Driver::new(
        disk,
        pools,
        (function.irq.handler, function.irq.bits),
        "virtio disk",
    ))
}

fn work(endpoint: Endpoint, driver: BlockDriver, ends: Option<RingEnds>) -> Never {
    let mut batches = Batches(with_ring(driver, ends));
    batches.0.service_mut().0.attend();
    batches.0.start();
    batches.ring_doorbell();
    serve(endpoint, batches)
}

fn with_ring<S: Server>(server: S, ends: Option<RingEnds>) -> RingService<Dispatcher<S>> {
    let service = RingService::new(Dispatcher(server));
    match ends {
        Some(ends) => service.with(ends),
        None => service,
    }
}

/// Where the device reaches the pools: reads fill ours, writes take from the client's.
fn pools(ends: &RingEnds) -> (PoolMemory, PoolMemory) {
    let pools = &ends.pools;
    let out = pools.out.as_ref().map_or(0, |pool| pool.len());
    let inward = pools.inward.map_or(0, |view| view.len());
    (pool(pools.out_frame, out), pool(pools.inward_frame, inward))
}

fn pool(frame: Option<Frame>, length: usize) -> PoolMemory {
    let physical = frame
        .and_then(|frame| frame.describe().ok())
        .map(|found| found.physical);
    match (physical, u32::try_from(length)) {
        (Some(physical), Ok(length)) if physical != 0 => PoolMemory { physical, length },
        _ => PoolMemory::default(),
    }
}
