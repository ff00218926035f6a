//! The interfaces `processes` and `process`, and the faults of all processes.

use alloc::string::String;
use alloc::vec::Vec;
use core::convert::Infallible;

use libipc::codec::batch::Wake;
use libipc::events::Feed;
use libipc::ring::ClientWake;
use libipc::{Caller, Cap, Events, Fault, FaultAnswer, FaultKind, Reply, Transport};
use proto::processes::{Ended, Ending, Error, Event, Info, Role, State};
use proto::{console, process, processes, vfs};

use crate::build::headers;
use crate::maker::{Maker, Order, pid_of};
use crate::session::Session;
use crate::source::{Opened, Reader};
use crate::table::{INTERRUPTED, KILLED, Life, Process, Table, Told, Waiting};

/// Greatest length of a process's name in bytes.
const NAME: usize = 32;

/// The process server.
pub struct Processes<M: Maker, T, W = ClientWake> {
    table: Table<M::Domain>,
    maker: M,
    files: vfs::Client<T>,
    /// Reads programs with few doorbells.
    reader: Option<Reader<W>>,
    /// This server's own number; nobody can end it.
    own: u32,
    session: Option<Session<T>>,
    /// Who wants to know what has ended.
    events: Feed<Event>,
}

impl<M: Maker, T: Transport, W: Wake> Processes<M, T, W> {
    /// A server that starts programs from the files of `files`.
    pub fn new(maker: M, files: vfs::Client<T>) -> Self {
        Self {
            table: Table::default(),
            maker,
            files,
            reader: None,
            own: 0,
            session: None,
            events: Feed::new(),
        }
    }

    /// Reads programs with few doorbells.
    #[must_use]
    pub fn reading(self, reader: Option<Reader<W>>) -> Self {
        Self { reader, ..self }
    }

    /// Adds this server itself.
    pub fn add_own(&mut self, pid: u32, name: &str, memory: u64, domain: M::Domain) {
        self.own = pid;
        self.add_component(pid, name, Role::Server, memory, domain);
    }

    /// Names the component without which the machine is of no use.
    pub fn set_session(&mut self, session: Session<T>) {
        self.session = Some(session);
    }

    /// Adds a component that root built.
    pub fn add_component(
        &mut self,
        pid: u32,
        name: &str,
        role: Role,
        memory: u64,
        domain: M::Domain,
    ) {
        self.table.add(Process {
            pid,
            parent: 0,
            name: name.into(),
            role,
            memory,
            life: Life::Alive(domain),
            waiting: Vec::new(),
        });
    }

    fn end(&mut self, pid: u32, ending: Ending) -> Result<(), Error> {
        let domain = self.table.end(pid, ending).ok_or(Error::UnknownProcess)?;
        self.maker.end(domain);
        let ended = Some(Ended { process: pid });
        self.events.tell(&Event { ended });
        if let Some(session) = self.session.as_ref().filter(|session| session.is(pid)) {
            session.close(&self.files);
        }
        Ok(())
    }

    fn start(
        &mut self,
        parent: u32,
        path: &[u8],
        arguments: &[u8],
        console: Option<Cap<console::Client>>,
    ) -> Result<u32, Error> {
        let arguments = split(arguments)?;
        let file = Opened::new(&self.files, self.reader.as_mut(), bounded(path)?)?;
        let (program, plan) = headers(&file)?;
        let pid = self.table.next_pid()?;
        let name = name_of(path);
        let order = Order {
            pid,
            name: &name,
            arguments: &arguments,
            program: &program,
            plan,
            console,
        };
        let domain = self.maker.make(order, &file)?;
        self.table.add(Process {
            pid,
            parent,
            name,
            role: Role::Program,
            memory: 1 << plan.block,
            life: Life::Alive(domain),
            waiting: Vec::new(),
        });
        Ok(pid)
    }

    fn info(&self, process: &Process<M::Domain>) -> Info {
        let described = match &process.life {
            Life::Alive(domain) => self.maker.describe(domain),
            Life::Ended(_) => None,
        };
        Info {
            process: process.pid,
            parent: process.parent,
            name: text(&process.name),
            role: process.role,
            state: described.map_or(State::Ended, |described| described.state),
            priority: described.map_or(0, |described| described.priority),
            capabilities: described.map_or(0, |described| described.capabilities),
            cpu_ns: described.map_or(0, |described| described.cpu_ns),
            memory: if described.is_some() {
                process.memory
            } else {
                0
            },
        }
    }
}

impl<M: Maker, T: Transport, W: Wake> processes::Server for Processes<M, T, W> {
    fn spawn(&mut self, caller: Caller, path: &[u8], arguments: &[u8]) -> Result<u32, Error> {
        self.start(pid_of(caller.client()), path, arguments, None)
    }

