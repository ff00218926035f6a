//! The program: unpacks the volume in the file `disk` of the boot image, and serves it from memory.
//!
//! Its argument is the most bytes that it holds, in MiB; the manifest's heap must have room for them.

#![no_std]
#![no_main]

use libipc::ring::{RingEnds, RingService};
use libipc::{Never, Startup, log_line};
use proto::block::Dispatcher;
use ram_disk::{Content, RamDisk};

/// The file's name.
const FILE: &str = "disk";
/// Bytes in one MiB.
const MIB: usize = 1 << 20;

fn content(env: &Startup) -> Content {
    let limit = env
        .args()
        .next()
        .and_then(|text| text.parse::<usize>().ok());
    let Some(limit) = limit else {
        panic!("the manifest must give the most MiB as argument");
    };
    let Some(packed) = env.file(FILE) else {
        panic!("the manifest must give the file `{FILE}`");
    };
    match weft_sparse::unpack(packed, limit.saturating_mul(MIB)) {
        Ok(bytes) => {
            log_line(format_args!("{} bytes are in memory", bytes.len()));
            Content::Bytes(bytes)
        }
        Err(error) => {
            log_line(format_args!("{error}"));
            Content::Missing
        }
    }
}

#[libipc::main]
fn main(env: Startup) -> Never {
    let endpoint = env.endpoint("block");
    let content = content(&env);
    let Some(mut ends) = RingEnds::served(&env).next() else {
        panic!("the manifest must give the client of `block` a ring");
    };
    let disk = RamDisk::new(content, ends.pools.out.take(), ends.pools.inward);
    RingService::new(Dispatcher(disk))
        .with(ends)
        .serve(endpoint)
}
