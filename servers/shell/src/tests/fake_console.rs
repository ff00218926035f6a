//! A terminal whose keys were all typed beforehand.

use std::vec::Vec;

use std::collections::VecDeque;

use libipc::codec::Bytes;
use libipc::{Caller, Reply};
use proto::console::{Error, Server};

#[derive(Debug, Default)]
pub(crate) struct Screen {
    pub(crate) shown: Vec<u8>,
    /// What will be typed; a read behind its end finds the terminal gone.
    pub(crate) keys: VecDeque<u8>,
    /// Every foreground program so far.
    pub(crate) foreground: Vec<Option<u32>>,
    /// After how many questions the answer is that Ctrl-C was typed.
    pub(crate) interrupt_after: Option<u32>,
}

impl Server for Screen {
    fn write(&mut self, _: Caller, data: &[u8]) -> Result<(), Error> {
        self.shown.extend(data);
        Ok(())
    }

    fn read(&mut self, _: Caller, max: u32, reply: Reply<Bytes<256>, Error>) {
        let count = self.keys.len().min(max as usize);
        if count == 0 {
            return reply.fail(Error::Gone);
        }
        reply.ok(self.keys.drain(..count).collect());
    }

    fn set_foreground(&mut self, _: Caller, process: Option<u32>) {
        self.foreground.push(process);
    }

    fn drain(&mut self, _: Caller, reply: Reply<(), Error>) {
        reply.ok(());
    }

    fn take_interrupt(&mut self, _: Caller) -> bool {
        match &mut self.interrupt_after {
            Some(0) => {
                self.interrupt_after = None;
                true
            }
            Some(left) => {
                *left -= 1;
                false
            }
            None => false,
        }
    }

    fn begin_output(&mut self, _: Caller) -> Result<(), Error> {
        self.shown.extend(b"<begin>");
        Ok(())
    }

    fn end_output(&mut self, _: Caller, status: u8) -> Result<(), Error> {
        self.shown.extend(std::format!("<end {status}>").bytes());
        Ok(())
    }
}