    fn spawn_with(
        &mut self,
        caller: Caller,
        path: &[u8],
        arguments: &[u8],
        console: Cap<console::Client>,
    ) -> Result<u32, Error> {
        self.start(pid_of(caller.client()), path, arguments, Some(console))
    }

    fn wait(&mut self, client: Caller, process: u32, reply: Told) {
        self.table.wait(process, Waiting { client, reply });
    }

    fn kill(&mut self, _: Caller, process: u32) -> Result<(), Error> {
        if process == self.own {
            return Err(Error::Protected);
        }
        let killed = self.table.find(process);
        if let Some(part) = killed.filter(|process| process.role != Role::Program) {
            libipc::log!("{} ({process}) is killed", part.name);
        }
        self.end(process, KILLED)
    }

    fn interrupt(&mut self, _: Caller, process: u32) -> Result<(), Error> {
        match self.table.find(process).map(|process| process.role) {
            Some(Role::Program) => self.end(process, INTERRUPTED),
            Some(_) => Err(Error::Protected),
            None => Err(Error::UnknownProcess),
        }
    }

    fn list(
        &mut self,
        _: Caller,
        after: u32,
    ) -> libipc::codec::List<Info, { processes::MAX_LIST as usize }> {
        let processes = self.table.after(after).take(processes::MAX_LIST as usize);
        processes.map(|process| self.info(process)).collect()
    }

    fn events(&mut self) -> &mut Feed<Event> {
        &mut self.events
    }
}

impl<M: Maker, T: Transport, W: Wake> process::Server for Processes<M, T, W> {
    fn exit(&mut self, caller: Caller, status: i32, _: Reply<(), Infallible>) {
        // A process that is not in the table cannot call.
        let _ = self.end(pid_of(caller.client()), Ending::Exited(status));
    }

    fn myself(&mut self, caller: Caller) -> process::Myself {
        let pid = pid_of(caller.client());
        let info = self.table.find(pid).map(|process| self.info(process));
        process::Myself {
            process: pid,
            parent: info.as_ref().map_or(0, |info| info.parent),
            cpu_ns: info.as_ref().map_or(0, |info| info.cpu_ns),
            memory: info.as_ref().map_or(0, |info| info.memory),
        }
    }
}

impl<M: Maker, T: Transport, W: Wake> Events for Processes<M, T, W> {
    fn client_gone(&mut self, client: Caller) {
        self.events.forget(client);
        self.table.give_up(client);
    }

    fn fault(&mut self, fault: Fault) -> FaultAnswer {
        let pid = pid_of(fault.badge as u32);
        let is_access = matches!(fault.kind, FaultKind::Read | FaultKind::Write);
        let grown = match self.table.domain(pid) {
            Some(domain) if is_access => self.maker.grow(domain, fault.address),
            _ => None,
        };
        if grown == Some(Ok(())) {
            return FaultAnswer::Resume;
        }
        let name = self
            .table
            .find(pid)
            .map_or("unknown process", |process| &process.name);
        match grown {
            Some(Err(error)) => libipc::log!(
                "{name} ({pid}) is ended: the part of its stack or heap at {:#x} cannot be made: {error}",
                fault.address
            ),
            _ => libipc::log!(
                "{name} ({pid}) is ended: {} (address {:#x}, instruction {:#x}, code {:#x})",
                fault.text(),
                fault.address,
                fault.ip,
                fault.code
            ),
        }
        let ending = Ending::Faulted(fault.kind as u8);
        // An unknown process has no thread that could fault.
        let _ = self.end(pid, ending);
        FaultAnswer::Stop
    }
}

fn bounded(path: &[u8]) -> Result<&[u8], Error> {
    if path.is_empty() || path.contains(&0) {
        Err(Error::NotFound)
    } else {
        Ok(path)
    }
}

/// The arguments, each ended by a zero byte.
fn split(arguments: &[u8]) -> Result<Vec<&str>, Error> {
    let Some(all) = arguments.strip_suffix(&[0]) else {
        return if arguments.is_empty() {
            Ok(Vec::new())
        } else {
            Err(Error::BadArguments)
        };
    };
    let parts = all.split(|byte| *byte == 0).map(core::str::from_utf8);
    parts
        .collect::<Result<_, _>>()
        .map_err(|_| Error::BadArguments)
}

/// The last part of a path, as far as it fits a name.
fn name_of(path: &[u8]) -> String {
    let last = path.rsplit(|byte| *byte == b'/').next().unwrap_or_default();
    let mut name = String::from_utf8_lossy(last).into_owned();
    while name.len() > NAME {
        name.pop();
    }
    name
}

fn text<const N: usize>(name: &str) -> libipc::codec::Text<N> {
    libipc::codec::Text::try_from(name).unwrap_or_default()
}

#[cfg(test)]
#[path = "server_tests.rs"]
mod tests;
