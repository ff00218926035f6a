//! Device interrupts: each line signals one notification.
//!
//! The table is an array of entries in memory that boot set aside, because each holds a capability slot.

use weft_abi::{Kind, Rights};
use weft_hal::{Arch, IrqLine, PhysAddr};
use weft_store::{HomeCell, Ref};

use crate::Core;
use crate::cspace::Contents;
use crate::object::{Notification, Slot, SlotRef, Tag};
use crate::state::Next;

/// The greatest number of lines.
pub(crate) const MAX_LINES: u16 = 256;
/// Bytes that the table takes, a power of two.
pub(crate) const TABLE_BYTES: u64 = MAX_LINES as u64 * size_of::<IrqEntry>() as u64;

/// A line: which notification it signals.
#[repr(C, align(128))]
pub(crate) struct IrqEntry {
    /// The bound notification; its badge is what is signalled.
    pub(crate) binding: Slot,
    /// Whether a handler exists.
    pub(crate) taken: HomeCell<bool>,
}

/// Where the entries are.
pub(crate) struct IrqTable {
    base: Option<Ref<IrqEntry>>,
}

impl IrqTable {
    /// No table yet.
    pub(crate) const fn new() -> Self {
        Self { base: None }
    }

    /// The entry of a line.
    pub(crate) fn entry(&self, line: IrqLine) -> Option<Ref<IrqEntry>> {
        if line.0 >= MAX_LINES {
            return None;
        }
        let offset = u64::from(line.0).wrapping_mul(size_of::<IrqEntry>() as u64);
        Some(Ref::from_slot(self.base?.address().wrapping_add(offset)))
    }
}

impl<A: Arch> Core<A> {
    /// Puts the table at `at` ([`TABLE_BYTES`] bytes, page aligned). Called once, by boot.
    pub(crate) fn place_irq_table(&mut self, at: PhysAddr) {
        let step = size_of::<IrqEntry>() as u64;
        let mut place = at;
        for line in 0..MAX_LINES {
            let entry = IrqEntry {
                binding: Slot::empty(),
                taken: HomeCell::new(false),
            };
            let entry = self.memory.place(place, entry);
            if line == 0 {
                self.irqs.base = Some(entry);
            }
            place = PhysAddr(place.0.wrapping_add(step));
        }
    }

    /// Makes the handler capability of a line that is free.
    pub(crate) fn install_irq(&mut self, control: SlotRef, place: SlotRef, line: IrqLine) {
        let home = self.home();
        if let Some(entry) = self.irqs.entry(line) {
            entry.taken.set(home, true);
        }
        let tag = Tag::new(Kind::IrqHandler, Rights::READ | Rights::WRITE, self.id());
        let contents = Contents {
            tag,
            object: u64::from(line.0),
            badge: 0,
        };
        self.create(Some(control), place, contents);
    }

    /// A device interrupt arrived: signals the bound notification.
    pub(crate) fn interrupt(&mut self, line: IrqLine) -> Next<A> {
        let home = self.home();
        let Some(entry) = self.irqs.entry(line) else {
            return Next::Caller;
        };
        let bound: Option<Ref<Notification<A>>> = entry.binding.object_of(home, Kind::Notification);
        match bound {
            Some(notification) => self.signal(notification, entry.binding.badge.get(home)),
            None => self.arch.mask(line),
        }
        Next::Caller
    }

    /// A line's handler was destroyed: the line falls silent and is free again.
    pub(crate) fn irq_released(&mut self, line: IrqLine) {
        self.arch.release(line);
        let Some(entry) = self.irqs.entry(line) else {
            return;
        };
        let home = self.home();
        let binding = entry.part(|entry| &entry.binding);
        if !binding.is_empty(home) {
            self.unbind_slot(binding);
        }
        entry.taken.set(home, false);
    }
}
