//! The `pci` and `pci_control` interfaces over the bus.

use heapless::Vec;
use libipc::codec::List;
use libipc::objects::{IrqHandler, MessageInterrupt, Untyped};
use libipc::{Caller, Cap, Events};
use proto::pci::{self, BarKind, BusMaster, Error};
use proto::pci_control;

use crate::bars::{Bar, Space};
use crate::bus::{Bus, MAX_FUNCTIONS};
use crate::config::{Address, Config};
use crate::function::{Function, Master, Pattern};
use crate::place::PAGE;
use crate::vectors::ENTRY_BYTES;

/// Bytes of a PCI function's own configuration space.
const CONFIG_BYTES: u16 = 4096;

/// What the server needs of the kernel.
pub trait Resources {
    /// The device memory at `base`, a power of two of bytes and at least a page.
    fn memory(&mut self, base: u64, bytes: u64) -> Option<Cap<Untyped>>;

    /// A new interrupt for a function, and what it writes to raise it.
    fn interrupt(&mut self, of: Address) -> Option<(Cap<IrqHandler>, MessageInterrupt)>;

    /// The interrupt of a wire, once.
    fn wire(&mut self, number: u8) -> Option<Cap<IrqHandler>>;

    /// Writes an entry of an MSI-X table at a physical address.
    fn write_entry(&mut self, at: u64, entry: [u32; 4]) -> Option<()>;
}

/// The bus server.
pub struct BusServer<C, R> {
    bus: Bus<C>,
    resources: R,
    allowed: Vec<Pattern, MAX_FUNCTIONS>,
}

impl<C: Config, R: Resources> BusServer<C, R> {
    /// Serves a bus. Drivers get functions that `allowed` names.
    pub fn new(bus: Bus<C>, resources: R, allowed: Vec<Pattern, MAX_FUNCTIONS>) -> Self {
        Self {
            bus,
            resources,
            allowed,
        }
    }

    /// The bus.
    pub fn bus(&self) -> &Bus<C> {
        &self.bus
    }

    /// Writes the entry of a vector and switches vectors on.
    fn set_up_vector(&mut self, client: u32, index: u16) -> Result<Cap<IrqHandler>, Error> {
        let (config, place) = self.bus.of(client, &self.allowed).ok_or(Error::Gone)?;
        let function = &place.function;
        let table = function
            .vectors
            .as_ref()
            .filter(|table| index < table.count);
        let table = table.ok_or(Error::Unsupported)?;
        let bar = function.bar(table.bar).ok_or(Error::Unsupported)?;
        let at = bar.base + u64::from(table.offset) + ENTRY_BYTES * u64::from(index);
        let (handler, message) = self
            .resources
            .interrupt(function.address)
            .ok_or(Error::Exhausted)?;
        let (low, high) = (message.address as u32, (message.address >> 32) as u32);
        let entry = [low, high, message.data as u32, 0];
        self.resources
            .write_entry(at, entry)
            .ok_or(Error::Exhausted)?;
        table.enable(config, function.address);
        Ok(handler)
    }
}

impl<C: Config, R: Resources> pci::Server for BusServer<C, R> {
    fn info(&mut self, caller: Caller) -> Result<pci::Function, Error> {
        let (_, place) = self
            .bus
            .of(caller.client(), &self.allowed)
            .ok_or(Error::Gone)?;
        Ok(describe(&place.function))
    }

    fn read_config(&mut self, caller: Caller, offset: u16) -> Result<u32, Error> {
        if !offset.is_multiple_of(4) || offset >= CONFIG_BYTES {
            return Err(Error::OutOfRange);
        }
        let (config, place) = self
            .bus
            .of(caller.client(), &self.allowed)
            .ok_or(Error::Gone)?;
        Ok(config.read(place.function.address, offset))
    }

