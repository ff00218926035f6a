//! What is served where no controller is: a clear answer instead of a dead connection.

use libipc::lend::Place;
use libipc::{Caller, Reply};
use proto::ethernet::{Counters, Error, Filter, Info, Link, Server};

/// A network interface that is not there.
#[derive(Debug)]
pub struct Missing;

impl Server for Missing {
    fn info(&mut self, _: Caller) -> Result<Info, Error> {
        Err(Error::Gone)
    }

    fn link(&mut self, _: Caller) -> Result<Link, Error> {
        Err(Error::Gone)
    }

    fn counters(&mut self, _: Caller) -> Result<Counters, Error> {
        Err(Error::Gone)
    }

    fn set_filter(&mut self, _: Caller, _: Filter) -> Result<(), Error> {
        Err(Error::Gone)
    }

    fn send(&mut self, _: Caller, _: Place, reply: Reply<(), Error>) {
        reply.fail(Error::Gone);
    }

    fn receive(&mut self, _: Caller, _: Place, reply: Reply<u32, Error>) {
        reply.fail(Error::Gone);
    }
}
