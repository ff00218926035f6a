//! The outlet server's program.

#![no_std]
#![no_main]

extern crate alloc;

use alloc::vec::Vec;

use libipc::abi::startup::EntryKind;
use libipc::{CPtr, Cap, Never, Rights, Router, Session, Sessions, Startup};
use outlet::server::{Connections, Outlets};
use proto::console;
use proto::outlets::{self, Error};

/// The connections that this server makes to itself.
struct Own {
    sessions: Sessions,
    open: Vec<Session>,
}

impl Connections for Own {
    fn make(&mut self, client: u32) -> Result<Cap<console::Client>, Error> {
        let session = self.sessions.open(client, Rights::WRITE);
        let session = session.ok_or(Error::TooMany)?;
        let connection = session.connection().ok_or(Error::TooMany)?;
        self.open.push(session);
        Ok(connection)
    }

    fn end(&mut self, client: u32) {
        self.open
            .retain(|session| session.caller().client() != client);
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
        sessions: Sessions::new(CPtr(mint.slot), own.interface),
        open: Vec::new(),
    };
    Router::new(Outlets::new(env.connect("vfs"), connections))
        .with(own, console::dispatch)
        .with(env.endpoint("outlets"), outlets::dispatch)
        .serve()
}
