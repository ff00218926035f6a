//! The virtual file system's program.
//!
//! Its arguments are pairs `CONNECTION=PATH`: which file system is mounted where. Connections that the manifest does not name
//! are left out.

#![no_std]
#![no_main]

use libipc::abi::startup::EntryKind;
use libipc::lend::{Borrower, Lender};
use libipc::objects::CNode;
use libipc::{CPtr, Cap, Never, Rights, Router, Startup, slots};
use proto::vfs_sessions;
use vfs::mounts::Mounts;
use vfs::server::{Connections, Vfs};

/// This server's own endpoint, to make connections from.
struct Own {
    endpoint: CPtr,
    interface: u8,
}

impl Connections for Own {
    fn make(&mut self, client: u32) -> Result<Cap<proto::vfs::Client>, vfs_sessions::Error> {
        let slot = slots::allocate().ok_or(vfs_sessions::Error::TooMany)?;
        let badge = u64::from(client) | u64::from(self.interface) << 32;
        match CNode::OWN.mint(slot, CNode::OWN, self.endpoint, Rights::WRITE, badge) {
            Ok(()) => Ok(Cap::from_slot(slot)),
            Err(_) => {
                slots::release(slot);
                Err(vfs_sessions::Error::TooMany)
            }
        }
    }
}

#[libipc::main]
fn main(env: Startup) -> Never {
    let own = env.endpoint("vfs");
    let Some(mint) = env.find(EntryKind::Other, "mint.vfs") else {
        panic!("the manifest must let the VFS mint its own connections: add `mints = [\"vfs\"]`");
    };
    let mut mounts = Mounts::new();
    for argument in env.args() {
        let Some((connection, path)) = argument.split_once('=') else {
            panic!("`{argument}` is not CONNECTION=PATH");
        };
        if let Some(filesystem) = env.try_connect(connection) {
            let lender = Lender::open(&env, connection);
            mounts.add_lending(path, filesystem, lender);
        }
    }
    let connections = Own {
        endpoint: CPtr(mint.slot),
        interface: own.interface,
    };
    let vfs = Vfs::new(mounts, connections).borrowing(Borrower::open(&env));
    Router::new(vfs)
        .with(own, proto::vfs::dispatch)
        .with(env.endpoint("vfs_sessions"), vfs_sessions::dispatch)
        .serve()
}
