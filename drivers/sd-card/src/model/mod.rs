//! A controller with a card for tests, stricter than real ones: what the standards forbid a driver panics here. It
//! fails when it is told to.

mod card;
mod data;
mod registers;

use std::cell::{Ref, RefCell, RefMut};
use std::collections::VecDeque;
use std::rc::Rc;
use std::vec;
use std::vec::Vec;

use device_wait::Pace;

use crate::registers::status;
use crate::{BLOCK, Buffer, Register, Registers, Table};
use card::CardState;
use data::Transfer;

/// The clock that the card's is made of.
pub(crate) const BASE_MHZ: u32 = 100;
/// Where memory begins, as the controller finds it.
pub(crate) const PHYSICAL: u64 = 0x4000_0000;
/// Where in memory the table of descriptors is.
pub(crate) const TABLE: u64 = PHYSICAL;
/// Where buffers may be.
pub(crate) const BUFFERS: u64 = PHYSICAL + 0x1000;
const MEMORY: usize = 0x4_0000;

/// Which card there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Slot {
    Empty,
    /// Of version 1, which counts in bytes.
    Old,
    /// Of version 2, which counts in bytes.
    Small,
    /// Which counts in blocks.
    Large,
}

/// How controller and card are made.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Kind {
    pub(crate) slot: Slot,
    /// The card's size, in the units of its register.
    pub(crate) size: u32,
    /// Bits 13 and 12 of the card's register.
    pub(crate) protection: u32,
    pub(crate) is_switched_off: bool,
    pub(crate) adma2: bool,
    pub(crate) base_mhz: u32,
    pub(crate) four_lines: bool,
    /// How long everything takes.
    pub(crate) delay_ns: u64,
}

impl Default for Kind {
    fn default() -> Self {
        Self {
            slot: Slot::Large,
            size: 0,
            protection: 0,
            is_switched_off: false,
            adma2: false,
            base_mhz: BASE_MHZ,
            four_lines: true,
            delay_ns: 0,
        }
    }
}

impl Kind {
    pub(crate) fn blocks(&self) -> usize {
        let units = self.size as usize + 1;
        match self.slot {
            Slot::Empty => 0,
            Slot::Old | Slot::Small => units * 4,
            Slot::Large => units * 1024,
        }
    }
}

/// Something that goes wrong once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The card does what this command says, and its answer is damaged, with these error bits.
    Answer(u8, u32),
    /// The card does not hear this command.
    Deaf(u8),
    /// The controller never says that this command was sent.
    Silent(u8),
    /// Data fails at this block, with these error bits.
    Data(u32, u32),
    /// The controller stops at this block and says nothing.
    Stuck(u32),
    /// The next descriptor is no good.
    Descriptor,
    /// The card cannot write; its status says so afterwards.
    Programming(u32),
    /// The card is taken out when this command comes.
    Removal(u8),
    /// Another card is put in when this command comes.
    Exchange(u8),
}

pub(crate) struct State {
    kind: Kind,
    now: u64,
    blocks: u32,
    argument: u32,
    response: u128,
    control: u32,
    clock: u32,
    status: u32,
    status_enable: u32,
    signal_enable: u32,
    table_at: u32,
    /// Bits that are set when their time has come.
    due: VecDeque<(u64, u32)>,
    command_is_stuck: bool,
    transfer: Option<Transfer>,
    card: CardState,
    faults: Vec<Fault>,
    /// The commands that were sent, those of applications from 100 on.
    commands: Vec<u8>,
    waits: u32,
    memory: Vec<u8>,
    disk: Vec<u8>,
}

/// Controller, card and memory, shared by the driver's views of them and the test.
#[derive(Clone)]
pub(crate) struct Machine(Rc<RefCell<State>>);

impl Machine {
    pub(crate) fn new(kind: Kind) -> Self {
        Self(Rc::new(RefCell::new(State {
            kind,
            now: 0,
            blocks: 0,
            argument: 0,
            response: 0,
            control: 0,
            clock: 0,
            status: 0,
            status_enable: 0,
            signal_enable: 0,
            table_at: 0,
            due: VecDeque::new(),
            command_is_stuck: false,
            transfer: None,
            card: CardState::new(kind.slot != Slot::Empty),
            faults: Vec::new(),
            commands: Vec::new(),
            waits: 0,
            memory: vec![0xee; MEMORY],
            disk: content(kind.blocks() * BLOCK),
        })))
    }

    /// Somebody puts a card in; the controller tells of it if it was told to.
    pub(crate) fn put_in(&self, slot: Slot) {
        let mut state = self.state();
        state.kind.slot = slot;
        state.card = CardState::new(true);
        state.disk = content(state.kind.blocks() * BLOCK);
        state.status |= status::INSERTED & state.status_enable;
    }

