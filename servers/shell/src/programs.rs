//! Programs: started in the foreground or background, waited for, and told of.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use libipc::{Error, FaultKind, Transport};
use proto::processes::{self, Ending, MAX_ARGUMENTS, Status};

use crate::parse::Place;
use crate::paths;
use crate::shell::Shell;
use crate::trouble::{
    FAULTED, INTERRUPTED, KILLED, MISUSE, NOT_RUNNABLE, Outcome, Trouble, UNKNOWN,
};

/// A program in the background.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Job {
    /// Its number.
    pub(crate) process: u32,
    /// What was typed to start it.
    pub(crate) name: String,
}

/// Why a program's output cannot go to a file.
pub(crate) const PROGRAM_OUTPUT: &str = "a program writes to the terminal itself, only the output of built-in \
    commands can go to a file; leave out the >";

impl<T: Transport + 'static> Shell<T> {
    /// Runs what was typed as a command and is no built-in one.
    pub(crate) fn program(&mut self, name: &str, arguments: &[String]) -> Outcome {
        let Some(status) = self.launch(name, arguments)? else {
            return Ok(());
        };
        match (status.ending, code(status)) {
            (Ending::Exited, 0) => Ok(()),
            (Ending::Exited, code) => Err(Trouble::Status(code)),
            (Ending::Interrupted, _) => Err(Trouble::Interrupted),
            (_, code) => Err(Trouble::With(code, describe(status))),
        }
    }

    /// Starts a program of `/bin`, or of a path if the name has a slash, and waits for its end if it is in
    /// the foreground.
    pub(crate) fn launch(&mut self, name: &str, arguments: &[String]) -> Outcome<Option<Status>> {
        if self.is_redirected() {
            return Err(Trouble::With(MISUSE, PROGRAM_OUTPUT.into()));
        }
        self.flush()?;
        let path = if name.contains('/') {
            self.path(name)
        } else {
            paths::inside("/bin", name)
        };
        let Ok(processes) = self.clients.processes() else {
            return Err(unknown());
        };
        let spawned = processes.spawn(path.as_bytes(), &packed(arguments)?);
        let process = spawned.map_err(|error| not_started(name, error))?;
        if self.place() == Place::Background {
            self.jobs.push(Job {
                process,
                name: name.into(),
            });
            self.tell(format_args!("[{process}]\n"))?;
            return Ok(None);
        }
        self.wait_for(process).map(Some)
    }

    /// Waits for a program as the one that Ctrl-C ends.
    pub(crate) fn wait_for(&mut self, process: u32) -> Outcome<Status> {
        let processes = self.clients.processes()?;
        let console = &self.clients.console;
        console
            .set_foreground(process)
            .map_err(|_| Trouble::NoTerminal)?;
        // It may have been typed just before the console knew what to do with it.
        if console.take_interrupt() == Ok(true) {
            // Whatever comes of it, `wait` tells.
            let _ = processes.interrupt(process);
        }
        let status = processes.wait(process).map_err(Trouble::because);
        console.set_foreground(0).map_err(|_| Trouble::NoTerminal)?;
        self.jobs.retain(|job| job.process != process);
        status
    }

    /// Tells of background programs that have ended.
    pub(crate) fn tell_of_jobs(&mut self) -> Outcome {
        if self.jobs.is_empty() {
            return Ok(());
        }
        let Ok(listed) = self.processes() else {
            return Ok(());
        };
        let ended = |job: &Job| {
            let listed = listed.iter().find(|info| info.process == job.process);
            listed.is_none_or(|info| info.state == processes::State::Ended)
        };
        let (ended, running): (Vec<Job>, Vec<Job>) =
            core::mem::take(&mut self.jobs).into_iter().partition(ended);
        self.jobs = running;
        for Job { process, name } in ended {
            let how = match self.clients.processes()?.wait(process) {
                Ok(status) => describe(status),
                Err(_) => "ended".into(),
            };
            self.tell(format_args!("[{process}] {name}: {how}\n"))?;
        }
        Ok(())
    }

    /// All processes.
    pub(crate) fn processes(&self) -> Outcome<Vec<processes::Info>> {
        let client = self.clients.processes()?;
        let mut all: Vec<processes::Info> = Vec::new();
        loop {
            let after = all.last().map_or(0, |info| info.process);
            let some = client.list(after).map_err(Trouble::because)?;
            if some.is_empty() {
                return Ok(all);
            }
            all.extend(some);
        }
    }
}

/// Arguments as they are passed on: each ended by a zero byte.
fn packed(arguments: &[String]) -> Outcome<Vec<u8>> {
    let mut bytes = Vec::new();
    for argument in arguments {
        if argument.contains('\0') {
            return Err(Trouble::because("an argument contains a zero byte"));
        }
        bytes.extend_from_slice(argument.as_bytes());
        bytes.push(0);
    }
    if bytes.len() > MAX_ARGUMENTS as usize {
        let text = format!("the arguments have more than {MAX_ARGUMENTS} bytes");
        return Err(Trouble::Failed(text));
    }
    Ok(bytes)
}

fn unknown() -> Trouble {
    Trouble::With(UNKNOWN, "there is no such command; `help` shows all".into())
}

fn not_started(name: &str, error: Error<processes::Error>) -> Trouble {
    match error {
        Error::Server(processes::Error::NotFound) if !name.contains('/') => unknown(),
        Error::Server(processes::Error::NotFound) => {
            Trouble::With(UNKNOWN, "there is no such file".into())
        }
        error => Trouble::With(NOT_RUNNABLE, format!("{error}")),
    }
}

/// The status of a program that ended, as Unix shells have it.
pub(crate) fn code(status: Status) -> u8 {
    match status.ending {
        Ending::Exited => status.code as u8,
        Ending::Killed => KILLED,
        Ending::Interrupted => INTERRUPTED,
        Ending::Faulted => FAULTED,
    }
}

/// How a program ended, for people.
pub(crate) fn describe(status: Status) -> String {
    match status.ending {
        Ending::Exited => format!("exit status {}", status.code),
        Ending::Killed => "killed".into(),
        Ending::Interrupted => "interrupted".into(),
        Ending::Faulted => {
            let kind = u64::try_from(status.code)
                .ok()
                .and_then(FaultKind::from_number);
            let text = kind.map_or("unknown", FaultKind::text);
            format!("ended by a fault: {text}")
        }
    }
}
