//! The memory server's program. The manifest gives it all free memory under the name `free-memory`.
//!
//! Its first argument, if there is one, is the limit of each client in MiB.

#![no_std]
#![no_main]

use libipc::abi::startup::EntryKind;
use libipc::{CPtr, Never, Startup};
use memory::pieces::tree_of;
use memory::server::Memory;

const MIB: u64 = 1 << 20;

#[libipc::main]
fn main(env: Startup) -> Never {
    let Some(entry) = env.find(EntryKind::Other, "free-memory") else {
        panic!("the manifest gives no free memory: add `kernel = [\"free-memory\"]`");
    };
    let tree = match tree_of(CPtr(entry.slot), entry.v0) {
        Ok(tree) => tree,
        Err(refusal) => panic!("cannot use the free memory: {}", refusal.text().trim()),
    };
    let limit = env.args().next().and_then(|text| text.parse::<u64>().ok());
    let limit = limit.map_or(u64::MAX / 2, |mebibytes| mebibytes.saturating_mul(MIB));
    proto::memory::serve(env.endpoint("memory"), Memory::new(tree, limit))
}
