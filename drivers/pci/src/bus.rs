//! The functions of the bus, and whose each of them is.

use heapless::Vec;

use crate::config::{Address, Config, register};
use crate::function::{Function, Pattern};
use crate::place::{self, Window};

pub use crate::function::NotQuiet;

/// The most functions that are kept track of.
pub const MAX_FUNCTIONS: usize = 32;

/// A function and its owner.
pub(crate) struct Place {
    pub(crate) function: Function,
    /// The client number of the driver that has it.
    pub(crate) owner: Option<u32>,
    /// A bit for each register block that was handed out.
    pub(crate) handed_out: u8,
}

/// Bus 0.
pub struct Bus<C> {
    pub(crate) config: C,
    places: Vec<Place, MAX_FUNCTIONS>,
}

impl<C: Config> Bus<C> {
    /// Finds every function, and places the register blocks in `window` unless that was done before.
    pub fn scan(config: C, window: Window) -> Self {
        let mut places = Vec::new();
        for device in 0..32 {
            for function in 0..functions(&config, device) {
                if let Some(function) = Function::read(&config, Address { device, function }) {
                    // What is beyond the limit stays unknown and unused.
                    let _ = places.push(Place {
                        function,
                        owner: None,
                        handed_out: 0,
                    });
                }
            }
        }
        place::all(&config, window, &mut places);
        Self { config, places }
    }

    /// Returns all functions, in the order of the bus.
    pub fn functions(&self) -> impl Iterator<Item = &Function> {
        self.places.iter().map(|place| &place.function)
    }

    /// Returns the function of a driver. A driver that has none gets the first that nobody has and
    /// that one of `allowed` names, in the order of `allowed`.
    pub(crate) fn of(&mut self, client: u32, allowed: &[Pattern]) -> Option<(&C, &mut Place)> {
        let own = self
            .places
            .iter()
            .position(|place| place.owner == Some(client));
        let free = |pattern: &Pattern| {
            let fits = |place: &Place| place.owner.is_none() && place.function.id == *pattern;
            self.places.iter().position(fits)
        };
        let index = own.or_else(|| allowed.iter().find_map(free))?;
        let place = self.places.get_mut(index)?;
        if place.owner.is_none() {
            place.owner = Some(client);
            place.function.switch_on(&self.config);
        }
        Some((&self.config, place))
    }

    /// Stops every function of a driver; `None` if it has none.
    pub(crate) fn quiesce(&mut self, client: u32) -> Option<Result<(), NotQuiet>> {
        let mut outcome = None;
        for place in self
            .places
            .iter_mut()
            .filter(|place| place.owner == Some(client))
        {
            let quiet = place.function.quiesce(&self.config);
            outcome = Some(outcome.unwrap_or(Ok(())).and(quiet));
        }
        outcome
    }
}

/// How many functions a device may have: eight only if the first says so (PCI §6.2.1).
fn functions(config: &impl Config, device: u8) -> u8 {
    let header = config.read(
        Address {
            device,
            function: 0,
        },
        register::HEADER_TYPE,
    );
    match header {
        u32::MAX => 0,
        header if header & 0x80_0000 != 0 => 8,
        _ => 1,
    }
}

#[cfg(test)]
#[path = "bus_tests.rs"]
mod tests;
