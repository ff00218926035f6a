//! A controller, a PHY and a line for tests, which panic where a driver breaks their rules and fail when they are told to.
//!
//! Rings may only be changed while DMA is at rest, descriptors only while they are the driver's, and the controller's own indices
//! never. Registers that nobody described are not there. Time passes when the driver waits.

mod dma;
mod phy;

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::vec::Vec;

use device_wait::Pace;

use crate::registers::{buffers, dma as place, flag, interrupts, lines, mac, mdio, system};
use crate::{Line, MEMORY_BYTES, Memory, Registers};

use dma::Direction;
use phy::PhyModel;

/// Where the memory is for the controller.
const PHYSICAL: u64 = 0x1_2345_0000;
/// How long a transfer to the PHY takes.
const TRANSFER_NS: u64 = 30_000;

/// What goes wrong.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Faults {
    /// DMA does not come to rest before the next reset.
    pub(crate) restless: bool,
    /// Nor after it.
    pub(crate) always_restless: bool,
    /// Transfers to the PHY never end.
    pub(crate) mute: bool,
    /// The line takes no frames.
    pub(crate) jammed: bool,
}

#[derive(Debug)]
pub(crate) struct State {
    pub(crate) revision: u32,
    pub(crate) faults: Faults,
    pub(crate) now: u64,
    plain: BTreeMap<u32, u32>,
    send: Direction,
    receive: Direction,
    pub(crate) phy: PhyModel,
    transfer: Option<(u64, u32)>,
    pub(crate) raised: u32,
    masked: u32,
    memory: Vec<u8>,
    /// A barrier came since the memory was written last.
    ordered: Cell<bool>,
    /// Frames that went out.
    pub(crate) line_out: Vec<Vec<u8>>,
    pub(crate) resets: u32,
}

/// All of it, shared by the driver's views and the test.
#[derive(Clone, Debug)]
pub(crate) struct Machine(pub(crate) Rc<RefCell<State>>);

impl Machine {
    /// A controller whose indices stand somewhere, and whose address somebody wrote.
    pub(crate) fn new(index: u16) -> Self {
        let plain = [
            (mac::ADDRESS_0, 0xdca6_3201),
            (mac::ADDRESS_1, 0x0203),
            (system::FLUSH, 0),
        ];
        Self(Rc::new(RefCell::new(State {
            revision: 0x0600_0000,
            faults: Faults::default(),
            now: 0,
            plain: plain.into_iter().collect(),
            send: Direction::new(index),
            receive: Direction::new(index),
            phy: PhyModel::new(),
            transfer: None,
            raised: 0xffff,
            masked: 0,
            memory: std::vec![0xee; MEMORY_BYTES],
            ordered: Cell::new(true),
            line_out: Vec::new(),
            resets: 0,
        })))
    }

    /// What the other end does: it plugs in, or out.
    pub(crate) fn plug(&self, line: Option<Line>) {
        self.0.borrow_mut().phy.plug(line);
    }

    /// Sets what goes wrong.
    pub(crate) fn fail(&self, faults: Faults) {
        self.0.borrow_mut().faults = faults;
    }

    /// A frame comes from the line, with what is wrong with it.
    pub(crate) fn deliver(&self, frame: &[u8], wrong: u32) {
        let flags = flag::FIRST | flag::LAST | wrong;
        self.deliver_piece(frame, flags);
    }

    /// Something comes from the line, with all of its flags.
    pub(crate) fn deliver_piece(&self, frame: &[u8], flags: u32) {
        self.0.borrow_mut().deliver(frame, flags);
    }

    /// The controller sends what it has been given; what went out since the last time.
    pub(crate) fn run(&self) -> Vec<Vec<u8>> {
        let mut state = self.0.borrow_mut();
        state.run();
        core::mem::take(&mut state.line_out)
    }

    /// The controller pretends to have filled so many descriptors more than there are.
    pub(crate) fn lie(&self, by: u16) {
        let mut state = self.0.borrow_mut();
        state.receive.index = state.receive.index.wrapping_add(by);
    }

    /// Whether the driver would be interrupted.
    pub(crate) fn interrupts(&self) -> bool {
        let state = self.0.borrow();
        state.raised & !state.masked != 0
    }
}

impl State {
    fn plain(&self, register: u32) -> u32 {
        self.plain.get(&register).copied().unwrap_or(0)
    }

