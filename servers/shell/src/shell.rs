//! The shell's state, and how a line is carried out.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::cell::Cell;

use libipc::Transport;
use line_editor::Editor;

use crate::builtin;
use crate::clients::Clients;
use crate::output::Output;
use crate::parse::{self, Command, Place, When};
use crate::paths;
use crate::programs::Job;
use crate::session::Then;
use crate::trouble::{FAILURE, INTERRUPTED, MISUSE, Outcome, SUCCESS, Trouble};

/// A look at the keys, which is a call, is only worth it once in so many pieces of work.
const CHECK_EVERY: u32 = 32;

/// Tells whether something came since it was asked.
pub type Watch = Box<dyn FnMut() -> bool>;

/// Makes a connection by its name, if there is one.
pub type Connect<T> = Box<dyn Fn(&str) -> Option<T>>;

/// A shell.
pub struct Shell<T> {
    pub(crate) clients: Clients<T>,
    pub(crate) output: Output,
    pub(crate) editor: Editor,
    /// The current directory, an absolute path.
    pub(crate) directory: String,
    /// Programs that run in the background.
    pub(crate) jobs: Vec<Job>,
    /// Whether the shell is to end, and with which status.
    pub(crate) leaving: Option<u8>,
    /// What becomes of the machine then.
    pub(crate) then: Then,
    current: Current,
    checks: Cell<u32>,
    /// Tells whether events of the process server may wait, if the shell watches.
    pub(crate) watch: Option<Watch>,
    /// Connections that only `call` uses.
    connect: Option<Connect<T>>,
    status: u8,
}

/// The command that is being carried out.
#[derive(Debug)]
struct Current {
    name: String,
    place: Place,
    /// What it has come to although it goes on.
    status: u8,
}

impl Current {
    fn new(name: &str, place: Place) -> Self {
        Self {
            name: name.into(),
            place,
            status: SUCCESS,
        }
    }
}

