//! The `clock` interface over the chip.

use libipc::Caller;
use proto::clock::{Error, Server};

use crate::{Registers, Rtc};

/// The server.
#[derive(Debug)]
pub struct Clock<R> {
    rtc: Rtc<R>,
}

impl<R: Registers> Clock<R> {
    /// Serves a chip.
    pub fn new(registers: R) -> Self {
        Self {
            rtc: Rtc::new(registers),
        }
    }
}

impl<R: Registers> Server for Clock<R> {
    fn now(&mut self, _: Caller) -> Result<i64, Error> {
        self.rtc.now().map(crate::Moment::seconds)
    }
}
