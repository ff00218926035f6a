//! An ITS for tests, with the boot core's redistributor: stricter than hardware.
//!
//! It takes tables only while it is off, of the kinds and pages it has; it stops at a command that a specification calls an error; what
//! commands do to a redistributor is seen there only after SYNC; and configuration is what it was when it was last told to read
//! it.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::vec::Vec;

use super::{Access, BYTES, Redistributor};

/// Where the tests' memory is.
pub(super) const MEMORY: u64 = 0x4567_0000;
/// The boot core's redistributor.
pub(super) const OWN: Redistributor = Redistributor {
    address: 0x080a_0000,
    number: 5,
};

const DEVICES: usize = 0;
const COLLECTIONS: usize = 1;

/// What kind of ITS it is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Kind {
    /// Redistributors are named by address.
    pub(super) by_address: bool,
    /// The only size of pages of tables, as registers name it.
    pub(super) page: u64,
    /// Bytes of an entry of the devices' table.
    pub(super) entry_bytes: u64,
    /// Bits of an event's number and of an interrupt's.
    pub(super) id_bits: u32,
    /// It has room for collections itself, and no table of them.
    pub(super) own_collections: bool,
    /// It carries nothing out.
    pub(super) dead: bool,
}

impl Kind {
    pub(super) const QEMU: Self = Self {
        by_address: false,
        page: 0,
        entry_bytes: 8,
        id_bits: 16,
        own_collections: false,
        dead: false,
    };

    fn target(&self) -> u64 {
        if self.by_address {
            OWN.address
        } else {
            u64::from(OWN.number) << 16
        }
    }
}

/// A table of events that a device has.
#[derive(Debug)]
struct Events {
    table: u64,
    count: u64,
    interrupts: BTreeMap<u64, u64>,
}

#[derive(Debug)]
pub(super) struct State {
    pub(super) kind: Kind,
    memory: Vec<u64>,
    on: bool,
    tables: [u64; 2],
    queue: u64,
    read: u32,
    pub(super) stopped: Option<&'static str>,
    devices: BTreeMap<u64, Events>,
    collection: Option<u64>,
    /// Interrupts whose configuration a SYNC makes the redistributor read.
    stale: BTreeSet<u64>,
    enabled: BTreeSet<u64>,
    pending: BTreeSet<u64>,
    delivered: Vec<u64>,
    commands: usize,
}

/// The model; copies are the same one.
#[derive(Clone, Debug)]
pub(super) struct Model(pub(super) Rc<RefCell<State>>);

impl Model {
    pub(super) fn new(kind: Kind) -> Self {
        Self(Rc::new(RefCell::new(State {
            kind,
            memory: std::vec![u64::MAX; (BYTES / 8) as usize],
            on: true,
            tables: [0; 2],
            queue: 0,
            read: 0,
            stopped: None,
            devices: BTreeMap::new(),
            collection: None,
            stale: BTreeSet::new(),
            enabled: BTreeSet::new(),
            pending: BTreeSet::new(),
            delivered: Vec::new(),
            commands: 0,
        })))
    }

    /// A device writes; what the core was told since the last time.
    pub(super) fn raise(&self, device: u64, event: u64) {
        let mut state = self.0.borrow_mut();
        let events = state.devices.get(&device);
        if let Some(interrupt) = events.and_then(|events| events.interrupts.get(&event)) {
            let interrupt = *interrupt;
            state.pending.insert(interrupt);
            state.deliver();
        }
    }

    /// The interrupts that the core took.
    pub(super) fn take(&self) -> Vec<u64> {
        core::mem::take(&mut self.0.borrow_mut().delivered)
    }

    /// How many devices have tables of events.
    pub(super) fn device_count(&self) -> usize {
        self.0.borrow().devices.len()
    }

    /// How many commands were carried out.
    pub(super) fn command_count(&self) -> usize {
        self.0.borrow().commands
    }
}

impl State {
    fn word(&self, at: u64) -> u64 {
        self.memory[((at - MEMORY) / 8) as usize]
    }