    /// Whether the interrupt is raised.
    pub(crate) fn is_raised(&self) -> bool {
        let state = self.0.borrow();
        state.status & state.signal_enable != 0
    }

    fn state(&self) -> RefMut<'_, State> {
        self.0.borrow_mut()
    }

    pub(crate) fn fail(&self, fault: Fault) {
        self.state().faults.push(fault);
    }

    /// Faults that have not happened.
    pub(crate) fn faults_left(&self) -> usize {
        self.0.borrow().faults.len()
    }

    /// How often a command was sent; 100 is added to those of applications.
    pub(crate) fn sent(&self, index: u8) -> usize {
        let state = self.0.borrow();
        state.commands.iter().filter(|sent| **sent == index).count()
    }

    pub(crate) fn forget_commands(&self) {
        self.state().commands.clear();
    }

    /// How often the driver waited for the interrupt or slept.
    pub(crate) fn waits(&self) -> u32 {
        self.0.borrow().waits
    }

    pub(crate) fn now(&self) -> u64 {
        self.0.borrow().now
    }

    pub(crate) fn disk(&self) -> Ref<'_, [u8]> {
        Ref::map(self.0.borrow(), |state| &state.disk[..])
    }

    pub(crate) fn memory(&self, physical: u64, length: usize) -> Vec<u8> {
        let at = place(physical, length);
        self.0.borrow().memory[at..][..length].to_vec()
    }

    pub(crate) fn put(&self, physical: u64, bytes: &[u8]) {
        let at = place(physical, bytes.len());
        self.state().memory[at..][..bytes.len()].copy_from_slice(bytes);
    }
}

/// What a card holds at first.
fn content(bytes: usize) -> Vec<u8> {
    let cycle: Vec<u8> = (0..=u8::MAX).flat_map(|byte| [byte; 7]).collect();
    let mut content = cycle.repeat(bytes / cycle.len() + 1);
    content.truncate(bytes);
    content
}

fn place(physical: u64, length: usize) -> usize {
    let at = physical.checked_sub(PHYSICAL).expect("below memory") as usize;
    assert!(at + length <= MEMORY, "above memory");
    at
}

impl State {
    /// Takes a fault that `is_it`, if there is one.
    fn fault(&mut self, is_it: impl Fn(Fault) -> bool) -> Option<Fault> {
        let at = self.faults.iter().position(|fault| is_it(*fault))?;
        Some(self.faults.remove(at))
    }

    /// Sets bits of the status after the usual delay.
    fn set_later(&mut self, bits: u32) {
        self.due.push_back((self.now + self.kind.delay_ns, bits));
        self.settle();
    }

    /// Sets the bits whose time has come.
    fn settle(&mut self) {
        while let Some((when, bits)) = self.due.front().copied()
            && when <= self.now
        {
            self.due.pop_front();
            self.status |= bits & self.status_enable;
        }
    }
}

/// Memory from a place on; blocks are counted from there.
pub(crate) struct Area {
    pub(crate) machine: Machine,
    pub(crate) start: u64,
    /// Whether the driver may tell the controller.
    pub(crate) is_shown: bool,
}

impl Buffer for Area {
    fn physical(&self) -> Option<u64> {
        self.is_shown.then_some(self.start)
    }

    fn put(&mut self, block: u32, bytes: &[u8; BLOCK]) {
        self.machine
            .put(self.start + u64::from(block) * BLOCK as u64, bytes);
    }

    fn get(&mut self, block: u32, bytes: &mut [u8; BLOCK]) {
        let at = self.start + u64::from(block) * BLOCK as u64;
        bytes.copy_from_slice(&self.machine.memory(at, BLOCK));
    }
}

impl Table for Machine {
    fn length(&self) -> usize {
        64
    }

    fn physical(&self) -> Option<u32> {
        Some(TABLE as u32)
    }

    fn write(&self, index: usize, descriptor: u64) {
        self.put(TABLE + index as u64 * 8, &descriptor.to_le_bytes());
    }

    fn barrier(&self) {}
}

impl Pace for Machine {
    fn now_ns(&self) -> u64 {
        let mut state = self.state();
        state.now += 100;
        state.now
    }

    /// Until something is due that raises the interrupt, or time is up.
    fn wait(&self, until_ns: u64) {
        let mut state = self.state();
        state.waits += 1;
        loop {
            if state.status & state.signal_enable != 0 || state.now >= until_ns {
                return;
            }
            let next = state.due.front().map_or(until_ns, |(when, _)| *when);
            state.now = next.clamp(state.now, until_ns);
            state.settle();
        }
    }
}

impl Registers for Machine {
    fn read(&self, register: Register) -> u32 {
        self.state().read(register)
    }

    fn write(&self, register: Register, value: u32) {
        self.state().write(register, value);
    }
}