    fn bar(&mut self, caller: Caller, index: u8) -> Result<(u32, u64, Cap<Untyped>), Error> {
        let (_, place) = self
            .bus
            .of(caller.client(), &self.allowed)
            .ok_or(Error::Gone)?;
        let bar = *place.function.bar(index).ok_or(Error::UnknownBar)?;
        let holds_table = place
            .function
            .vectors
            .is_some_and(|table| table.bar == index);
        if bar.space == Space::Ports || holds_table {
            return Err(Error::Unsupported);
        }
        if place.handed_out & 1 << index != 0 {
            return Err(Error::Taken);
        }
        // A block shorter than a page may share it, perhaps with another function's.
        if !self.bus.is_apart(caller.client(), bar) {
            return Err(Error::Unsupported);
        }
        let (start, offset) = (bar.base & !(PAGE - 1), bar.base & (PAGE - 1));
        let memory = self
            .resources
            .memory(start, bar.bytes)
            .ok_or(Error::Exhausted)?;
        if let Some((_, place)) = self.bus.of(caller.client(), &self.allowed) {
            place.handed_out |= 1 << index;
        }
        Ok((offset as u32, bar.bytes, memory))
    }

    fn take(&mut self, caller: Caller, class: u16) -> Result<pci::Function, Error> {
        if !self.allowed.contains(&Pattern::Class(class)) {
            return Err(Error::Gone);
        }
        let (_, place) = self
            .bus
            .of_class(caller.client(), class)
            .ok_or(Error::Gone)?;
        Ok(describe(&place.function))
    }

    fn vector(&mut self, caller: Caller, index: u16) -> Result<Cap<IrqHandler>, Error> {
        self.set_up_vector(caller.client(), index)
    }

    fn wire(&mut self, caller: Caller) -> Result<Cap<IrqHandler>, Error> {
        let (config, place) = self
            .bus
            .of(caller.client(), &self.allowed)
            .ok_or(Error::Gone)?;
        let wire = place.function.wire().ok_or(Error::Unsupported)?;
        let interrupt = self.resources.wire(wire).ok_or(Error::Taken)?;
        place.function.switch_wire_on(config);
        Ok(interrupt)
    }

    fn set_bus_master(&mut self, caller: Caller, state: BusMaster) -> Result<(), Error> {
        let (config, place) = self
            .bus
            .of(caller.client(), &self.allowed)
            .ok_or(Error::Gone)?;
        let wanted = match state {
            BusMaster::On => Master::On,
            BusMaster::Off => Master::Off,
        };
        place.function.set_master(config, wanted);
        Ok(())
    }

    fn reset(&mut self, caller: Caller) -> Result<(), Error> {
        let outcome = self.bus.quiesce(caller.client()).ok_or(Error::Gone)?;
        outcome.map_err(|_| Error::Gone)
    }
}

impl<C: Config, R: Resources> pci_control::Server for BusServer<C, R> {
    fn quiesce(&mut self, _: Caller, driver: u32) -> Result<(), pci_control::Error> {
        let outcome = self
            .bus
            .quiesce(driver)
            .ok_or(pci_control::Error::UnknownDriver)?;
        outcome.map_err(|_| pci_control::Error::NotQuiet)
    }

    fn list(&mut self, _: Caller, first: u32) -> List<pci::Function, 8> {
        self.bus
            .functions()
            .skip(first as usize)
            .take(8)
            .map(describe)
            .collect()
    }
}

impl<C: Config, R: Resources> Events for BusServer<C, R> {}

fn describe(function: &Function) -> pci::Function {
    pci::Function {
        bus: 0,
        device: function.address.device,
        function: function.address.function,
        revision: function.revision,
        vendor: function.id.vendor,
        product: function.id.device,
        subsystem_vendor: function.subsystem.vendor,
        subsystem: function.subsystem.device,
        class: function.class,
        vectors: function.vectors.map_or(0, |table| table.count),
        bars: function.bars.iter().map(describe_bar).collect(),
    }
}

fn describe_bar(bar: &Bar) -> pci::Bar {
    let kind = match bar.space {
        Space::Memory => BarKind::Memory,
        Space::Prefetchable => BarKind::Prefetchable,
        Space::Ports => BarKind::Ports,
    };
    pci::Bar {
        index: bar.index,
        kind,
        size: bar.bytes,
    }
}

#[cfg(test)]
#[path = "server_tests.rs"]
mod tests;
