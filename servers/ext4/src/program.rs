//! The ext4 server's program: one volume.
//!
//! Its argument is the number of its place among the volumes that hold files and are not FAT, counted over all
//! disks. The ring `block` and the connection `storage` lead to the storage server. It mounts
//! before it serves; a volume that cannot be mounted is served as its reason.

use block_cache::Capacity;
use ext4::{Options, Timestamp};
use libipc::lend::Borrower;
use libipc::{Never, Startup};
use proto::filesystem;
use volume_server::places::Content;
use volume_server::start;

/// Memory for cached blocks; the manifest's heap has to hold it twice.
const CACHE_BYTES: usize = 4 << 20;

fn now() -> Timestamp {
    let (seconds, nanoseconds) = start::now();
    Timestamp {
        seconds,
        nanoseconds,
    }
}

#[libipc::main]
fn main(env: Startup) -> Never {
    start::set_clock(&env);
    let endpoint = env.endpoint("filesystem");
    let served = start::mounted(env, Content::Other, |device, content| {
        ext4::mount(
            device,
            content,
            Options::new(now),
            Capacity::bytes(CACHE_BYTES),
        )
    });
    filesystem::serve(endpoint, served.borrowing(Borrower::open(&env)))
}
