//! What the program of a file system does before it serves: finds its volume, mounts it, learns the time.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use core::sync::atomic::{AtomicI64, Ordering::Relaxed};

use libipc::ring::{ClientWake, RingClient};
use libipc::{Startup, clock_ns};
use proto::storage::Volume as Found;
use proto::{block, clock, storage};

use crate::places::{self, Content, Place};
use crate::{Mounted, RingDisk, Volume};

/// The device of a program.
pub type Device = RingDisk<ClientWake>;

/// What is taken for the time when the system started if no clock tells it: 2026-01-01 00:00 UTC.
/// e2fsck takes times shortly after 1970 for links of its orphan list.
const UNKNOWN: i64 = 1_767_225_600;

const NS: u64 = 1_000_000_000;

/// The time when the monotonic clock was 0, in seconds since 1970.
static STARTED: AtomicI64 = AtomicI64::new(UNKNOWN);

/// Asks the clock once: a call for every change of a file would cost more than what the monotonic clock is off by.
pub fn set_clock(env: &Startup) {
    let Some(clock) = env.try_connect::<clock::Client>("clock") else {
        return;
    };
    match clock.now() {
        Ok(now) => STARTED.store(now - (clock_ns() / NS) as i64, Relaxed),
        Err(why) => libipc::log!("times of files are counted from 2026-01-01: {why}"),
    }
}

/// The time: seconds since 1970 and nanoseconds.
#[must_use]
pub fn now() -> (i64, u32) {
    let since = clock_ns();
    (
        STARTED.load(Relaxed) + (since / NS) as i64,
        (since % NS) as u32,
    )
}

/// Mounts the volume whose place among those of its kind is the program's argument; if there is none, looks again when
/// somebody asks for it. `mount` is given the device and what the volume's first sectors seem to hold, and says why it does
/// not succeed.
///
/// The ring `block` and the connection `storage` lead to the storage server.
///
/// # Panics
/// The manifest lacks the argument, or something of the ring.
pub fn mounted<V: Volume>(
    env: Startup,
    content: Content,
    mount: impl Fn(Device, &str) -> Result<V, String> + 'static,
) -> Mounted<V> {
    let number = env.args().next().and_then(|text| text.parse().ok());
    let Some(number) = number else {
        panic!("the manifest must give the number of the volume as argument");
    };
    let storage: storage::Client = env.connect("storage");
    let look = move |storage: &storage::Client| find(&env, storage, (content, number), &mount);
    let found = look(&storage);
    found.unwrap_or_else(|| {
        Mounted::absent().looking(Box::new(move || {
            // If the storage server is gone there is nothing.
            storage.look().ok()?;
            look(&storage)
        }))
    })
}

/// Mounts what is at a place, if anything is.
fn find<V: Volume>(
    env: &Startup,
    storage: &storage::Client,
    (content, number): (Content, usize),
    mount: &impl Fn(Device, &str) -> Result<V, String>,
) -> Option<Mounted<V>> {
    Some(match places::find(storage, content, number) {
        Ok(Place::Volume(volume)) => match open(env, storage, &volume, mount) {
            Ok(files) => Mounted::with(files, &places::name(&volume)),
            Err(reason) => Mounted::failed(&places::name(&volume), &reason),
        },
        Ok(Place::Empty { name, reason }) => Mounted::failed(&name, &reason),
        Ok(Place::Nothing) => return None,
        Err(error) => Mounted::failed("", &format!("the storage server does not answer: {error}")),
    })
}

fn open<V>(
    env: &Startup,
    storage: &storage::Client,
    volume: &Found,
    mount: &impl Fn(Device, &str) -> Result<V, String>,
) -> Result<V, String> {
    let selected = storage.select(volume.volume);
    selected.map_err(|error| format!("the volume cannot be used: {error}"))?;
    let disk = device(env).map_err(|error| format!("the volume cannot be opened: {error}"))?;
    mount(disk, &volume.content)
}

fn device(env: &Startup) -> Result<Device, libipc::Error<block::Error>> {
    let client: block::Client = env.connect("block");
    let Some(RingClient { ring, pools, .. }) = RingClient::open(env, "block") else {
        panic!("the manifest must give connection `block` a ring");
    };
    let (Some(inward), Some(out)) = (pools.inward, pools.out) else {
        panic!("the manifest must give the ring of `block` both pools");
    };
    RingDisk::open(&client, ring, (inward, out))
}
