//! What is served where no device is: a clear answer instead of a dead connection.

use libipc::{Caller, Reply};
use proto::block::{Error, Info, Server};

/// A block device that is not there.
pub struct Missing;

impl Server for Missing {
    fn info(&mut self, _: Caller) -> Result<Info, Error> {
        Err(Error::Gone)
    }

    fn read(&mut self, _: Caller, _: u64, _: u32, _: u32, reply: Reply<(), Error>) {
        reply.fail(Error::Gone);
    }

    fn write(&mut self, _: Caller, _: u64, _: u32, _: u32, reply: Reply<(), Error>) {
        reply.fail(Error::Gone);
    }

    fn flush(&mut self, _: Caller, reply: Reply<(), Error>) {
        reply.fail(Error::Gone);
    }
}
