//! The `memory` interface: blocks, accounts, limits.

use alloc::vec::Vec;

use libipc::objects::Untyped;
use libipc::{CPtr, Caller, Cap, Refusal};
use proto::memory::{Account, Error, Server, Statistics};

use crate::pieces::Untypeds;
use crate::tree::{NodeId, Pieces, TakeError, Tree};
use crate::{GREATEST, MAX_BLOCKS, SMALLEST};

/// Makes the untyped of a block from its piece.
pub trait MakeBlock: Pieces {
    /// An untyped of all of a piece, 2^`bits` bytes.
    ///
    /// # Errors
    /// The kernel's refusal.
    fn make(&mut self, piece: Self::Piece, bits: u8) -> Result<CPtr, Refusal>;
}

impl MakeBlock for Untypeds {
    fn make(&mut self, piece: CPtr, bits: u8) -> Result<CPtr, Refusal> {
        Self::make_block(piece, bits)
    }
}

#[derive(Clone, Copy, Debug)]
struct Block {
    node: NodeId,
    client: u32,
    bits: u8,
}

/// The memory server.
pub struct Memory<P: MakeBlock> {
    tree: Tree<P>,
    blocks: Vec<Block>,
    /// Clients in the order in which they came.
    clients: Vec<u32>,
    /// Bytes that each client may have.
    limit: u64,
}

impl<P: MakeBlock> Memory<P> {
    /// A server of a tree's memory; each client may have `limit` bytes.
    pub fn new(tree: Tree<P>, limit: u64) -> Self {
        Self {
            tree,
            blocks: Vec::new(),
            clients: Vec::new(),
            limit,
        }
    }

    fn used(&self, client: u32) -> (u32, u64) {
        let own = self.blocks.iter().filter(|block| block.client == client);
        own.fold((0, 0), |(count, bytes), block| {
            (count + 1, bytes + (1 << block.bits))
        })
    }

    fn check(&self, client: u32, bits: u8) -> Result<(), Error> {
        if !(SMALLEST..=GREATEST).contains(&bits) {
            return Err(Error::BadSize);
        }
        if self.blocks.len() >= MAX_BLOCKS {
            return Err(Error::TooManyBlocks);
        }
        if self.used(client).1 + (1 << bits) > self.limit {
            return Err(Error::OverLimit);
        }
        Ok(())
    }
}

impl<P: MakeBlock> Server for Memory<P> {
    fn allocate(&mut self, caller: Caller, bits: u8) -> Result<(u64, Cap<Untyped>), Error> {
        let client = caller.client();
        self.check(client, bits)?;
        let (node, piece) = self.tree.take(bits).map_err(|error| match error {
            TakeError::NoMemory => Error::OutOfMemory,
            TakeError::Refused(_) => Error::TooManyBlocks,
        })?;
        let Ok(slot) = self.tree.pieces().make(piece, bits) else {
            self.tree.give_back(node);
            return Err(Error::TooManyBlocks);
        };
        self.blocks.push(Block { node, client, bits });
        if !self.clients.contains(&client) {
            self.clients.push(client);
        }
        Ok((node.number(), Cap::from_slot(slot)))
    }

    fn free(&mut self, caller: Caller, block: u64) -> Result<(), Error> {
        let node = NodeId::from_number(block).ok_or(Error::UnknownBlock)?;
        let own = |block: &Block| block.node == node && block.client == caller.client();
        let index = self
            .blocks
            .iter()
            .position(own)
            .ok_or(Error::UnknownBlock)?;
        self.blocks.swap_remove(index);
        self.tree.give_back(node);
        Ok(())
    }

    fn statistics(&mut self, _: Caller) -> Statistics {
        let (free, largest) = self.tree.free();
        Statistics {
            total: self.tree.total(),
            free,
            largest,
            accounts: self.clients.len() as u32,
            blocks: self.blocks.len() as u32,
        }
    }

    fn account(&mut self, _: Caller, index: u32) -> Result<Account, Error> {
        let client = *self
            .clients
            .get(index as usize)
            .ok_or(Error::UnknownAccount)?;
        let (blocks, used) = self.used(client);
        Ok(Account {
            client,
            blocks,
            used,
            limit: self.limit,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use libipc::Error as CallError;
    use libipc_mock::{Mock, MockConnection};
    use proto::memory::{Client, Dispatcher};

    /// Pieces that need no kernel.
    struct Numbers(u32);

    impl Pieces for Numbers {
        type Piece = u32;
        type Refused = Refusal;

        fn split(&mut self, _: u32, _: u8) -> Result<[u32; 2], Refusal> {
            self.0 += 2;
            Ok([self.0, self.0 + 1])
        }

        fn join(&mut self, _: [u32; 2]) {}

        fn reclaim(&mut self, _: u32) {}
    }

    impl MakeBlock for Numbers {
        fn make(&mut self, piece: u32, _: u8) -> Result<CPtr, Refusal> {
            Ok(CPtr(1000 + piece))
        }
    }

    type Server = Mock<Dispatcher<Memory<Numbers>>>;

    fn started() -> (Server, Client<MockConnection>, Client<MockConnection>) {
        let mut tree = Tree::new(Numbers(0));
        tree.add(0, 20);
        let mock = Mock::new(Dispatcher(Memory::new(tree, 1 << 19)));
        let (first, second) = (mock.connect(1), mock.connect(2));
        (mock, Client::new(first), Client::new(second))
    }

    #[test]
    fn a_client_has_a_limit_and_the_machine_an_end() {
        let (_mock, first, second) = started();
        assert!(first.allocate(18).is_ok() && first.allocate(18).is_ok());
        assert_eq!(
            first.allocate(12).err(),
            Some(CallError::Server(Error::OverLimit))
        );
        assert!(second.allocate(19).is_ok());
        let third = Client::new(_mock.connect(3));
        assert_eq!(
            third.allocate(12).err(),
            Some(CallError::Server(Error::OutOfMemory))
        );
        assert_eq!(
            third.allocate(31).err(),
            Some(CallError::Server(Error::BadSize))
        );
        assert_eq!(
            third.allocate(11).err(),
            Some(CallError::Server(Error::BadSize))
        );
    }

    #[test]
    fn only_its_holder_gives_a_block_back() {
        let (_mock, first, second) = started();
        let (block, _) = first.allocate(14).unwrap();
        assert_eq!(
            second.free(block),
            Err(CallError::Server(Error::UnknownBlock))
        );
        assert_eq!(first.free(block), Ok(()));
        assert_eq!(
            first.free(block),
            Err(CallError::Server(Error::UnknownBlock))
        );
        assert_eq!(
            first.free(u64::MAX),
            Err(CallError::Server(Error::UnknownBlock))
        );
    }

    #[test]
    fn statistics_and_accounts_tell_what_is_out() {
        let (_mock, first, second) = started();
        let _held = (first.allocate(14).unwrap(), second.allocate(13).unwrap());
        let statistics = second.statistics().unwrap();
        assert_eq!(
            (statistics.total, statistics.blocks, statistics.accounts),
            (1 << 20, 2, 2)
        );
        assert_eq!(statistics.free, (1 << 20) - (1 << 14) - (1 << 13));
        let account = first.account(1).unwrap();
        assert_eq!(
            (account.client, account.used, account.limit),
            (2, 1 << 13, 1 << 19)
        );
        assert_eq!(
            first.account(2).err(),
            Some(CallError::Server(Error::UnknownAccount))
        );
    }
}
