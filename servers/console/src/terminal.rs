//! The server: the `console` interface over a serial line, and `screen` for a display.

use heapless::Deque;
use libipc::codec::Bytes;
use libipc::objects::Notification;
use libipc::{Caller, Cap, Events, Reply, Transport};
use proto::console::{Error, MAX_READ, Server};
use proto::{processes, screen, serial};

use crate::{Backlog, Cooked, INTERRUPT, Keys, MARK, Marks};

/// How many readers and drains can wait.
pub const MAX_READERS: usize = 8;

const READ: usize = MAX_READ as usize;
const LINE: usize = serial::MAX_WRITE as usize;

/// Somebody who waits for keys.
#[derive(Debug)]
struct Reader {
    client: Caller,
    max: u32,
    reply: Reply<Bytes<READ>, Error>,
}

/// The terminal and those who wait for its keys.
#[derive(Debug)]
pub struct Terminal<L, P> {
    line: serial::Client<L>,
    processes: Option<processes::Client<P>>,
    arrival: u64,
    keys: Keys,
    readers: Deque<Reader, MAX_READERS>,
    /// The program that Ctrl-C ends.
    foreground: Option<u32>,
    marks: Marks,
    /// What a display is to show, if there may be one.
    backlog: Option<Backlog>,
}

impl<L: Transport, P: Transport> Terminal<L, P> {
    /// A terminal over a line that signals `arrival` when bytes have arrived. Without a connection to the
    /// process server, Ctrl-C is a key like others.
    pub fn new(
        line: serial::Client<L>,
        processes: Option<processes::Client<P>>,
        arrival: u64,
    ) -> Self {
        Self {
            line,
            processes,
            arrival,
            keys: Keys::new(),
            readers: Deque::new(),
            foreground: None,
            marks: Marks::Plain,
            backlog: None,
        }
    }

    /// The same, with text kept for a display.
    #[must_use]
    pub fn with_display(mut self) -> Self {
        self.backlog = Some(Backlog::new());
        self
    }

    fn send(&self, data: &[u8], marks: Marks) -> Result<(), Error> {
        for piece in Cooked::<LINE>::new(data, marks) {
            self.line.write(&piece).map_err(|_| Error::Gone)?;
        }
        Ok(())
    }

    /// Fetches what has arrived and serves those who wait for it.
    ///
    /// # Errors
    /// `Gone` if the driver does not answer.
    fn fetch(&mut self) -> Result<(), Error> {
        loop {
            let (bytes, _lost) = self.line.read(serial::MAX_READ).map_err(|_| Error::Gone)?;
            if bytes.is_empty() {
                break;
            }
            bytes.iter().for_each(|byte| self.key(*byte));
        }
        self.serve_readers();
        Ok(())
    }

    fn key(&mut self, key: u8) {
        match (self.foreground, &self.processes) {
            (Some(process), Some(processes)) if key == INTERRUPT => {
                self.foreground = None;
                self.keys.clear();
                // It may have ended by itself just now, which is as good.
                let _ = processes.interrupt(process);
            }
            _ => self.keys.put(key),
        }
    }

    fn serve_readers(&mut self) {
        while !self.keys.is_empty()
            && let Some(reader) = self.readers.pop_front()
        {
            reader.reply.ok(self.keys.take(reader.max as usize));
        }
    }

    fn fail_readers(&mut self) {
        while let Some(reader) = self.readers.pop_front() {
            reader.reply.fail(Error::Gone);
        }
    }
}

impl<L: Transport, P: Transport> Server for Terminal<L, P> {
    fn write(&mut self, _: Caller, data: &[u8]) -> Result<(), Error> {
        if let Some(backlog) = &mut self.backlog {
            backlog.put(data);
        }
        self.send(data, self.marks)
    }

    fn read(&mut self, client: Caller, max: u32, reply: Reply<Bytes<READ>, Error>) {
        if max == 0 {
            return reply.ok(Bytes::new());
        }
        if let Err(Reader { reply, .. }) = self.readers.push_back(Reader { client, max, reply }) {
            return reply.fail(Error::Busy);
        }
        if self.fetch().is_err() {
            self.fail_readers();
        }
    }

    fn set_foreground(&mut self, _: Caller, process: Option<u32>) {
        self.foreground = process;
    }

    fn drain(&mut self, _: Caller, reply: Reply<(), Error>) {
        reply.answer(self.line.drain().map_err(|_| Error::Gone));
    }

    fn take_interrupt(&mut self, _: Caller) -> bool {
        // A dead driver brings no more keys, which the next read tells.
        let _ = self.fetch();
        self.keys.take_interrupt()
    }

    fn begin_output(&mut self, _: Caller) -> Result<(), Error> {
        self.marks = Marks::Doubled;
        self.send(&[MARK, b'B', b'\n'], Marks::Plain)
    }

    fn end_output(&mut self, _: Caller, status: u8) -> Result<(), Error> {
        self.marks = Marks::Plain;
        let digits = [status / 100, status / 10 % 10, status % 10].map(|digit| b'0' + digit);
        let zeros = digits.iter().take(2).take_while(|digit| **digit == b'0');
        let number = digits.get(zeros.count()..).unwrap_or(&digits);
        self.send(&[MARK, b'E', b' '], Marks::Plain)?;
        self.send(number, Marks::Plain)?;
        self.send(b"\n", Marks::Plain)
    }

    fn client_gone(&mut self, client: Caller) {
        Events::client_gone(self, client);
    }

    fn signal(&mut self, bits: u64) {
        Events::signal(self, bits);
    }
}

impl<L: Transport, P: Transport> Events for Terminal<L, P> {
    /// Keys are for those who live.
    fn client_gone(&mut self, client: Caller) {
        for _ in 0..self.readers.len() {
            let reader = self.readers.pop_front();
            if let Some(reader) = reader.filter(|reader| reader.client != client) {
                // There is room: it was just taken from there.
                let _ = self.readers.push_back(reader);
            }
        }
    }

    fn signal(&mut self, bits: u64) {
        if bits & self.arrival != 0 && self.fetch().is_err() {
            self.fail_readers();
        }
    }
}

impl<L: Transport, P: Transport> screen::Server for Terminal<L, P> {
    fn read(&mut self, _: Caller) -> (Bytes<{ screen::MAX_READ as usize }>, u32, u32) {
        let taken = self.backlog.as_mut().map(Backlog::take);
        taken.unwrap_or_default()
    }

    fn subscribe(&mut self, _: Caller, arrival: Cap<Notification>) {
        if let Some(backlog) = &mut self.backlog {
            backlog.subscribe(arrival);
        }
    }
}

#[cfg(test)]
#[path = "terminal_tests.rs"]
mod tests;
