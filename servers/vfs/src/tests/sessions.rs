//! The sessions of processes.

use alloc::vec::Vec;

use libipc::{CPtr, Caller, Cap, Events};
use libipc_mock::MockConnection;
use proto::{vfs, vfs_sessions};

use crate::mounts::Mounts;
use crate::server::{Connections, Vfs};

/// Connections that are numbers only.
#[derive(Default)]
pub(super) struct Numbers {
    open: Vec<u32>,
}

impl Connections for Numbers {
    fn make(&mut self, client: u32) -> Result<Cap<vfs::Client>, vfs_sessions::Error> {
        self.open.push(client);
        Ok(Cap::from_slot(CPtr(client)))
    }

    fn is_open(&self, client: u32) -> bool {
        self.open.contains(&client)
    }

    fn end(&mut self, client: Caller) {
        self.open.retain(|open| *open != client.client());
    }
}

#[test]
fn two_sessions_of_one_process_have_numbers_of_their_own() {
    let connections = Numbers::default();
    let mut vfs = Vfs::<MockConnection, _>::new(Mounts::new(), connections);
    let process_server = Caller::new(1, 1);
    let open = |vfs: &mut Vfs<_, _>, process| {
        let connection = vfs_sessions::Server::open(vfs, process_server, process);
        connection.expect("a session").into_slot().0
    };
    let [first, second, third, other] = [7, 7, 7, 8].map(|process| open(&mut vfs, process));
    let mut all = [first, second, third, other];
    all.sort_unstable();
    assert!(all.windows(2).all(|two| two[0] != two[1]), "{all:x?}");
    vfs.client_gone(Caller::new(second, 0));
    assert_eq!(open(&mut vfs, 7), second, "its number is free again");
    vfs.client_gone(Caller::new(first, 0));
    assert_eq!(open(&mut vfs, 7), first);
}
