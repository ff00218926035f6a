//! The interface `gpio` over the pins.

use libipc::Caller;
use proto::gpio::{self, Edge, Error, Function, Level, Pull, Server};

use crate::pins::{Pin, Pins, Registers};

/// The server.
#[derive(Debug)]
pub struct Gpio<R> {
    pins: Pins<R>,
    /// Pins that had events which nobody has taken, and when the last one was.
    events: u64,
    last_ns: u64,
}

impl<R: Registers> Gpio<R> {
    /// Serves pins.
    pub fn new(pins: Pins<R>) -> Self {
        Self {
            pins,
            events: 0,
            last_ns: 0,
        }
    }

    /// Takes what the pins' interrupt tells, at a moment of the monotonic clock.
    pub fn interrupted(&mut self, now_ns: u64) {
        let events = self.pins.take_events();
        if events != 0 {
            self.last_ns = now_ns;
        }
        self.events |= events;
    }

    #[cfg(test)]
    pub(crate) fn pins(&mut self) -> &mut Pins<R> {
        &mut self.pins
    }
}

impl<R: Registers> Server for Gpio<R> {
    fn pin(&mut self, _: Caller, number: u8) -> Result<gpio::Pin, Error> {
        let pin = Pin::new(number).ok_or(Error::Pin)?;
        Ok(gpio::Pin {
            function: self.pins.function(pin),
            level: self.pins.level(pin),
            pull: self.pins.pull(pin),
        })
    }

    fn set_function(&mut self, _: Caller, number: u8, function: Function) -> Result<(), Error> {
        let pin = Pin::new(number).ok_or(Error::Pin)?;
        self.pins.set_function(pin, function);
        Ok(())
    }

    fn set_pull(&mut self, _: Caller, number: u8, pull: Pull) -> Result<(), Error> {
        let pin = Pin::new(number).ok_or(Error::Pin)?;
        self.pins.set_pull(pin, pull);
        Ok(())
    }

    fn set_level(&mut self, _: Caller, number: u8, level: Level) -> Result<(), Error> {
        let pin = Pin::new(number).ok_or(Error::Pin)?;
        if self.pins.function(pin) != Function::Output {
            return Err(Error::Direction);
        }
        self.pins.set_level(pin, level);
        Ok(())
    }

    fn detect(&mut self, _: Caller, number: u8, edge: Edge) -> Result<(), Error> {
        let pin = Pin::new(number).ok_or(Error::Pin)?;
        self.pins.detect(pin, edge);
        self.events &= !(1 << number);
        Ok(())
    }

    fn take_events(&mut self, _: Caller) -> (u64, u64) {
        (core::mem::take(&mut self.events), self.last_ns)
    }
}
