//! Programs: started in the foreground or background, waited for, and told of.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use libipc::events::NOT_WATCHING;
use libipc::{Error, FaultKind, Transport};
use proto::processes::{self, Ending, MAX_ARGUMENTS};

use crate::outlets::Outlet;
use crate::parse::Place;
use crate::paths;
use crate::shell::Shell;
use crate::trouble::{FAULTED, INTERRUPTED, KILLED, NOT_RUNNABLE, Outcome, Trouble, UNKNOWN};

/// A program that was started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Job {
    /// Its number.
    pub(crate) process: u32,
    /// What was typed to start it.
    pub(crate) name: String,
    /// Where its output goes, unless to the terminal.
    pub(crate) outlet: Option<Outlet>,
}

/// What is known of the ends of processes.
enum News {
    /// These have ended, and no others that were not told of before.
    Ended(Vec<u32>),
    /// These run, and no others.
    Running(Vec<u32>),
}

impl News {
    fn has_ended(&self, process: u32) -> bool {
        match self {
            Self::Ended(ended) => ended.contains(&process),
            Self::Running(running) => !running.contains(&process),
        }
    }
}

impl<T: Transport + 'static> Shell<T> {
    /// Runs what was typed as a command and is no built-in one.
    pub(crate) fn program(&mut self, name: &str, arguments: &[String]) -> Outcome {
        let Some(ending) = self.launch(name, arguments)? else {
            return Ok(());
        };
        match (ending, code(ending)) {
            (Ending::Exited(_), 0) => Ok(()),
            (Ending::Exited(_), code) => Err(Trouble::Status(code)),
            (Ending::Interrupted, _) => Err(Trouble::Interrupted),
            (_, code) => Err(Trouble::With(code, describe(ending))),
        }
    }

    /// Starts a program of `/bin`, or of a path if the name has a slash, and waits for its end if it is in
    /// the foreground.
    pub(crate) fn launch(&mut self, name: &str, arguments: &[String]) -> Outcome<Option<Ending>> {
        self.flush()?;
        let job = self.start(name, arguments)?;
        if self.place() == Place::Background {
            self.tell(format_args!("[{}]\n", job.process))?;
            self.jobs.push(job);
            return Ok(None);
        }
        self.finish(job).map(Some)
    }

    fn start(&self, name: &str, arguments: &[String]) -> Outcome<Job> {
        let path = if name.contains('/') {
            self.path(name)
        } else {
            paths::inside("/bin", name)
        };
        let Ok(processes) = self.clients.processes() else {
            return Err(unknown(name));
        };
        let (path, arguments) = (path.as_bytes(), packed(arguments)?);
        let (outlet, spawned) = match self.open_outlet()? {
            None => (None, processes.spawn(path, &arguments)),
            Some((outlet, connection)) => {
                let spawned = processes.spawn_with(path, &arguments, connection);
                (Some(outlet), spawned)
            }
        };
        match (spawned, outlet) {
            (Ok(process), outlet) => Ok(Job {
                process,
                name: name.into(),
                outlet,
            }),
            (Err(error), outlet) => {
                // Nobody has written to it: there is nothing that closing could lose.
                let _ = outlet.map(|outlet| self.close_outlet(&outlet));
                Err(not_started(name, error))
            }
        }
    }

    /// Waits for a program as the one that Ctrl-C ends, and tells of its file if that did not take everything.
    pub(crate) fn finish(&mut self, job: Job) -> Outcome<Ending> {
        let waited = self.wait_in_front(job.process);
        if let Some(outlet) = &job.outlet {
            let closed = self.close_outlet(outlet);
            self.note(closed)?;
        }
        waited
    }

    fn wait_in_front(&self, process: u32) -> Outcome<Ending> {
        let processes = self.clients.processes()?;
        let console = &self.clients.console;
        console
            .set_foreground(Some(process))
            .map_err(|_| Trouble::NoTerminal)?;
        // It may have been typed just before the console knew what to do with it.
        if console.take_interrupt() == Ok(true) {
            // Whatever comes of it, `wait` tells.
            let _ = processes.interrupt(process);
        }
        let status = processes.wait(process).map_err(Trouble::because);
        console
            .set_foreground(None)
            .map_err(|_| Trouble::NoTerminal)?;
        status
    }

    /// Takes a program out of those in the background; one that was not started here has a number only.
    pub(crate) fn take_job(&mut self, process: u32) -> Job {
        let place = self.jobs.iter().position(|job| job.process == process);
        place.map_or_else(
            || Job {
                process,
                name: String::new(),
                outlet: None,
            },
            |place| self.jobs.remove(place),
        )
    }

    /// Tells of background programs that have ended.
    pub(crate) fn tell_of_jobs(&mut self) -> Outcome {
        if self.jobs.is_empty() {
            return Ok(());
        }
        let Ok(news) = self.news() else {
            return Ok(());
        };
        let jobs = core::mem::take(&mut self.jobs).into_iter();
        let (ended, running): (Vec<Job>, Vec<Job>) =
            jobs.partition(|job| news.has_ended(job.process));
        self.jobs = running;
        for job in ended {
            self.tell_of(&job)?;
        }
        Ok(())
    }

    /// What is known of the ends of processes: what the process server told, or who there still is if it told
    /// nothing, or more than it could keep.
    fn news(&mut self) -> Outcome<News> {
        let Some(watch) = &mut self.watch else {
            return self.running();
        };
        let mut ended = Vec::new();
        if !watch() {
            return Ok(News::Ended(ended));
        }
        loop {
            let taken = self.clients.processes()?.take_events();
            let (events, lost) = taken.map_err(Trouble::because)?;
            if lost == NOT_WATCHING {
                self.watch = None;
            }
            if lost > 0 {
                return self.running();
            }
            if events.is_empty() {
                return Ok(News::Ended(ended));
            }
            ended.extend(
                events
                    .iter()
                    .filter_map(|event| Some(event.ended.as_ref()?.process)),
            );
        }
    }

    fn running(&self) -> Outcome<News> {
        let mut listed = self.processes()?;
        listed.retain(|info| info.state != processes::State::Ended);
        let running = listed.iter().map(|info| info.process);
        Ok(News::Running(running.collect()))
    }

    fn tell_of(&mut self, job: &Job) -> Outcome {
        let (process, name) = (job.process, &job.name);
        let how = match self.clients.processes()?.wait(process) {
            Ok(status) => describe(status),
            Err(_) => "ended".into(),
        };
        let written = job.outlet.as_ref().map(|outlet| self.close_outlet(outlet));
        self.tell(format_args!("[{process}] {name}: {how}\n"))?;
        match written {
            Some(Err(Trouble::Failed(why))) => {
                self.tell(format_args!("[{process}] {name}: {why}\n"))
            }
            _ => Ok(()),
        }
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

fn unknown(name: &str) -> Trouble {
    let remedy = match name {
        "exit" | "logout" | "quit" => "`poweroff` ends all and switches the machine off",
        _ => "`help` shows all",
    };
    Trouble::With(UNKNOWN, format!("there is no such command; {remedy}"))
}

fn not_started(name: &str, error: Error<processes::Error>) -> Trouble {
    match error {
        Error::Server(processes::Error::NotFound) if !name.contains('/') => unknown(name),
        Error::Server(processes::Error::NotFound) => {
            Trouble::With(UNKNOWN, "there is no such file".into())
        }
        error => Trouble::With(NOT_RUNNABLE, format!("{error}")),
    }
}

/// The status of a program that ended, as Unix shells have it.
pub(crate) fn code(ending: Ending) -> u8 {
    match ending {
        Ending::Exited(status) => status as u8,
        Ending::Killed => KILLED,
        Ending::Interrupted => INTERRUPTED,
        Ending::Faulted(_) => FAULTED,
    }
}

/// How a program ended, for people.
pub(crate) fn describe(ending: Ending) -> String {
    match ending {
        Ending::Exited(status) => format!("exit status {status}"),
        Ending::Killed => "killed".into(),
        Ending::Interrupted => "interrupted".into(),
        Ending::Faulted(kind) => {
            let kind = FaultKind::from_number(kind.into());
            let text = kind.map_or("unknown", FaultKind::text);
            format!("ended by a fault: {text}")
        }
    }
}
