//! The virtual file system's program.
//!
//! Its arguments are pairs `CONNECTION=PATH`: which file system is mounted where. Connections that the manifest does not name
//! are left out. What clients ask over their rings is what they could ask by calls.

#![no_std]
#![no_main]

extern crate alloc;

use alloc::vec::Vec;

use libipc::abi::startup::EntryKind;
use libipc::lend::{Borrower, Lender};
use libipc::ring::{RingEnds, RingService};
use libipc::{CPtr, Caller, Cap, Never, Rights, Router, Session, Sessions, Startup};
use proto::vfs_sessions;
use vfs::mounts::{Mounts, Ties};
use vfs::server::{Connections, Vfs};

/// The connections that this server makes to itself.
struct Own {
    sessions: Sessions,
    open: Vec<Session>,
}

impl Connections for Own {
    fn make(&mut self, client: u32) -> Result<Cap<proto::vfs::Client>, vfs_sessions::Error> {
        let session = self.sessions.open(client, Rights::WRITE);
        let session = session.ok_or(vfs_sessions::Error::TooMany)?;
        let connection = session.connection();
        let connection = connection.ok_or(vfs_sessions::Error::TooMany)?;
        self.open.push(session);
        Ok(connection)
    }

    fn is_open(&self, client: u32) -> bool {
        let mut clients = self.open.iter().map(|session| session.caller().client());
        clients.any(|open| open == client)
    }

    fn end(&mut self, client: Caller) {
        self.open.retain(|session| session.caller() != client);
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
            let entry = env.find(EntryKind::Client, connection);
            let end = entry.map(|entry| entry.v1).filter(|badge| *badge != 0);
            let ties = Ties {
                lender: Lender::open(&env, connection),
                end: end.map(Caller::from_badge),
            };
            mounts.add(path, filesystem, ties);
        }
    }
    let connections = Own {
        sessions: Sessions::new(CPtr(mint.slot), own.interface),
        open: Vec::new(),
    };
    let vfs = Vfs::new(mounts, connections).borrowing(Borrower::open(&env));
    let router = Router::new(vfs)
        .with(own, proto::vfs::dispatch)
        .shortly(own, proto::vfs::dispatch_short)
        .with(env.endpoint("vfs_sessions"), vfs_sessions::dispatch);
    RingEnds::served(&env)
        .fold(RingService::new(router), RingService::with)
        .serve(own)
}
