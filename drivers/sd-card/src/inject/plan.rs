//! What is to fail, and how.

use core::cell::Cell;
use core::fmt;
use core::str::FromStr;

use libipc::Caller;
use proto::card_faults::{Fault, Request, Server, Slot};

use crate::registers::status;

/// The slots that an argument can name.
const SLOTS: [(&str, Slot); 5] = [
    ("card", Slot::Card),
    ("no-card", Slot::NoCard),
    ("locked-card", Slot::LockedCard),
    ("protected-card", Slot::ProtectedCard),
    ("password-card", Slot::PasswordCard),
];

/// A name that is none of a slot's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownSlot;

impl fmt::Display for UnknownSlot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("write what is in the slot as `inject=` and one of")?;
        for (number, (name, _)) in SLOTS.iter().enumerate() {
            let before = if number == 0 { "" } else { "," };
            write!(f, "{before} {name}")?;
        }
        Ok(())
    }
}

/// How a transfer fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Effect {
    /// The card does not hear the command.
    Unheard,
    /// The answer is damaged, with these errors.
    Answer(u32),
    /// Data stops; the plan knows with which errors.
    Data,
}

/// What is to fail. The registers, the driver's client and who asks for errors share it.
pub struct Plan {
    slot: Cell<Slot>,
    wanted: Cell<Option<(Fault, Request)>>,
    times: Cell<u32>,
    /// Commands that are not to be heard.
    unheard: Cell<u32>,
    /// The fault of the data that is on its way.
    on_way: Cell<Option<Fault>>,
    /// Words that are moved before data stops; 0 if it does not.
    pub(super) words: Cell<u32>,
    /// Whether data has stopped.
    pub(super) has_stopped: Cell<bool>,
    /// The last argument and size of a transfer that were written.
    pub(super) argument: Cell<u32>,
    pub(super) blocks: Cell<u32>,
}

impl FromStr for Plan {
    type Err = UnknownSlot;

    /// The plan that begins with a slot.
    fn from_str(slot: &str) -> Result<Self, UnknownSlot> {
        let found = SLOTS.iter().find(|(name, _)| *name == slot);
        found.map(|(_, slot)| Self::new(*slot)).ok_or(UnknownSlot)
    }
}

impl Plan {
    /// Nothing fails as yet.
    pub fn new(slot: Slot) -> Self {
        Self {
            slot: Cell::new(slot),
            wanted: Cell::new(None),
            times: Cell::new(0),
            unheard: Cell::new(0),
            on_way: Cell::new(None),
            words: Cell::new(0),
            has_stopped: Cell::new(false),
            argument: Cell::new(0),
            blocks: Cell::new(0),
        }
    }

    pub(super) fn slot(&self) -> Slot {
        self.slot.get()
    }

    /// Whether the next command is not heard.
    pub(super) fn is_unheard(&self) -> bool {
        let left = self.unheard.get();
        self.unheard.set(left.saturating_sub(1));
        left != 0 || self.slot() == Slot::NoCard
    }

    /// How the command that is to be sent fails, if it does.
    pub(super) fn next(&self, index: u32) -> Option<Effect> {
        let request = match index {
            17 | 18 => Request::Read,
            24 | 25 => Request::Write,
            _ => return None,
        };
        let (fault, _) = self.wanted.get().filter(|(_, wanted)| *wanted == request)?;
        // Of a card without contact, `times` is how many commands it does not hear from then on.
        let is_last = fault == Fault::Contact || {
            let left = self.times.get().saturating_sub(1);
            self.times.set(left);
            left == 0
        };
        if is_last {
            self.wanted.set(None);
        }
        Some(match fault {
            Fault::CommandTimeout => Effect::Unheard,
            Fault::CommandCrc => Effect::Answer(status::COMMAND_CRC),
            Fault::CommandEnd => Effect::Answer(status::COMMAND_END),
            Fault::CommandIndex => Effect::Answer(status::COMMAND_INDEX),
            _ => {
                self.on_way.set(Some(fault));
                Effect::Data
            }
        })
    }

    /// The errors of data that stops now, if the controller tells of them.
    pub(super) fn strike(&self) -> Option<u32> {
        match self.on_way.take()? {
            Fault::DataCrc => Some(status::DATA_CRC),
            Fault::DataEnd => Some(status::DATA_END),
            Fault::Descriptors => Some(status::ADMA),
            Fault::Contact => {
                self.unheard.set(self.times.take());
                Some(status::DATA_TIMEOUT)
            }
            Fault::DataTimeout => Some(status::DATA_TIMEOUT),
            _ => None,
        }
    }

    /// The controller was told to forget the data.
    pub(super) fn forget_data(&self) {
        self.on_way.set(None);
        self.words.set(0);
        self.has_stopped.set(false);
    }
}

impl Server for &Plan {
    fn fail(&mut self, _: Caller, fault: Fault, request: Request, times: u32) {
        self.unheard.set(0);
        self.times.set(times);
        self.wanted.set((times != 0).then_some((fault, request)));
    }

    fn left(&mut self, _: Caller) -> u32 {
        self.times.get() + self.unheard.get()
    }

    fn set_slot(&mut self, _: Caller, slot: Slot) {
        self.slot.set(slot);
    }
}
