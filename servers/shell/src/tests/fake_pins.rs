//! Two pins.

use libipc::Caller;
use proto::gpio::{Edge, Error, Function, Level, Pin, Pull, Server};

/// The pins, and one for which events were asked.
pub(crate) struct FakePins {
    pub(crate) pins: [Pin; 2],
    pub(crate) detects: [Edge; 2],
    pub(crate) events: u64,
}

impl Default for FakePins {
    fn default() -> Self {
        let pin = Pin {
            function: Function::Input,
            level: Level::Low,
            pull: Pull::Up,
        };
        Self {
            pins: [pin; 2],
            detects: [Edge::None; 2],
            events: 0,
        }
    }
}

impl FakePins {
    fn find(&mut self, number: u8) -> Result<&mut Pin, Error> {
        self.pins.get_mut(usize::from(number)).ok_or(Error::Pin)
    }
}

impl Server for FakePins {
    fn pin(&mut self, _: Caller, number: u8) -> Result<Pin, Error> {
        self.find(number).copied()
    }

    fn set_function(&mut self, _: Caller, number: u8, function: Function) -> Result<(), Error> {
        self.find(number)?.function = function;
        Ok(())
    }

    fn set_pull(&mut self, _: Caller, number: u8, pull: Pull) -> Result<(), Error> {
        self.find(number)?.pull = pull;
        Ok(())
    }

    fn set_level(&mut self, _: Caller, number: u8, level: Level) -> Result<(), Error> {
        let pin = self.find(number)?;
        if pin.function != Function::Output {
            return Err(Error::Direction);
        }
        pin.level = level;
        Ok(())
    }

    fn detect(&mut self, _: Caller, number: u8, edge: Edge) -> Result<(), Error> {
        self.find(number)?;
        self.detects[usize::from(number)] = edge;
        Ok(())
    }

    fn take_events(&mut self, _: Caller) -> (u64, u64) {
        (core::mem::take(&mut self.events), 1_500_000_000)
    }
}
