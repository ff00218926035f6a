//! The FAT server's program: one volume.
//!
//! Its argument is the number of its place among the FAT volumes of all disks. The ring `block` and the connection
//! `storage` lead to the storage server. It mounts before it serves; a volume that cannot be mounted is served as its
//! reason.

use block_cache::Capacity;
use libipc::lend::Borrower;
use libipc::{Never, Startup};
use proto::filesystem;
use volume_server::places::Content;
use volume_server::start;

/// Memory for cached blocks; the manifest's heap has to hold it twice.
const CACHE_BYTES: usize = 1 << 20;

#[libipc::main]
fn main(env: Startup) -> Never {
    start::set_clock(&env);
    let endpoint = env.endpoint("filesystem");
    let served = start::mounted(env, Content::Fat, |device, content| {
        fat::mount(
            device,
            content,
            || start::now().0,
            Capacity::bytes(CACHE_BYTES),
        )
    });
    filesystem::serve(endpoint, served.borrowing(Borrower::open(&env)))
}
