//! The interface `firmware` over the mailbox.

use core::fmt::Write;

use device_wait::Pace;
use libipc::codec::Text;
use libipc::{Caller, log_line};
use proto::firmware::{Board, Clock, Error, Framebuffer, Server};

use crate::letter::VALUES;
use crate::revision::Revision;
use crate::{Failure, Letter, Mailbox, Registers, picture};

/// The firmware's names of properties (firmware, "Mailbox property interface").
mod tag {
    pub(super) const BOARD_REVISION: u32 = 0x0001_0002;
    pub(super) const ARM_MEMORY: u32 = 0x0001_0005;
    pub(super) const CLOCK_RATE: u32 = 0x0003_0002;
    pub(super) const TEMPERATURE: u32 = 0x0003_0006;
    pub(super) const MAX_TEMPERATURE: u32 = 0x0003_000a;
}

/// The server.
#[derive(Debug)]
pub struct Firmware<R, L, P> {
    /// Nothing if there is no mailbox that could be used.
    mailbox: Option<Mailbox<R, L, P>>,
}

impl<R: Registers, L: Letter, P: Pace> Firmware<R, L, P> {
    /// Serves a mailbox, or that there is none.
    pub fn new(mailbox: Option<Mailbox<R, L, P>>) -> Self {
        Self { mailbox }
    }

    fn ask(&mut self, tag: u32, values: [u32; VALUES], words: u32) -> Result<[u32; VALUES], Error> {
        let mailbox = self.mailbox.as_mut().ok_or(Error::Device)?;
        let answer = mailbox.ask(tag, values, words);
        answer.map_err(|failure| refuse(tag, failure))
    }

    /// A property of one thing among several, which the answer names again.
    fn ask_of(&mut self, tag: u32, which: u32) -> Result<u32, Error> {
        let [_, value] = self.ask(tag, [which, 0], 2)?;
        Ok(value)
    }
}

/// What the client is told of a failure.
fn refuse(tag: u32, failure: Failure) -> Error {
    if failure == Failure::Unknown {
        return Error::Unknown;
    }
    log_line(format_args!("property {tag:#x}: {failure}"));
    Error::Device
}

impl<R: Registers, L: Letter, P: Pace> Server for Firmware<R, L, P> {
    fn board(&mut self, _: Caller) -> Result<Board, Error> {
        let [revision, _] = self.ask(tag::BOARD_REVISION, [0; VALUES], 1)?;
        let known = Revision(revision);
        let mut name = Text::new();
        // The longest name fits.
        let _ = write!(name, "{known}");
        Ok(Board {
            revision,
            memory: known.memory(),
            name,
        })
    }

    fn memory(&mut self, _: Caller) -> Result<(u32, u32), Error> {
        let [start, length] = self.ask(tag::ARM_MEMORY, [0; VALUES], 2)?;
        Ok((start, length))
    }

    /// A clock that the firmware does not have is one that stands.
    fn clock_rate(&mut self, _: Caller, clock: Clock) -> Result<u32, Error> {
        match self.ask_of(tag::CLOCK_RATE, clock.number().into())? {
            0 => Err(Error::Unknown),
            hz => Ok(hz),
        }
    }

    fn temperature(&mut self, _: Caller) -> Result<(i32, i32), Error> {
        let now = self.ask_of(tag::TEMPERATURE, 0)?;
        let limit = self.ask_of(tag::MAX_TEMPERATURE, 0)?;
        Ok((now.cast_signed(), limit.cast_signed()))
    }

    fn framebuffer(&mut self, _: Caller, width: u32, height: u32) -> Result<Framebuffer, Error> {
        let mailbox = self.mailbox.as_mut().ok_or(Error::Device)?;
        let answers = mailbox.ask_together(&picture::questions(width, height));
        let answers = answers.map_err(|failure| refuse(picture::ALLOCATE, failure))?;
        picture::framebuffer(answers).ok_or(Error::Unknown)
    }
}
