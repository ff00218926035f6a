//! A card as a disk: transfers that are tried again, and a card that may be gone.

use device_wait::Pace;
use libipc::log_line;

use crate::command as cmd;
use crate::host::{DATA_NS, Host, Setup};
use crate::identify::{checked, identify};
use crate::table::Table;
use crate::transfer::{self, Direction, Run, Way};
use crate::{Buffer, Card, Failure, Registers};

/// How often a transfer is tried.
const ATTEMPTS: u32 = 3;
/// How often a card is tried to be identified: the first answers after power comes may be damaged.
const GREETINGS: u32 = 3;
/// Between two looks at a card that is busy.
const LOOK_NS: u64 = 1_000_000;

/// What a card does, as its status says (SD §4.10.1).
mod doing {
    pub(super) const NOTHING: u32 = 4;
    pub(super) const SENDING: u32 = 5;
    pub(super) const RECEIVING: u32 = 6;
    pub(super) const PROGRAMMING: u32 = 7;

    pub(super) const fn of(status: u32) -> u32 {
        status >> 9 & 0xf
    }
}

/// A card that was identified.
pub struct Disk<R, P, T> {
    host: Host<R, P>,
    card: Card,
    table: T,
    way: Way,
    state: Result<(), Failure>,
}

impl<R: Registers, P: Pace, T: Table> Disk<R, P, T> {
    /// Identifies the card behind a controller. The controller moves data by itself if it can and there is a table.
    ///
    /// # Errors
    /// [`Failure`]; `NoAnswer` if there is no card.
    pub fn open(registers: R, pace: P, setup: Setup, table: T) -> Result<Self, Failure> {
        let mut host = Host::new(registers, pace, setup)?;
        let card = greet(&mut host)?;
        let has_table = table.physical().is_some();
        let way = match has_table && host.has_adma2() {
            true => Way::Controller,
            false => Way::Processor,
        };
        Ok(Self {
            host,
            card,
            table,
            way,
            state: Ok(()),
        })
    }

    /// Returns the card.
    pub fn card(&self) -> &Card {
        &self.card
    }

    /// Returns how fast the card's clock is.
    pub fn clock_hz(&self) -> u32 {
        self.host.clock_hz()
    }

    /// Returns whether data goes through the processor.
    pub fn uses_processor(&self) -> bool {
        self.way == Way::Processor
    }

    /// Returns what the driver waits by.
    pub fn pace(&self) -> &P {
        self.host.pace()
    }

    /// Returns why nothing is possible any more, once the card is gone.
    ///
    /// # Errors
    /// That.
    pub fn is_there(&self) -> Result<(), Failure> {
        self.state
    }

    /// Reads blocks that the card has.
    ///
    /// # Errors
    /// Why they could not be read, the last time that it was tried.
    pub fn read(
        &mut self,
        first: u64,
        count: u16,
        buffer: &mut impl Buffer,
    ) -> Result<(), Failure> {
        let direction = Direction::Read;
        self.transfer(
            Run {
                direction,
                first,
                count,
            },
            buffer,
        )
    }

    /// Writes blocks that the card has. They are durable afterwards: cards have no cache that would have to be told.
    ///
    /// # Errors
    /// Why they could not be written, the last time that it was tried.
    pub fn write(
        &mut self,
        first: u64,
        count: u16,
        buffer: &mut impl Buffer,
    ) -> Result<(), Failure> {
        let direction = Direction::Write;
        self.transfer(
            Run {
                direction,
                first,
                count,
            },
            buffer,
        )
    }

    fn transfer(&mut self, run: Run, buffer: &mut impl Buffer) -> Result<(), Failure> {
        self.state?;
        let mut attempt = 1;
        loop {
            let Err(failure) = self.once(run, buffer) else {
                return Ok(());
            };
            let (first, count) = (run.first, run.count);
            let what = run.direction;
            log_line(format_args!(
                "{what:?} of {count} blocks from {first} on, attempt {attempt} of {ATTEMPTS}: {failure}"
            ));
            if failure == Failure::Descriptors {
                self.way = Way::Processor;
            }
            self.recover()?;
            if attempt == ATTEMPTS {
                return Err(failure);
            }
            attempt += 1;
        }
    }

    fn once(&mut self, run: Run, buffer: &mut impl Buffer) -> Result<(), Failure> {
        let (table, way) = (&self.table, self.way);
        transfer::run(&mut self.host, (&self.card, run), buffer, (table, way))?;
        if run.direction == Direction::Write {
            // What goes wrong while a card programs shows in its next answer.
            self.wait_until_idle(checked)?;
        }
        Ok(())
    }

    /// Makes the card ready for the next transfer; if it does not answer, it is identified again.
    fn recover(&mut self) -> Result<(), Failure> {
        let told = self
            .host
            .reset_lines()
            // What the status tells of is what failed.
            .and_then(|()| self.wait_until_idle(|host, ask| Ok(host.command(ask)? as u32)));
        if told.is_ok() {
            return Ok(());
        }
        self.state = self.find_again();
        match self.state {
            Ok(()) => log_line(format_args!("the card was lost, and is there again")),
            Err(failure) => log_line(format_args!("the card is gone: {failure}")),
        }
        self.state
    }

    fn find_again(&mut self) -> Result<(), Failure> {
        self.host.start()?;
        let card = greet(&mut self.host)?;
        if card.identity != self.card.identity {
            return Err(Failure::Exchanged);
        }
        self.card = card;
        Ok(())
    }

    /// Asks for the card's status until it does nothing. A transfer that nobody ended is ended.
    fn wait_until_idle(
        &mut self,
        ask: impl Fn(&mut Host<R, P>, cmd::Command) -> Result<u32, Failure>,
    ) -> Result<(), Failure> {
        let deadline = self.host.now_ns() + DATA_NS;
        let mut was_stopped = false;
        loop {
            let status = ask(&mut self.host, cmd::send_status(self.card.address))?;
            match doing::of(status) {
                doing::NOTHING => return Ok(()),
                doing::SENDING | doing::RECEIVING if !was_stopped => {
                    was_stopped = true;
                    self.host.command(cmd::STOP)?;
                    continue;
                }
                doing::PROGRAMMING => {}
                _ => return Err(Failure::Card(status)),
            }
            if self.host.now_ns() >= deadline {
                return Err(Failure::Silent);
            }
            self.host.sleep(LOOK_NS);
        }
    }
}

/// Identifies the card; damaged answers are asked for again.
fn greet<R: Registers, P: Pace>(host: &mut Host<R, P>) -> Result<Card, Failure> {
    let mut greeting = 1;
    loop {
        match identify(host) {
            Ok(card) => return Ok(card),
            Err(final_one @ (Failure::NoAnswer | Failure::Password)) => return Err(final_one),
            Err(other) if greeting == GREETINGS => return Err(other),
            Err(_) => {}
        }
        greeting += 1;
        host.start()?;
    }
}

#[cfg(test)]
#[path = "disk_tests.rs"]
mod tests;
