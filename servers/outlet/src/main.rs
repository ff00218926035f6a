//! The outlet server's program.

#![no_std]
#![no_main]

use libipc::abi::startup::EntryKind;
use libipc::objects::CNode;
use libipc::{CPtr, Cap, Never, Rights, Router, Startup, slots};
use outlet::server::{Connections, Outlets};
use proto::console;
use proto::outlets::{self, Error};

/// This server's own endpoint, to make connections from.
struct Own {
    endpoint: CPtr,
    interface: u8,
}

impl Connections for Own {
    fn make(&mut self, client: u32) -> Result<Cap<console::Client>, Error> {
        let slot = slots::allocate().ok_or(Error::TooMany)?;
        let badge = u64::from(client) | u64::from(self.interface) << 32;
        match CNode::OWN.mint(slot, CNode::OWN, self.endpoint, Rights::WRITE, badge) {
            Ok(()) => Ok(Cap::from_slot(slot)),
            Err(_) => {
                slots::release(slot);
                Err(Error::TooMany)
            }
        }
    }
}

#[libipc::main]
fn main(env: Startup) -> Never {
    let own = env.endpoint("console");
    let Some(mint) = env.find(EntryKind::Other, "mint.outlet") else {
        panic!(
            "the manifest must let the outlet server make connections: add `mints = [\"outlet\"]`"
        );
    };
    let connections = Own {
        endpoint: CPtr(mint.slot),
        interface: own.interface,
    };
    Router::new(Outlets::new(env.connect("vfs"), connections))
        .with(own, console::dispatch)
        .with(env.endpoint("outlets"), outlets::dispatch)
        .serve()
}
