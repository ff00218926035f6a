//! The functions of the bus, and whose each of them is.

use heapless::Vec;

use crate::bars::{Bar, Space};
use crate::config::{Address, Config, register};
use crate::function::{Function, Pattern};
use crate::place::{self, PAGE, Window};

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
    /// that one of `allowed` names by its numbers, in the order of `allowed`.
    pub(crate) fn of(&mut self, client: u32, allowed: &[Pattern]) -> Option<(&C, &mut Place)> {
        let numbers = |pattern: &Pattern| match pattern {
            Pattern::Id(id) => self.free(|function| function.id == *id),
            Pattern::Class(_) => None,
        };
        let own = self.own(client);
        let index = own.or_else(|| allowed.iter().find_map(numbers))?;
        self.give(index, client)
    }

    /// Returns the function of a driver. A driver that has none gets the first of a class that nobody has.
    pub(crate) fn of_class(&mut self, client: u32, class: u16) -> Option<(&C, &mut Place)> {
        let is_of_class = |function: &Function| function.class >> 8 == u32::from(class);
        let index = self.own(client).or_else(|| self.free(is_of_class))?;
        self.give(index, client)
    }

    /// Whether no other block lies in the pages of this one of a driver's function: then they can be handed out.
    pub(crate) fn is_apart(&self, client: u32, bar: Bar) -> bool {
        let page = |address: u64| address / PAGE;
        let last = |bar: &Bar| page(bar.base + (bar.bytes - 1));
        let (from, to) = (page(bar.base), last(&bar));
        let is_within = |other: &&Bar| {
            other.space != Space::Ports && page(other.base) <= to && last(other) >= from
        };
        let within = self.places.iter().flat_map(|place| {
            let is_own = place.owner == Some(client);
            let others = place.function.bars.iter().filter(is_within);
            others.filter(move |other| !(is_own && other.index == bar.index))
        });
        within.count() == 0
    }

    fn own(&self, client: u32) -> Option<usize> {
        let is_own = |place: &Place| place.owner == Some(client);
        self.places.iter().position(is_own)
    }

    /// The first function that nobody has and that is so.
    fn free(&self, is_so: impl Fn(&Function) -> bool) -> Option<usize> {
        let fits = |place: &Place| place.owner.is_none() && is_so(&place.function);
        self.places.iter().position(fits)
    }

    fn give(&mut self, index: usize, client: u32) -> Option<(&C, &mut Place)> {
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
