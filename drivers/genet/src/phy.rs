//! The PHY: what is at the other end of the line (802.3 §22.2.4, §28, §40).

use device_wait::Pace;

use crate::line::{Duplex, Line, Speed};
use crate::mdio;
use crate::registers::Registers;

/// Registers.
mod at {
    pub(super) const CONTROL: u8 = 0;
    pub(super) const STATUS: u8 = 1;
    pub(super) const ID: u8 = 2;
    pub(super) const OFFERED: u8 = 4;
    pub(super) const PEERS: u8 = 5;
    pub(super) const GIGABIT_OFFERED: u8 = 9;
    pub(super) const GIGABIT_PEERS: u8 = 10;
    /// Broadcom's: a register of many, of which bits 0 to 2 say which.
    pub(super) const AUXILIARY: u8 = 0x18;
    /// Broadcom's: a register of many, of which bits 10 to 14 say which.
    pub(super) const SHADOW: u8 = 0x1c;
}

const RESET: u16 = 1 << 15;
const NEGOTIATE: u16 = 1 << 12 | 1 << 9;
const NEGOTIATED: u16 = 1 << 5;
const HAS_LINK: u16 = 1 << 2;
const TEN_HALF: u16 = 1 << 5;
const TEN_FULL: u16 = 1 << 6;
const HUNDRED_HALF: u16 = 1 << 7;
const HUNDRED_FULL: u16 = 1 << 8;
/// That these are offers for Ethernet.
const SELECTOR: u16 = 1;
const GIGABIT_FULL: u16 = 1 << 9;
const PEERS_GIGABIT_FULL: u16 = 1 << 11;

/// The first half of the identifiers of Broadcom's PHYs.
const BROADCOM: u16 = 0x600d;
/// The BCM54213PE, but for its revision.
const BCM54213PE: u16 = 0x84a0;

/// The auxiliary register for miscellanies, and how it is read and written (FreeBSD `brgphyreg.h`).
mod auxiliary {
    pub(super) const READ_MISC: u16 = 7 << 12 | 7;
    pub(super) const WRITE_MISC: u16 = 1 << 15 | 7;
    /// The PHY delays the clock of what it received against the data.
    pub(super) const RECEIVE_DELAY: u16 = 1 << 8;
}

/// The shadow register for clocks.
mod shadow {
    pub(super) const CLOCKS: u16 = 3 << 10;
    pub(super) const WRITE: u16 = 1 << 15;
    /// The PHY delays the clock of what it is to send.
    pub(super) const SEND_DELAY: u16 = 1 << 9;
    pub(super) const VALUE: u16 = 0x3ff;
}

/// How long a reset may take (802.3 §22.2.4.1.1).
const RESET_NS: u64 = 500_000_000;
/// Between two looks whether it is over.
const LOOK_NS: u64 = 1_000_000;

/// Why there is no PHY.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PhyFailure {
    Absent,
    InReset,
}

/// A PHY, by its number on the controller's wires.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Phy(u8);

impl Phy {
    /// Finds the PHY, resets it, and has it offer everything to the other end. The board's is number 1.
    pub(crate) fn set_up(bus: (&impl Registers, &impl Pace)) -> Result<Self, PhyFailure> {
        let is_there = |phy: &u8| {
            let id = mdio::read(bus, *phy, at::ID);
            id.is_some_and(|id| id != 0 && id != u16::MAX)
        };
        let phy = (1..32).chain([0]).find(is_there).map(Self);
        let phy = phy.ok_or(PhyFailure::Absent)?;
        phy.reset(bus).ok_or(PhyFailure::InReset)?;
        phy.set_delays(bus).ok_or(PhyFailure::Absent)?;
        phy.negotiate(bus).ok_or(PhyFailure::Absent)?;
        Ok(phy)
    }

    fn reset(self, bus: (&impl Registers, &impl Pace)) -> Option<()> {
        self.write(bus, at::CONTROL, RESET)?;
        let deadline = bus.1.now_ns() + RESET_NS;
        while self.read(bus, at::CONTROL)? & RESET != 0 {
            if bus.1.now_ns() >= deadline {
                return None;
            }
            bus.1.sleep(LOOK_NS);
        }
        Some(())
    }

    /// Which side delays which clock: the board has the controller delay what it sends, and the PHY what it received.
    fn set_delays(self, bus: (&impl Registers, &impl Pace)) -> Option<()> {
        let id = (self.read(bus, at::ID)?, self.read(bus, at::ID + 1)? & !0xf);
        if id != (BROADCOM, BCM54213PE) {
            return Some(());
        }
        self.write(bus, at::AUXILIARY, auxiliary::READ_MISC)?;
        let misc = self.read(bus, at::AUXILIARY)? | auxiliary::RECEIVE_DELAY;
        self.write(bus, at::AUXILIARY, misc | auxiliary::WRITE_MISC)?;
        self.write(bus, at::SHADOW, shadow::CLOCKS)?;
        let clocks = self.read(bus, at::SHADOW)? & shadow::VALUE & !shadow::SEND_DELAY;
        self.write(bus, at::SHADOW, shadow::WRITE | shadow::CLOCKS | clocks)
    }

    fn negotiate(self, bus: (&impl Registers, &impl Pace)) -> Option<()> {
        let offered = SELECTOR | TEN_HALF | TEN_FULL | HUNDRED_HALF | HUNDRED_FULL;
        self.write(bus, at::OFFERED, offered)?;
        self.write(bus, at::GIGABIT_OFFERED, GIGABIT_FULL)?;
        self.write(bus, at::CONTROL, NEGOTIATE)
    }

    /// Looks at the line: the best that both ends offer.
    pub(crate) fn line(self, bus: (&impl Registers, &impl Pace)) -> Option<Line> {
        // A link that went stays told until it is read.
        self.read(bus, at::STATUS)?;
        let status = self.read(bus, at::STATUS)?;
        if status & (HAS_LINK | NEGOTIATED) != HAS_LINK | NEGOTIATED {
            return None;
        }
        let gigabit = self.read(bus, at::GIGABIT_OFFERED)? & GIGABIT_FULL != 0
            && self.read(bus, at::GIGABIT_PEERS)? & PEERS_GIGABIT_FULL != 0;
        let both = self.read(bus, at::OFFERED)? & self.read(bus, at::PEERS)?;
        let (speed, duplex) = match both {
            _ if gigabit => (Speed::Gbit1, Duplex::Full),
            both if both & HUNDRED_FULL != 0 => (Speed::Mbit100, Duplex::Full),
            both if both & HUNDRED_HALF != 0 => (Speed::Mbit100, Duplex::Half),
            both if both & TEN_FULL != 0 => (Speed::Mbit10, Duplex::Full),
            both if both & TEN_HALF != 0 => (Speed::Mbit10, Duplex::Half),
            _ => return None,
        };
        Some(Line { speed, duplex })
    }

    fn read(self, bus: (&impl Registers, &impl Pace), register: u8) -> Option<u16> {
        mdio::read(bus, self.0, register)
    }

    fn write(self, bus: (&impl Registers, &impl Pace), register: u8, value: u16) -> Option<()> {
        mdio::write(bus, self.0, (register, value))
    }
}
