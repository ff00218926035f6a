//! Files that take the output of programs.
//!
//! A program writes by itself, while the shell waits for its end or serves a person. So the shell does not take
//! part in it: it has the outlet server make a connection that looks like the console and leads into the file,
//! gives it to the program, and asks what became of it when the program has ended.

use alloc::string::String;

use libipc::{Cap, Transport};
use proto::console;

use crate::output::Sink;
use crate::shell::Shell;
use crate::trouble::{Outcome, Trouble};

/// Where a program's output goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Outlet {
    /// Its number at the outlet server.
    number: u32,
    /// The file, as the person calls it.
    name: String,
}

impl<T: Transport + 'static> Shell<T> {
    /// Opens an outlet into the file that the output goes to; `None` if it goes to the terminal.
    pub(crate) fn open_outlet(&self) -> Outcome<Option<(Outlet, Cap<console::Client>)>> {
        let Sink::File { name, path, .. } = self.sink() else {
            return Ok(None);
        };
        let opened = self.clients.outlets()?.open(path.as_bytes());
        let (number, connection) = opened.map_err(|error| Trouble::at(name, error))?;
        let name = name.clone();
        Ok(Some((Outlet { number, name }, connection)))
    }

    /// Closes an outlet.
    ///
    /// # Errors
    /// That the file did not take everything, and why.
    pub(crate) fn close_outlet(&self, outlet: &Outlet) -> Outcome {
        let closed = self.clients.outlets()?.close(outlet.number);
        let problem = closed.map_err(|error| Trouble::at(&outlet.name, error))?;
        match problem.is_empty() {
            true => Ok(()),
            false => Err(Trouble::at(&outlet.name, &*problem)),
        }
    }
}
