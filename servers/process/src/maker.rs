//! What the server asks of whoever makes processes, and how processes are numbered.

use libipc::Cap;
use proto::console;
use proto::processes::{Error, State};
use weft_spec::ComponentId;
use weft_spec::badge::{self, FIRST_SESSION};

use crate::build::File;
use crate::plan::Plan;
use crate::program::Program;

/// What a program is built from.
pub struct Order<'a> {
    /// Its number.
    pub pid: u32,
    /// Its name; at most 32 bytes.
    pub name: &'a str,
    /// Its arguments.
    pub arguments: &'a [&'a str],
    /// Its segments.
    pub program: &'a Program,
    /// Its memory.
    pub plan: Plan,
    /// What it uses in the place of a connection to the console.
    pub console: Option<Cap<console::Client>>,
}

/// What can be told of a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Description {
    /// What it does.
    pub state: State,
    /// Processor time that it used.
    pub cpu_ns: u64,
    /// Its priority.
    pub priority: u8,
    /// Capabilities that it holds.
    pub capabilities: u32,
}

/// Makes, describes and ends processes.
pub trait Maker {
    /// What is kept of a process.
    type Domain;

    /// Builds a program and lets it run.
    ///
    /// # Errors
    /// No memory, or a file that cannot be read; nothing is left of it then.
    fn make(&mut self, order: Order<'_>, file: &impl File) -> Result<Self::Domain, Error>;

    /// Gives a process the part of its stack or heap that it touched at an address; `None` if there is none to give.
    ///
    /// # Errors
    /// Why the part cannot be made.
    fn grow(&mut self, domain: &mut Self::Domain, address: u64) -> Option<Result<(), Error>>;

    /// Ends a process and frees what it had.
    fn end(&mut self, domain: Self::Domain);

    /// Tells what a process does.
    fn describe(&self, domain: &Self::Domain) -> Option<Description>;
}

/// The client number of a program's connections and faults.
pub(crate) fn client_of(pid: u32) -> u32 {
    FIRST_SESSION + pid
}

/// The process that a client number means: a component's number plus one, or a program's.
pub fn pid_of(client: u32) -> u32 {
    client.checked_sub(FIRST_SESSION).unwrap_or(client)
}

/// The process number and the client number of a component.
pub fn component_pid(id: ComponentId) -> u32 {
    badge::of_faults(id) as u32
}
