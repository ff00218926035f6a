//! The program: loads the device of its connection `source`, and serves it from memory.
//!
//! Its argument is the most bytes that it holds, in MiB; the manifest's heap must have room for them.

#![no_std]
#![no_main]

use libipc::ring::{RingClient, RingEnds, RingService};
use libipc::{Never, Startup, log_line};
use proto::block::{Client, Dispatcher};
use ram_disk::{Content, RamDisk, load};

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
    let client: Client = env.connect("source");
    let Some(RingClient { mut ring, pools }) = RingClient::open(env, "source") else {
        panic!("the manifest must give connection `source` a ring");
    };
    let Some(pool) = pools.inward else {
        panic!("the manifest must give the ring of `source` a server's pool");
    };
    match load(&client, &mut ring, pool, limit.saturating_mul(MIB)) {
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