    fn deliver(&mut self) {
        let now = self.pending.intersection(&self.enabled);
        let now: Vec<_> = now.copied().collect();
        for interrupt in now {
            self.pending.remove(&interrupt);
            self.delivered.push(interrupt);
        }
    }

    fn type_register(&self) -> u64 {
        let kind = &self.kind;
        let bits = u64::from(kind.id_bits - 1);
        1 | 11 << 4
            | bits << 8
            | 15 << 13
            | u64::from(kind.by_address) << 19
            | u64::from(kind.own_collections) << 24
    }

    /// A table's register: kind and bytes of an entry are fixed, and so is the pages' size.
    fn table_register(&self, index: usize) -> u64 {
        let (kind, bytes) = match index {
            DEVICES => (1, self.kind.entry_bytes),
            COLLECTIONS if self.kind.own_collections => return 0,
            COLLECTIONS => (4, 8),
            _ => return 0,
        };
        let fixed: u64 = 7 << 56 | 0x1f << 48 | 3 << 8;
        self.tables[index] & !fixed | kind << 56 | (bytes - 1) << 48 | self.kind.page << 8
    }

    fn write(&mut self, register: u16, value: u32) {
        let half = |old: u64, register: u16| {
            if register & 4 == 0 {
                old & !0xffff_ffff | u64::from(value)
            } else {
                old & 0xffff_ffff | u64::from(value) << 32
            }
        };
        match register {
            0x00 => self.on = value & 1 == 1,
            0x80 | 0x84 => {
                assert!(!self.on, "the queue is moved while it is used");
                self.queue = half(self.queue, register);
                self.read = 0;
            }
            0x88 => self.run(value),
            0x100..0x110 => {
                assert!(!self.on, "a table is moved while it is used");
                let index = usize::from(register - 0x100) / 8;
                self.tables[index] = half(self.tables[index], register);
            }
            other => panic!("nothing is to be written at {other:#x}"),
        }
    }

    fn run(&mut self, written: u32) {
        if !self.on {
            assert_eq!(written, 0, "it is off");
            return;
        }
        assert_eq!(self.queue >> 63, 1, "there is a queue");
        let start = self.queue & 0xf_ffff_ffff_0000;
        let bytes = (self.queue & 0xff) as u32 * 0x1000 + 0x1000;
        assert!(written < bytes && written.is_multiple_of(32));
        while self.read != written && self.stopped.is_none() && !self.kind.dead {
            let at = start + u64::from(self.read);
            let words = [0, 8, 16, 24].map(|offset| self.word(at + offset));
            if let Err(why) = self.execute(words) {
                self.stopped = Some(why);
                return;
            }
            self.commands += 1;
            self.read = (self.read + 32) % bytes;
        }
    }