    /// Whether frames travel: MAC and line agree.
    fn travels(&self, on: u32) -> bool {
        let command = self.plain(mac::COMMAND);
        let half = command & mac::HALF_DUPLEX != 0;
        let speed = command >> mac::SPEED_SHIFT & 3;
        let agrees =
            |line: Line| line.speed as u32 == speed && half == (line.duplex == crate::Duplex::Half);
        let wired = self.plain(lines::CONTROL) & (lines::LINK | lines::RGMII | lines::NO_DELAY)
            == lines::LINK | lines::RGMII;
        command & on != 0
            && wired
            && self.plain(system::PORT) == system::PORT_EXTERNAL
            && self.phy.line().is_some_and(agrees)
    }

    fn wants(&self, frame: &[u8]) -> bool {
        if self.plain(mac::COMMAND) & mac::PROMISCUOUS != 0 {
            return true;
        }
        let filters = self.plain(mac::FILTERS);
        (0..mac::FILTER_COUNT).any(|place| {
            let register = mac::FILTER_ADDRESSES + 8 * place;
            let address =
                u64::from(self.plain(register)) << 32 | u64::from(self.plain(register + 4));
            let is_on = filters >> (mac::FILTER_COUNT - 1 - place) & 1 == 1;
            is_on && frame.get(..6) == Some(&address.to_be_bytes()[2..])
        })
    }

    fn deliver(&mut self, frame: &[u8], flags: u32) {
        if !self.travels(mac::RECEIVE_ON) || !self.receive.is_on() || !self.wants(frame) {
            return;
        }
        assert!(frame.len() <= self.plain(mac::MAX_FRAME) as usize);
        let Some(slot) = self.receive.next_for_controller(false) else {
            self.receive.lost = self.receive.lost.saturating_add(1);
            return;
        };
        let at = self.buffer(self.receive.address(slot));
        self.memory[at..at + frame.len()].copy_from_slice(frame);
        self.receive.descriptors[slot][0] = (frame.len() as u32) << flag::LENGTH_SHIFT | flags;
        self.receive.done();
        self.raised |= interrupts::RECEIVED;
    }

    fn run(&mut self) {
        while !self.faults.jammed && self.travels(mac::SEND_ON) && self.send.is_on() {
            let Some(slot) = self.send.next_for_controller(true) else {
                return;
            };
            let [flags, ..] = self.send.descriptors[slot];
            let wanted = flag::FIRST | flag::LAST | flag::ADD_CHECKSUM | flag::TAG;
            assert_eq!(flags & 0xffff, wanted, "one descriptor a frame");
            let length = (flags >> flag::LENGTH_SHIFT) as usize;
            assert!((60..=1518).contains(&length), "{length}");
            let at = self.buffer(self.send.address(slot));
            self.line_out.push(self.memory[at..at + length].to_vec());
            self.send.done();
            self.raised |= interrupts::SENT;
        }
    }

    /// The place in memory that a descriptor names.
    fn buffer(&self, physical: u64) -> usize {
        let at = physical.checked_sub(PHYSICAL).expect("in its memory") as usize;
        assert!(at + crate::BUFFER <= self.memory.len() && at.is_multiple_of(crate::BUFFER));
        at
    }

    fn reset(&mut self) {
        self.resets += 1;
        self.faults.restless = self.faults.always_restless;
        self.send.reset();
        self.receive.reset();
        let command = self.plain(mac::COMMAND);
        self.plain.retain(|register, _| *register < 0x100);
        self.plain.insert(mac::COMMAND, command);
    }

    fn command(&mut self, value: u32) {
        if value & mac::RESET != 0 {
            assert_eq!(value & (mac::SEND_ON | mac::RECEIVE_ON), 0);
            self.reset();
        }
        self.plain.insert(mac::COMMAND, value);
    }

    fn mdio(&mut self, value: u32) {
        assert!(self.transfer.is_none(), "a transfer is under way");
        let direction = value & (mdio::READ | mdio::WRITE);
        assert!(direction == mdio::READ || direction == mdio::WRITE);
        if value & mdio::BUSY != 0 {
            let announced = self.plain(mdio::COMMAND);
            assert_eq!(announced, value & !mdio::BUSY, "as was announced");
            self.transfer = Some((self.now + TRANSFER_NS, value));
        }
        self.plain.insert(mdio::COMMAND, value & !mdio::BUSY);
    }

