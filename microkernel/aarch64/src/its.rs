//! Message-signalled interrupts of a GICv3: its Interrupt Translation Service (Arm IHI 0069H §5, §12.19).
//!
//! A device writes a number, an event, to the ITS, which knows by the bus which device that was, looks both up in a table of
//! the device, and makes the interrupt of them that the table holds (an LPI). So a device raises what was made for it and
//! nothing else. Everything is for the core that boots, and there is one collection.
//!
//! Every line has its own event, for whatever device it is made, and its own interrupt. A masked line's interrupt stays
//! pending in the controller. Tables are in memory that boot takes and nobody else has ([`tables`]); the ITS is told to read
//! it past all caches, and what is written is written back, so that it does not matter whether it looks into them.
//!
//! An ITS that does not carry commands out in time is not used for new lines any more: their devices have wires.
//!
//! Registers and memory are behind [`Access`], so that tests can put a model there.

mod command;
mod lines;
mod tables;

#[cfg(test)]
mod model;
#[cfg(test)]
#[path = "its/tests.rs"]
mod tests;

pub use command::Command;
pub use lines::COUNT;
pub use tables::{BYTES, CONFIGURATION, ID_BITS, PENDING, UNIT, clear};

use lines::Lines;
use tables::{Table, TableKind};

/// The first line that is a message.
pub const FIRST_LINE: u16 = 192;
/// An interrupt's number is its line's and this: the lowest ten bits are those of the shared interrupt that the line would be,
/// if it were one.
pub const LINE_0: u32 = 8192 + 32;
/// One more than the greatest interrupt's number.
pub const END: u32 = LINE_0 + (FIRST_LINE + COUNT) as u32;

const CONTROL: u16 = 0x00;
const TYPE: u16 = 0x08;
const QUEUE: u16 = 0x80;
const WRITTEN: u16 = 0x88;
const READ: u16 = 0x90;
/// Where devices write, from the beginning of the registers on: in the second frame of 64 KiB.
pub const TRANSLATER: u64 = 0x1_0040;

const ENABLED: u32 = 1;
const QUIESCENT: u32 = 1 << 31;
const HAS_PHYSICAL: u32 = 1;
const STALLED: u32 = 1;

/// Reads of a register that is to change before the ITS counts as broken.
const PATIENCE: u32 = 100_000;

/// How the registers and the tables' memory are reached.
pub trait Access {
    /// Reads a register.
    fn read(&self, register: u16) -> u32;

    /// Writes a register. What was stored before is seen by the controller.
    fn write(&self, register: u16, value: u32);

    /// Stores a word at an offset of the tables' memory, a multiple of 8.
    fn store(&self, offset: u64, word: u64);

    /// Clears a part of the tables' memory, whole cache lines.
    fn clear(&self, offset: u64, bytes: u64);
}

/// The boot core's redistributor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Redistributor {
    /// Its physical address.
    pub address: u64,
    /// The number that the controller gives the core.
    pub number: u16,
}

impl Redistributor {
    /// How commands name it, which the TYPE register of the ITS says: by its address, or its number from bit 16 on.
    const fn target(self, kind: u32) -> u64 {
        const BY_ADDRESS: u32 = 1 << 19;
        if kind & BY_ADDRESS != 0 {
            self.address
        } else {
            (self.number as u64) << 16
        }
    }
}

/// The ITS, switched on.
pub struct Its<A> {
    access: A,
    /// Physical address of the tables' memory.
    memory: u64,
    target: u64,
    /// How many devices the table has room for.
    devices: u32,
    /// Where the next command goes, in bytes.
    next: u32,
    broken: bool,
    lines: Lines,
}