    /// A command, with the errors of Arm IHI 0069H §5.3.
    fn execute(&mut self, [head, second, third, fourth]: [u64; 4]) -> Result<(), &'static str> {
        assert_eq!(fourth, 0, "is reserved");
        let (device, event) = (head >> 32, second & 0xffff_ffff);
        match head & 0xff {
            0x05 => self.sync(third),
            0x08 if third >> 63 == 0 => self.unmap(device),
            0x08 => self.map_device(device, second & 0x1f, third & 0xf_ffff_ffff_ff00),
            0x09 => {
                let target = third & 0xf_ffff_ffff_0000 & !(1 << 63);
                if third & 0xffff != 0 || target != self.kind.target() {
                    return Err("no such collection or redistributor");
                }
                self.collection = Some(target);
                Ok(())
            }
            0x0a => self.map_event(device, event, second >> 32, third & 0xffff),
            0x0c => {
                let interrupt = self.interrupt(device, event)?;
                self.stale.insert(interrupt);
                Ok(())
            }
            0x0f => {
                let interrupt = self.interrupt(device, event)?;
                self.pending.remove(&interrupt);
                self.stale.insert(interrupt);
                let events = self.devices.get_mut(&device).ok_or("no device")?;
                events.interrupts.remove(&event);
                Ok(())
            }
            _ => Err("no such command"),
        }
    }

    fn sync(&mut self, target: u64) -> Result<(), &'static str> {
        if target != self.kind.target() {
            return Err("no such redistributor");
        }
        for interrupt in core::mem::take(&mut self.stale) {
            let offset = super::CONFIGURATION + interrupt - 8192;
            let byte = self.word((MEMORY + offset) & !7) >> (8 * (offset % 8)) & 0xff;
            assert_eq!(
                byte & 0xfe,
                0x82,
                "as urgent as others, and a bit that is kept set"
            );
            if byte & 1 == 1 {
                self.enabled.insert(interrupt);
            } else {
                self.enabled.remove(&interrupt);
            }
        }
        self.deliver();
        Ok(())
    }

    fn map_device(&mut self, device: u64, size: u64, table: u64) -> Result<(), &'static str> {
        let register = self.table_register(DEVICES);
        let page = 0x1000 << (2 * self.kind.page);
        let room = ((register & 0xff) + 1) * page / self.kind.entry_bytes;
        if device >= room || size >= u64::from(self.kind.id_bits) {
            return Err("no room for the device, or too many events");
        }
        let (count, bytes) = (2 << size, 16 * (2 << size));
        let mut words = (table..table + bytes).step_by(8);
        assert!(words.all(|at| self.word(at) == 0), "the table is cleared");
        let others = self.devices.values();
        let mut others = others.map(|other| other.table..other.table + bytes);
        assert!(
            !others.any(|other| other.contains(&table)),
            "it is another's"
        );
        let events = Events {
            table,
            count,
            interrupts: BTreeMap::new(),
        };
        assert!(self.devices.insert(device, events).is_none(), "it had one");
        Ok(())
    }

    fn unmap(&mut self, device: u64) -> Result<(), &'static str> {
        let events = self.devices.remove(&device).ok_or("no device")?;
        assert!(events.interrupts.is_empty(), "events would be lost");
        // What the ITS wrote there stays.
        let place = ((events.table - MEMORY) / 8) as usize;
        self.memory[place] = u64::MAX;
        Ok(())
    }

    fn map_event(
        &mut self,
        device: u64,
        event: u64,
        interrupt: u64,
        collection: u64,
    ) -> Result<(), &'static str> {
        if collection != 0 || self.collection.is_none() {
            return Err("no such collection");
        }
        if !(8192..1 << 14).contains(&interrupt) {
            return Err("no such interrupt");
        }
        let others = self.devices.values();
        let mut others = others.flat_map(|events| events.interrupts.values());
        assert!(!others.any(|other| *other == interrupt), "it is another's");
        let events = self.devices.get_mut(&device).ok_or("no device")?;
        if event >= events.count {
            return Err("no such event");
        }
        assert!(events.interrupts.insert(event, interrupt).is_none());
        Ok(())
    }

    fn interrupt(&self, device: u64, event: u64) -> Result<u64, &'static str> {
        let events = self.devices.get(&device).ok_or("no device")?;
        let interrupt = events.interrupts.get(&event).ok_or("no such event")?;
        Ok(*interrupt)
    }
}

impl Access for Model {
    fn read(&self, register: u16) -> u32 {
        let state = self.0.borrow();
        let long = match register & !4 {
            0x00 => u64::from(state.on) | u64::from(!state.on) << 31,
            0x08 => state.type_register(),
            0x90 => u64::from(state.read) | u64::from(state.stopped.is_some()),
            table @ 0x100..0x140 => state.table_register(usize::from(table - 0x100) / 8),
            other => panic!("nothing is to be read at {other:#x}"),
        };
        (long >> ((register & 4) * 8)) as u32
    }

    fn write(&self, register: u16, value: u32) {
        self.0.borrow_mut().write(register, value);
    }

    fn store(&self, offset: u64, word: u64) {
        assert!(offset.is_multiple_of(8));
        self.0.borrow_mut().memory[(offset / 8) as usize] = word;
    }

    fn clear(&self, offset: u64, bytes: u64) {
        assert!(offset.is_multiple_of(64) && bytes.is_multiple_of(64));
        let words = (offset / 8) as usize..((offset + bytes) / 8) as usize;
        self.0.borrow_mut().memory[words].fill(0);
    }
}
