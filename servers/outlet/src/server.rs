//! The interfaces `outlets` and `console`.

use alloc::vec::Vec;

use libipc::codec::Bytes;
use libipc::{Caller, Cap, Events, Reply, Transport};
use proto::console::{self, MAX_READ};
use proto::outlets::{self, Error};
use proto::vfs;
use weft_spec::badge::FIRST_SESSION;

use crate::sink::{Problem, Sink};

/// How many outlets there can be: half as many as the file server lets one client open, so that closing late
/// does no harm.
pub const MAX_OUTLETS: usize = 32;

/// Makes connections to this server for others, and keeps their sessions.
pub trait Connections {
    /// A connection of its own for a client number.
    ///
    /// # Errors
    /// `TooMany` if no slot is left.
    fn make(&mut self, client: u32) -> Result<Cap<console::Client>, Error>;

    /// Drops the session of a client number.
    fn end(&mut self, client: u32);
}

/// An outlet under the number that its clients have.
struct Outlet {
    number: u32,
    /// Who opened it, and will close it.
    opener: Caller,
    sink: Sink,
}

/// The outlet server.
pub struct Outlets<T, C> {
    files: vfs::Client<T>,
    connections: C,
    open: Vec<Outlet>,
    /// The last number that was given. None is given twice, because a program may outlive its outlet.
    last: u32,
}

impl<T: Transport, C: Connections> Outlets<T, C> {
    /// A server that writes to the files of `files`.
    pub fn new(files: vfs::Client<T>, connections: C) -> Self {
        Self {
            files,
            connections,
            open: Vec::new(),
            last: 0,
        }
    }

    fn add(&mut self, opener: Caller, path: &[u8]) -> Result<(u32, Cap<console::Client>), Error> {
        if self.open.len() >= MAX_OUTLETS {
            return Err(Error::TooMany);
        }
        let number = self.last.checked_add(1).ok_or(Error::TooMany)?;
        let client = FIRST_SESSION.checked_add(number).ok_or(Error::TooMany)?;
        let sink = Sink::open(&self.files, path).map_err(|_| Error::NoFile)?;
        match self.connections.make(client) {
            Ok(connection) => {
                self.last = number;
                self.open.push(Outlet {
                    number,
                    opener,
                    sink,
                });
                Ok((number, connection))
            }
            Err(error) => {
                // Nothing was written: there is nothing that closing could lose.
                let _ = sink.close(&self.files);
                Err(error)
            }
        }
    }

    /// Closes the outlet at a place in the list.
    fn close(&mut self, place: usize) -> Problem {
        let closed = self.open.swap_remove(place);
        self.connections.end(FIRST_SESSION + closed.number);
        closed.sink.close(&self.files)
    }

    /// The sink of a program's connection, and where its file is.
    fn sink(&mut self, caller: Caller) -> Result<(&mut Sink, &vfs::Client<T>), console::Error> {
        let number = caller.client().checked_sub(FIRST_SESSION);
        let mut open = self.open.iter_mut();
        let outlet = open.find(|outlet| Some(outlet.number) == number);
        let outlet = outlet.ok_or(console::Error::Gone)?;
        Ok((&mut outlet.sink, &self.files))
    }
}

impl<T: Transport, C: Connections> outlets::Server for Outlets<T, C> {
    fn open(&mut self, caller: Caller, path: &[u8]) -> Result<(u32, Cap<console::Client>), Error> {
        self.add(caller, path)
    }

    fn close(&mut self, _: Caller, outlet: u32) -> Result<Problem, Error> {
        let mut open = self.open.iter();
        let place = open
            .position(|open| open.number == outlet)
            .ok_or(Error::UnknownOutlet)?;
        Ok(self.close(place))
    }
}

impl<T: Transport, C: Connections> console::Server for Outlets<T, C> {
    fn write(&mut self, caller: Caller, data: &[u8]) -> Result<(), console::Error> {
        let (sink, files) = self.sink(caller)?;
        sink.put(files, data).map_err(|_| console::Error::Refused)
    }

    fn read(
        &mut self,
        _: Caller,
        _: u32,
        reply: Reply<Bytes<{ MAX_READ as usize }>, console::Error>,
    ) {
        reply.fail(console::Error::NoKeys);
    }

    /// Nothing: Ctrl-C is the console's.
    fn set_foreground(&mut self, _: Caller, _: Option<u32>) {}

    /// What was written is in the file already.
    fn drain(&mut self, caller: Caller, reply: Reply<(), console::Error>) {
        reply.answer(self.sink(caller).map(|_| ()));
    }

    fn take_interrupt(&mut self, _: Caller) -> bool {
        false
    }

    /// Refused: marks are for whoever reads the console's line.
    fn begin_output(&mut self, _: Caller) -> Result<(), console::Error> {
        Err(console::Error::Refused)
    }

    /// Refused, as above.
    fn end_output(&mut self, _: Caller, _: u8) -> Result<(), console::Error> {
        Err(console::Error::Refused)
    }
}

impl<T: Transport, C: Connections> Events for Outlets<T, C> {
    /// Closes the outlets of whoever opened them. That of a program that is gone waits for its opener, who asks what became
    /// of it.
    fn client_gone(&mut self, client: Caller) {
        while let Some(place) = self.open.iter().position(|open| open.opener == client) {
            // Nobody is left who would ask.
            let _ = self.close(place);
        }
    }
}