    fn mdio_status(&mut self) -> u32 {
        let Some((when, value)) = self.transfer else {
            return self.plain(mdio::COMMAND);
        };
        if self.now < when || self.faults.mute {
            return value;
        }
        self.transfer = None;
        let (phy, register) = (
            value >> mdio::PHY_SHIFT & 0x1f,
            (value >> mdio::REGISTER_SHIFT & 0x1f) as u8,
        );
        let is_read = value & mdio::READ != 0;
        let outcome = match (phy == self.phy.number, is_read) {
            (false, true) => mdio::FAILED | 0xffff,
            (false, false) => 0,
            (true, true) => self.phy.read(register).into(),
            (true, false) => {
                self.phy.write(register, value as u16);
                0
            }
        };
        self.plain
            .insert(mdio::COMMAND, value & !(mdio::BUSY | 0xffff) | outcome);
        self.plain(mdio::COMMAND)
    }

    fn direction(&mut self, register: u32) -> (&mut Direction, u32) {
        match register {
            place::SEND.. => (&mut self.send, register - place::SEND),
            _ => (&mut self.receive, register - place::RECEIVE),
        }
    }
}

impl Registers for Machine {
    fn read(&self, register: u32) -> u32 {
        let mut state = self.0.borrow_mut();
        match register {
            system::REVISION => state.revision,
            interrupts::STATUS => state.raised,
            interrupts::MASKED => state.masked,
            mdio::COMMAND => state.mdio_status(),
            place::RECEIVE.. => {
                let restless = state.faults.restless || state.faults.always_restless;
                let (direction, offset) = state.direction(register);
                direction.read(offset, restless)
            }
            system::FLUSH
            | lines::CONTROL
            | buffers::RECEIVE
            | buffers::SEND
            | mac::COMMAND
            | mac::ADDRESS_0
            | mac::ADDRESS_1 => state.plain(register),
            other => panic!("{other:#x} is not read by this driver"),
        }
    }

    fn write(&self, register: u32, value: u32) {
        let mut state = self.0.borrow_mut();
        match register {
            interrupts::CLEAR => state.raised &= !value,
            interrupts::MASK => state.masked |= value,
            interrupts::UNMASK => state.masked &= !value,
            mac::COMMAND => state.command(value),
            mdio::COMMAND => state.mdio(value),
            place::RECEIVE.. => {
                let ordered = state.ordered.get();
                let is_send = register >= place::SEND;
                let (direction, offset) = state.direction(register);
                if is_send && offset == place::DRIVER_INDEX && direction.is_on() {
                    assert!(ordered, "a barrier is due before a frame is handed over");
                }
                direction.write(offset, value, is_send);
            }
            mac::FILTER_ADDRESSES..0xee0 | mac::FILTERS => {
                state.plain.insert(register, value);
            }
            system::PORT
            | system::FLUSH
            | lines::CONTROL
            | buffers::RECEIVE
            | buffers::SEND
            | buffers::SEND_SIZE
            | mac::ADDRESS_0
            | mac::ADDRESS_1
            | mac::MAX_FRAME
            | mac::FLUSH
            | mac::COUNTERS => {
                state.plain.insert(register, value);
            }
            other => panic!("{other:#x} is not written by this driver"),
        }
    }
}

impl Memory for Machine {
    fn length(&self) -> usize {
        MEMORY_BYTES
    }

    fn physical(&self, offset: usize) -> u64 {
        PHYSICAL + offset as u64
    }

    fn read(&self, offset: usize, to: &mut [u8]) {
        let state = self.0.borrow();
        assert!(
            state.ordered.get(),
            "a barrier is due before a frame is read"
        );
        to.copy_from_slice(&state.memory[offset..offset + to.len()]);
    }

    fn write(&self, offset: usize, bytes: &[u8]) {
        let mut state = self.0.borrow_mut();
        state.ordered.set(false);
        state.memory[offset..offset + bytes.len()].copy_from_slice(bytes);
    }

    fn barrier(&self) {
        self.0.borrow().ordered.set(true);
    }
}

impl Pace for Machine {
    fn now_ns(&self) -> u64 {
        self.0.borrow().now
    }

    fn wait(&self, until_ns: u64) {
        let mut state = self.0.borrow_mut();
        assert!(until_ns >= state.now, "waits for what was");
        state.now = until_ns;
    }
}
