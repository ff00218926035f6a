//! An outlet server that writes nothing, and remembers what was opened.

use std::string::String;
use std::vec::Vec;

use libipc::codec::Text;
use libipc::{CPtr, Caller, Cap};
use proto::console;
use proto::outlets::{Error, Server};

/// The slots of the connections: the outlet's number is added.
pub(crate) const FIRST_SLOT: u32 = 500;

#[derive(Debug, Default)]
pub(crate) struct Outlets {
    /// The paths of all outlets so far; an outlet's number is its place here, from 1 on.
    pub(crate) opened: Vec<String>,
    pub(crate) closed: Vec<u32>,
    /// What goes wrong with every file.
    pub(crate) problem: &'static str,
}

impl Server for Outlets {
    fn open(&mut self, _: Caller, path: &[u8]) -> Result<(u32, Cap<console::Client>), Error> {
        self.opened.push(String::from_utf8_lossy(path).into_owned());
        let number = self.opened.len() as u32;
        Ok((number, Cap::from_slot(CPtr(FIRST_SLOT + number))))
    }

    fn close(&mut self, _: Caller, outlet: u32) -> Result<Text<120>, Error> {
        let is_open = outlet as usize <= self.opened.len() && !self.closed.contains(&outlet);
        if !is_open {
            return Err(Error::UnknownOutlet);
        }
        self.closed.push(outlet);
        Ok(Text::try_from(self.problem).expect("it is short"))
    }
}
