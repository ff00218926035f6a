//! Who there is, and who waits for whom.

use alloc::string::String;
use alloc::vec::Vec;

use libipc::{Caller, Reply};
use proto::processes::{Ending, Error, Role};

/// The number of the first program; lower ones are the system's own components.
pub const FIRST_PROGRAM: u32 = 100;
/// The greatest number of programs at once, those included that ended and were not waited for.
pub const MAX_PROGRAMS: usize = 64;

/// The right to tell how a process ended.
pub type Told = Reply<Ending, Error>;

/// Somebody who waits for a process to end.
pub struct Waiting {
    /// Who.
    pub client: Caller,
    /// Its answer.
    pub reply: Told,
}

/// Whether a process still exists.
pub enum Life<D> {
    /// It does.
    Alive(D),
    /// It ended so, and its number is kept until somebody asks.
    Ended(Ending),
}

/// One process. `D` is what its maker needs to describe and end it.
pub struct Process<D> {
    /// Its number.
    pub pid: u32,
    /// The number of the one that started it; 0 if the system did.
    pub parent: u32,
    /// Its name.
    pub name: String,
    /// What it is for.
    pub role: Role,
    /// Its memory in bytes.
    pub memory: u64,
    /// Whether it exists.
    pub life: Life<D>,
    /// Who waits for its end.
    pub waiting: Vec<Waiting>,
}

/// All processes, in ascending order of their numbers.
pub struct Table<D> {
    processes: Vec<Process<D>>,
    last: u32,
}

impl<D> Default for Table<D> {
    fn default() -> Self {
        Self {
            processes: Vec::new(),
            last: FIRST_PROGRAM - 1,
        }
    }
}

impl<D> Table<D> {
    /// Adds a process, which keeps its number.
    pub fn add(&mut self, process: Process<D>) {
        let at = self
            .processes
            .partition_point(|other| other.pid < process.pid);
        self.processes.insert(at, process);
    }

    /// What is kept of a process that exists.
    pub fn domain(&mut self, pid: u32) -> Option<&mut D> {
        let mut processes = self.processes.iter_mut();
        let process = processes.find(|process| process.pid == pid)?;
        match &mut process.life {
            Life::Alive(domain) => Some(domain),
            Life::Ended(_) => None,
        }
    }

    /// The number of the next program: the last one's successor that is free.
    ///
    /// # Errors
    /// `TooMany` if there are [`MAX_PROGRAMS`]. Ended ones that nobody waits for are forgotten first, oldest number first.
    pub fn next_pid(&mut self) -> Result<u32, Error> {
        let programs = self
            .processes
            .iter()
            .filter(|process| process.pid >= FIRST_PROGRAM);
        if programs.count() >= MAX_PROGRAMS {
            let ended = |process: &Process<D>| {
                matches!(process.life, Life::Ended(_)) && process.pid >= FIRST_PROGRAM
            };
            let oldest = self
                .processes
                .iter()
                .position(ended)
                .ok_or(Error::TooMany)?;
            self.processes.remove(oldest);
        }
        loop {
            self.last = if self.last >= u32::MAX / 2 {
                FIRST_PROGRAM
            } else {
                self.last + 1
            };
            if self.find(self.last).is_none() {
                return Ok(self.last);
            }
        }
    }

    /// The process with a number.
    pub fn find(&self, pid: u32) -> Option<&Process<D>> {
        self.processes.iter().find(|process| process.pid == pid)
    }

    /// The same, to be changed.
    pub fn find_mut(&mut self, pid: u32) -> Option<&mut Process<D>> {
        self.processes.iter_mut().find(|process| process.pid == pid)
    }

    /// The processes with greater numbers.
    pub fn after(&self, pid: u32) -> impl Iterator<Item = &Process<D>> {
        self.processes
            .iter()
            .filter(move |process| process.pid > pid)
    }

    /// Notes how a process ended and tells those who wait; if somebody did, or it is part of the system, its number is free.
    /// Gives what its maker needs to end it.
    pub fn end(&mut self, pid: u32, ending: Ending) -> Option<D> {
        let process = self.find_mut(pid)?;
        let Life::Alive(domain) = core::mem::replace(&mut process.life, Life::Ended(ending)) else {
            return None;
        };
        let waiting = core::mem::take(&mut process.waiting);
        if !waiting.is_empty() || pid < FIRST_PROGRAM {
            self.forget(pid);
        }
        waiting.into_iter().for_each(|one| one.reply.ok(ending));
        Some(domain)
    }

    /// Answers now if the process has ended, else when it does.
    pub fn wait(&mut self, pid: u32, waiting: Waiting) {
        let Some(process) = self.find_mut(pid) else {
            return waiting.reply.fail(Error::UnknownProcess);
        };
        match process.life {
            Life::Alive(_) => process.waiting.push(waiting),
            Life::Ended(status) => {
                self.forget(pid);
                waiting.reply.ok(status);
            }
        }
    }

    /// A client that is gone waits no longer.
    pub fn give_up(&mut self, client: Caller) {
        for process in &mut self.processes {
            process.waiting.retain(|waiting| waiting.client != client);
        }
    }

    fn forget(&mut self, pid: u32) {
        self.processes.retain(|process| process.pid != pid);
    }
}

/// How a killed process ended.
pub const KILLED: Ending = Ending::Killed;
/// How a process ended that Ctrl-C stopped.
pub const INTERRUPTED: Ending = Ending::Interrupted;
