//! What the driver's programs share: the slots that the manifest names, or the bus has, and the memory of a client's pools.

mod function;
mod memory;
mod slots;

use libipc::Startup;
use libipc::objects::Frame;
use libipc::ring::RingEnds;

use crate::{PoolMemory, Pools};

pub use memory::{Descriptors, Memory};
pub use slots::{Bare, Reach, Slots};

/// What the client shares with the driver.
///
/// # Panics
/// If the manifest gives the client no ring.
#[must_use]
pub fn ends(env: &Startup) -> (RingEnds, Pools<'static>) {
    let Some(mut ends) = RingEnds::served(env).next() else {
        panic!("the manifest must give the client of `block` a ring");
    };
    let pools = Pools {
        fills: ends.pools.out.take(),
        takes: ends.pools.inward,
        fills_at: place(env, ends.pools.out_frame),
        takes_at: place(env, ends.pools.inward_frame),
    };
    (ends, pools)
}

/// Where the controller finds a pool, if it may know.
fn place(env: &Startup, frame: Option<Frame>) -> Option<PoolMemory> {
    let physical = frame?.describe().ok()?.physical;
    (physical != 0).then(|| PoolMemory {
        physical: physical + weft_mmio::bus_offset(env),
    })
}
