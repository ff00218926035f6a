//! The interfaces `processes` and `process`, and the faults of all processes.

use alloc::string::String;
use alloc::vec::Vec;
use core::cell::RefCell;
use core::convert::Infallible;

use libipc::events::Feed;
use libipc::lend::Lender;
use libipc::{Caller, Cap, Events, Fault, FaultAnswer, Reply, Transport};
use proto::processes::{Ended, Ending, Error, Event, Info, Role, State};
use proto::vfs::OpenFlags;
use proto::{console, process, processes, vfs};

use crate::build::{File, headers};
use crate::maker::{Maker, Order, pid_of};
use crate::session::Session;
use crate::table::{INTERRUPTED, KILLED, Life, Process, Table, Told, Waiting};

/// Greatest length of a process's name in bytes.
const NAME: usize = 32;

/// The process server.
pub struct Processes<M: Maker, T> {
    table: Table<M::Domain>,
    maker: M,
    files: vfs::Client<T>,
    /// Lends buffers to the file system.
    lender: Option<RefCell<Lender>>,
    /// This server's own number; nobody can end it.
    own: u32,
    session: Option<Session<T>>,
    /// Who wants to know what has ended.
    events: Feed<Event>,
}

impl<M: Maker, T: Transport> Processes<M, T> {
    /// A server that starts programs from the files of `files`.
    pub fn new(maker: M, files: vfs::Client<T>) -> Self {
        Self {
            table: Table::default(),
            maker,
            files,
            lender: None,
            own: 0,
            session: None,
            events: Feed::new(),
        }
    }

    /// Lends buffers to the file system when files are read.
    #[must_use]
    pub fn lending(self, lender: Option<Lender>) -> Self {
        let lender = lender.map(RefCell::new);
        Self { lender, ..self }
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
        let file = Opened::new((&self.files, self.lender.as_ref()), path)?;
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

impl<M: Maker, T: Transport> processes::Server for Processes<M, T> {
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

impl<M: Maker, T: Transport> process::Server for Processes<M, T> {
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

impl<M: Maker, T: Transport> Events for Processes<M, T> {
    fn client_gone(&mut self, client: Caller) {
        self.events.forget(client);
        self.table.give_up(client);
    }

    fn fault(&mut self, fault: Fault) -> FaultAnswer {
        let pid = pid_of(fault.badge as u32);
        let name = self
            .table
            .find(pid)
            .map_or("unknown process", |process| &process.name);
        libipc::log!(
            "{name} ({pid}) is ended: {} (address {:#x}, instruction {:#x}, code {:#x})",
            fault.kind.text(),
            fault.address,
            fault.ip,
            fault.code
        );
        let ending = Ending::Faulted(fault.kind as u8);
        // An unknown process has no thread that could fault.
        let _ = self.end(pid, ending);
        FaultAnswer::Stop
    }
}

/// An open file of the file system; closed when it is dropped.
struct Opened<'a, T: Transport> {
    files: &'a vfs::Client<T>,
    lender: Option<&'a RefCell<Lender>>,
    file: u32,
    size: u64,
}

impl<'a, T: Transport> Opened<'a, T> {
    fn new(
        (files, lender): (&'a vfs::Client<T>, Option<&'a RefCell<Lender>>),
        path: &[u8],
    ) -> Result<Self, Error> {
        let path = bounded(path)?;
        let file = files
            .open(path, OpenFlags::READ, 0)
            .map_err(|error| match error {
                libipc::Error::Server(vfs::Error::NotFound) => Error::NotFound,
                _ => Error::Unreadable,
            })?;
        let mut opened = Self {
            files,
            lender,
            file,
            size: 0,
        };
        opened.size = files.stat_file(file).map_err(|_| Error::Unreadable)?.size;
        Ok(opened)
    }
}

impl<T: Transport> Opened<'_, T> {
    /// Reads by a lent buffer, which takes a request a piece of its length instead of one a message's worth.
    fn read_lending(&self, lender: &mut Lender, offset: u64, into: &mut [u8]) -> Result<(), Error> {
        let mut at = offset;
        for part in into.chunks_mut(lender.longest_out().clamp(1, vfs::MAX_LENT as usize)) {
            let lent = lender.lend_out(part.len()).ok_or(Error::Unreadable)?;
            let read = self.files.read_into(self.file, at, &lent);
            if read != Ok(part.len() as u32) {
                return Err(Error::Unreadable);
            }
            let copied = lent.view().copy_to(0, part);
            copied.map_err(|_| Error::Unreadable)?;
            at += part.len() as u64;
        }
        Ok(())
    }
}

impl<T: Transport> File for Opened<'_, T> {
    fn size(&self) -> u64 {
        self.size
    }

    fn read(&self, offset: u64, into: &mut [u8]) -> Result<(), Error> {
        if let Some(lender) = self.lender {
            return self.read_lending(&mut lender.borrow_mut(), offset, into);
        }
        let mut at = offset;
        for part in into.chunks_mut(vfs::MAX_DATA as usize) {
            let data = self
                .files
                .read_at(self.file, at, part.len() as u32)
                .map_err(|_| Error::Unreadable)?;
            if data.len() != part.len() {
                return Err(Error::Unreadable);
            }
            part.copy_from_slice(&data);
            at += part.len() as u64;
        }
        Ok(())
    }
}

impl<T: Transport> Drop for Opened<'_, T> {
    fn drop(&mut self) {
        // A file that cannot be closed is gone with its server.
        let _ = self.files.close(self.file);
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