impl<A: Access> Its<A> {
    /// Switches it on, with no device in its tables, which are at a physical address, a multiple of 64 KiB. `None` if it has no
    /// interrupts for the processor, not so many, or does not answer.
    pub fn new(access: A, memory: u64, redistributor: Redistributor) -> Option<Self> {
        let kind = access.read(TYPE);
        let id_bits = (kind >> 8 & 0x1f) as u8 + 1;
        if kind & HAS_PHYSICAL == 0 || id_bits < ID_BITS {
            return None;
        }
        access.write(CONTROL, access.read(CONTROL) & !ENABLED);
        (0..PATIENCE).find(|_| access.read(CONTROL) & QUIESCENT != 0)?;
        let table = |kind| Table::set_up(&access, memory, kind);
        let devices = table(TableKind::Devices)?.entries;
        // Some have room for collections themselves.
        if kind >> 24 == 0 {
            table(TableKind::Collections)?;
        }
        write_long(&access, QUEUE, tables::queue(memory));
        access.write(WRITTEN, 0);
        access.write(CONTROL, ENABLED);
        let device_bits = kind >> 13 & 0x1f;
        let mut its = Self {
            access,
            memory,
            target: redistributor.target(kind),
            devices: devices.min(2 << device_bits),
            next: 0,
            broken: false,
            lines: Lines::new(),
        };
        let target = its.target;
        its.order(&[Command::map_collection(target), Command::sync(target)]);
        (!its.broken).then_some(its)
    }

    /// Takes an unused line, masked, for a device. What that writes is the event, which is the line's place behind
    /// [`FIRST_LINE`].
    pub fn allocate(&mut self, device: u16) -> Option<u16> {
        if self.broken || u32::from(device) >= self.devices {
            return None;
        }
        let (event, new_table) = self.lines.take(device)?;
        self.store_configuration(event);
        let interrupt = interrupt(event);
        let map = [
            Command::map_event(device, event, interrupt),
            Command::invalidate(device, event),
            Command::sync(self.target),
        ];
        if let Some(table) = new_table {
            let table = tables::events(table);
            self.access.clear(table, tables::EVENTS_BYTES);
            let table = self.memory + table;
            self.order(&[Command::map_device(device, table)]);
        }
        self.order(&map);
        if self.broken {
            self.lines.give_back(event);
            return None;
        }
        Some(event)
    }

    /// Masks a line and gives it back; what was pending is forgotten.
    pub fn release(&mut self, event: u16) {
        let Some((device, last)) = self.lines.give_back(event) else {
            return;
        };
        self.store_configuration(event);
        let target = self.target;
        self.order(&[Command::discard(device, event), Command::sync(target)]);
        if last {
            self.order(&[Command::unmap_device(device), Command::sync(target)]);
        }
    }

    /// Lets a line fire; what came while it was masked does so now.
    pub fn unmask(&mut self, event: u16) {
        if let Some(device) = self.lines.open(event) {
            self.reconfigure(device, event);
        }
    }

    /// Stops a line.
    pub fn mask(&mut self, event: u16) {
        if let Some(device) = self.lines.close(event) {
            self.reconfigure(device, event);
        }
    }

    fn reconfigure(&mut self, device: u16, event: u16) {
        self.store_configuration(event);
        let target = self.target;
        self.order(&[Command::invalidate(device, event), Command::sync(target)]);
    }

    /// Writes down which of the eight lines that share a word may fire.
    fn store_configuration(&self, event: u16) {
        let first = event & !7;
        let word = tables::configuration(self.lines.open_from(first));
        let offset = interrupt(first) - tables::FIRST_LPI;
        self.access.store(CONFIGURATION + u64::from(offset), word);
    }

    /// Has commands carried out, and waits for that. The queue is empty before and after, and longer than any list.
    fn order(&mut self, commands: &[Command]) {
        if self.broken {
            return;
        }
        for command in commands {
            let at = tables::QUEUE + u64::from(self.next);
            for (offset, word) in (at..).step_by(8).zip(command.words()) {
                self.access.store(offset, word);
            }
            self.next = (self.next + Command::BYTES) % tables::QUEUE_BYTES;
        }
        self.access.write(WRITTEN, self.next);
        let done = (0..PATIENCE).find_map(|_| match self.access.read(READ) {
            read if read == self.next => Some(true),
            read if read & STALLED != 0 => Some(false),
            _ => None,
        });
        self.broken = done != Some(true);
    }
}

/// The number of an event's interrupt.
fn interrupt(event: u16) -> u32 {
    LINE_0 + u32::from(FIRST_LINE + event)
}

/// Writes a register of 64 bits, its upper half first: what says that it holds is there, and counts only once all is switched on.
fn write_long(access: &impl Access, register: u16, value: u64) {
    access.write(register + 4, (value >> 32) as u32);
    access.write(register, value as u32);
}
