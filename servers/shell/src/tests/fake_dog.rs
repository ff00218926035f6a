//! A watchdog that notes what it is told.

use std::vec::Vec;

use libipc::Caller;
use proto::watchdog::{Error, Server};

/// What it was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    Set(u32),
    Fed,
    Disabled,
    Reset,
    Halted,
}

/// The watchdog; it counts if it was set last.
#[derive(Debug, Default)]
pub(crate) struct Dog {
    pub(crate) told: Vec<Told>,
}

impl Dog {
    fn counts(&self) -> Result<u32, Error> {
        match self.told.last() {
            Some(Told::Set(ms)) => Ok(*ms),
            _ => Err(Error::Disabled),
        }
    }
}

impl Server for Dog {
    fn set(&mut self, _: Caller, timeout_ms: u32) -> Result<(), Error> {
        if timeout_ms > 15_999 {
            return Err(Error::Range);
        }
        self.told.push(Told::Set(timeout_ms));
        Ok(())
    }

    fn feed(&mut self, _: Caller) -> Result<(), Error> {
        self.counts()?;
        self.told.push(Told::Fed);
        Ok(())
    }

    fn disable(&mut self, _: Caller) {
        self.told.push(Told::Disabled);
    }

    fn left(&mut self, _: Caller) -> Result<(u32, u32), Error> {
        self.counts().map(|all| (all - 1, all))
    }

    fn reset(&mut self, _: Caller) {
        self.told.push(Told::Reset);
    }

    fn halt(&mut self, _: Caller) {
        self.told.push(Told::Halted);
    }
}