impl<T: Transport + 'static> Shell<T> {
    /// A shell in the root directory.
    pub fn new(clients: Clients<T>) -> Self {
        Self {
            clients,
            output: Output::default(),
            editor: Editor::new(),
            directory: "/".into(),
            jobs: Vec::new(),
            leaving: None,
            then: Then::Off,
            current: Current::new("shell", Place::Foreground),
            checks: Cell::new(0),
            watch: None,
            connect: None,
            status: SUCCESS,
        }
    }

    /// Lets the shell know when programs have ended: `watch` tells whether the process server has told anything.
    pub fn watch(&mut self, watch: Watch) {
        self.watch = Some(watch);
    }

    /// Lets `call` use further connections.
    pub fn connect(&mut self, connect: Connect<T>) {
        self.connect = Some(connect);
    }

    /// A connection that only `call` uses.
    pub(crate) fn connection(&self, name: &str) -> Option<T> {
        self.connect.as_ref()?(name)
    }

    /// The status of the last command.
    pub fn status(&self) -> u8 {
        self.status
    }

    /// Carries out a line and gives the last command's status.
    pub fn run_line(&mut self, line: &str) -> u8 {
        match parse::parse(line) {
            Ok(commands) => {
                for command in &commands {
                    let skipped = match command.when {
                        When::Always => false,
                        When::Success => self.status != SUCCESS,
                        When::Failure => self.status == SUCCESS,
                    };
                    if skipped {
                        continue;
                    }
                    self.status = self.execute(command);
                    if self.leaving.is_some() || self.status == INTERRUPTED {
                        break;
                    }
                }
            }
            Err(error) => {
                self.status = MISUSE;
                // Without a terminal there is nobody to tell.
                let _ = self.tell(format_args!("shell: {error}\n"));
            }
        }
        self.status
    }

    /// Carries out a command and gives its status.
    pub(crate) fn execute(&mut self, command: &Command) -> u8 {
        let Some((name, arguments)) = command.words.split_first() else {
            return SUCCESS;
        };
        let inner = Current::new(name, command.place);
        let outer = core::mem::replace(&mut self.current, inner);
        let outcome = self
            .check_place(name)
            .and_then(|()| self.check_redirect(command, name))
            .and_then(|()| self.redirected(command, name, arguments));
        let flushed = self.flush();
        let status = match outcome.and(flushed) {
            Ok(()) => self.current.status,
            Err(trouble) => self.explain(&trouble),
        };
        self.current = outer;
        status
    }

    /// Refuses to run in the background what the shell does itself: it would not be back at the prompt meanwhile.
    fn check_place(&self, name: &str) -> Outcome {
        let own = builtin::find::<T>(name).is_some() && !builtin::starts_program(name);
        if own && self.place() == Place::Background {
            let why =
                "only programs run in the background, built-in commands do not; leave out the &";
            return Err(Trouble::With(MISUSE, why.into()));
        }
        Ok(())
    }

    /// Refuses to send a program's output to a file if nobody can do that, before the file is made.
    fn check_redirect(&self, command: &Command, name: &str) -> Outcome {
        let is_program = builtin::find::<T>(name).is_none() || builtin::starts_program(name);
        if is_program && command.redirect.is_some() {
            self.clients.outlets()?;
        }
        Ok(())
    }

    fn redirected(&mut self, command: &Command, name: &str, arguments: &[String]) -> Outcome {
        let Some(redirect) = &command.redirect else {
            return self.command(name, arguments);
        };
        self.flush()?;
        let before = self.redirect(redirect)?;
        let outcome = self.command(name, arguments);
        let closed = self.close(before);
        outcome.and(closed)
    }

    fn command(&mut self, name: &str, arguments: &[String]) -> Outcome {
        match builtin::find::<T>(name) {
            Some(builtin) => (builtin.run)(self, arguments),
            None => self.program(name, arguments),
        }
    }

    /// Whether the current command runs in the background.
    pub(crate) fn place(&self) -> Place {
        self.current.place
    }

    /// Tells what went wrong with a part of the current command, which goes on; the status will show it.
    ///
    /// # Errors
    /// The trouble itself if it ends the command.
    pub(crate) fn note(&mut self, outcome: Outcome) -> Outcome {
        match outcome {
            Err(trouble @ Trouble::Failed(_)) => {
                self.explain(&trouble);
                self.current.status = FAILURE;
                Ok(())
            }
            other => other,
        }
    }

    /// Tells what went wrong and gives the status that stands for it.
    fn explain(&mut self, trouble: &Trouble) -> u8 {
        let name = self.current.name.clone();
        // Without a terminal there is nobody to tell.
        let _ = match trouble {
            Trouble::Usage(why) => {
                let usage = builtin::usage::<T>(&name);
                self.tell(format_args!("{name}: {why}\n{usage}"))
            }
            Trouble::Failed(why) | Trouble::With(_, why) => {
                self.tell(format_args!("{name}: {why}\n"))
            }
            Trouble::Interrupted => self.tell(format_args!("^C\n")),
            Trouble::Status(_) | Trouble::NoTerminal => Ok(()),
        };
        trouble.status()
    }

    /// Looks now and then whether the person wants the current command to end.
    pub(crate) fn checkpoint(&self) -> Outcome {
        self.checks.set(self.checks.get().wrapping_add(1));
        if !self.checks.get().is_multiple_of(CHECK_EVERY) {
            return Ok(());
        }
        match self.clients.console.take_interrupt() {
            Ok(false) => Ok(()),
            Ok(true) => Err(Trouble::Interrupted),
            Err(_) => Err(Trouble::NoTerminal),
        }
    }

    /// What a person calls `name`, as an absolute path.
    pub(crate) fn path(&self, name: &str) -> String {
        paths::absolute(&self.directory, name)
    }

    /// What is shown before a line.
    pub(crate) fn prompt_text(&self) -> String {
        format!("weft:{}$ ", self.directory)
    }
}
