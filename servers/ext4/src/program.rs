//! The ext4 server's program: one volume.
//!
//! Its argument is the number of its place among the volumes that hold files, counted over all
//! disks. The ring `block` and the connection `storage` lead to the storage server. It mounts
//! before it serves; a volume that cannot be mounted is served as its reason.

use alloc::format;
use core::sync::atomic::{AtomicI64, Ordering::Relaxed};

use block_cache::Capacity;
use ext4::places::{self, Place};
use ext4::{Mounted, Options, RingDisk, Timestamp};
use libipc::lend::Borrower;
use libipc::ring::{ClientWake, RingClient};
use libipc::{Never, Startup, clock_ns};
use proto::storage::Volume;
use proto::{block, clock, filesystem, storage};

type Served = Mounted<RingDisk<ClientWake>>;

/// Memory for cached blocks; the manifest's heap has to hold it twice.
const CACHE_BYTES: usize = 4 << 20;

/// What is taken for the time when the system started if no clock tells it: 2026-01-01 00:00 UTC.
/// e2fsck takes times shortly after 1970 for links of its orphan list.
const UNKNOWN: i64 = 1_767_225_600;

/// The time when the monotonic clock was 0, in seconds since 1970.
static STARTED: AtomicI64 = AtomicI64::new(UNKNOWN);

/// Asks the clock once: a call for every change of a file would cost more than what the monotonic
/// clock is off by.
fn set_clock(env: &Startup) {
    let Some(clock) = env.try_connect::<clock::Client>("clock") else {
        return;
    };
    match clock.now() {
        Ok(now) => STARTED.store(now - (clock_ns() / 1_000_000_000) as i64, Relaxed),
        Err(why) => libipc::log!("times of files are counted from 2026-01-01: {why}"),
    }
}

fn now() -> Timestamp {
    let since = clock_ns();
    Timestamp {
        seconds: STARTED.load(Relaxed) + (since / 1_000_000_000) as i64,
        nanoseconds: (since % 1_000_000_000) as u32,
    }
}

#[libipc::main]
fn main(env: Startup) -> Never {
    let number = env.args().next().and_then(|text| text.parse().ok());
    let Some(number) = number else {
        panic!("the manifest must give the number of the volume as argument");
    };
    set_clock(&env);
    let endpoint = env.endpoint("filesystem");
    let served = served(&env, number).borrowing(Borrower::open(&env));
    filesystem::serve(endpoint, served)
}

fn served(env: &Startup, number: usize) -> Served {
    let storage: storage::Client = env.connect("storage");
    match places::find(&storage, number) {
        Ok(Place::Volume(volume)) => mount(env, &storage, &volume),
        Ok(Place::Empty { name, reason }) => Mounted::failed(&name, &reason),
        Ok(Place::Nothing) => Mounted::absent(),
        Err(error) => Mounted::failed("", &format!("the storage server does not answer: {error}")),
    }
}

fn mount(env: &Startup, storage: &storage::Client, volume: &Volume) -> Served {
    let name = places::name(volume);
    if let Err(error) = storage.select(volume.volume) {
        return Mounted::failed(&name, &format!("the volume cannot be used: {error}"));
    }
    match open(env) {
        Ok(disk) => {
            let about = (name.as_str(), volume.content.as_str());
            Mounted::mount(disk, about, Options::new(now), Capacity::bytes(CACHE_BYTES))
        }
        Err(error) => Mounted::failed(&name, &format!("the volume cannot be opened: {error}")),
    }
}

fn open(env: &Startup) -> Result<RingDisk<ClientWake>, libipc::Error<block::Error>> {
    let client: block::Client = env.connect("block");
    let Some(RingClient { ring, pools, .. }) = RingClient::open(env, "block") else {
        panic!("the manifest must give connection `block` a ring");
    };
    let (Some(inward), Some(out)) = (pools.inward, pools.out) else {
        panic!("the manifest must give the ring of `block` both pools");
    };
    RingDisk::open(&client, ring, (inward, out))
}
