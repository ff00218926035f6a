//! A machine that cannot be switched off, and a memory that has nothing to give.

use std::string::String;
use std::vec::Vec;

use core::convert::Infallible;

use libipc::codec::Bytes;
use libipc::objects::Untyped;
use libipc::{Caller, Cap, Reply};
use proto::{clock, memory, system};

#[derive(Debug, Default)]
pub(crate) struct Machine {
    pub(crate) arguments: String,
    pub(crate) log: Vec<u8>,
}

impl system::Server for Machine {
    fn power_off(&mut self, _: Caller, _: u8, reply: Reply<(), Infallible>) {
        reply.ok(());
    }

    fn boot_arguments(&mut self, _: Caller) -> Bytes<1536> {
        self.arguments.bytes().collect()
    }

    fn read_log(&mut self, _: Caller, position: u64) -> (Bytes<1536>, u64) {
        let rest = self.log.iter().skip(position as usize);
        let text: Bytes<1536> = rest.take(1536).copied().collect();
        let next = position + text.len() as u64;
        (text, next)
    }

    fn usage(&mut self, _: Caller) -> (u64, u64, u32, u8) {
        (1 << 20, 3 << 20, 7, 63)
    }
}

#[derive(Debug)]
pub(crate) struct Pool;

impl memory::Server for Pool {
    fn allocate(&mut self, _: Caller, _: u8) -> Result<(u64, Cap<Untyped>), memory::Error> {
        Err(memory::Error::OutOfMemory)
    }

    fn free(&mut self, _: Caller, _: u64) -> Result<(), memory::Error> {
        Err(memory::Error::UnknownBlock)
    }

    fn statistics(&mut self, _: Caller) -> memory::Statistics {
        memory::Statistics {
            total: 512 << 20,
            free: 384 << 20,
            largest: 256 << 20,
            accounts: 1,
            blocks: 3,
        }
    }

    fn account(&mut self, _: Caller, index: u32) -> Result<memory::Account, memory::Error> {
        if index > 0 {
            return Err(memory::Error::UnknownAccount);
        }
        Ok(memory::Account {
            client: 7,
            blocks: 3,
            used: 128 << 20,
            limit: u64::MAX,
        })
    }
}

/// A clock that stands, or is broken.
#[derive(Debug)]
pub(crate) struct Watch(pub(crate) Result<i64, clock::Error>);

impl clock::Server for Watch {
    fn now(&mut self, _: Caller) -> Result<i64, clock::Error> {
        self.0
    }
}
