//! The servers that the shell uses.

use alloc::string::String;

use libipc::Transport;
use proto::{
    clock, console, gpio, memory, outlets, processes, system, system_timer, vfs, watchdog,
};

use crate::trouble::Trouble;

/// A connection to each server. Only the console and the system must be there; commands that need a server
/// that this image does not have say so.
#[derive(Debug)]
pub struct Clients<T> {
    /// The terminal.
    pub console: console::Client<T>,
    /// The machine.
    pub system: system::Client<T>,
    /// Files.
    pub vfs: Option<vfs::Client<T>>,
    /// Programs.
    pub processes: Option<processes::Client<T>>,
    /// Memory.
    pub memory: Option<memory::Client<T>>,
    /// Files that take the output of programs.
    pub outlets: Option<outlets::Client<T>>,
    /// The time of day.
    pub clock: Option<clock::Client<T>>,
    /// Pins.
    pub gpio: Option<gpio::Client<T>>,
    /// What starts the machine again.
    pub watchdog: Option<watchdog::Client<T>>,
    /// A timer apart from the processors'.
    pub system_timer: Option<system_timer::Client<T>>,
}

impl<T: Transport> Clients<T> {
    /// Files, or that there are none.
    pub(crate) fn vfs(&self) -> Result<&vfs::Client<T>, Trouble> {
        self.vfs.as_ref().ok_or_else(|| lacks("a file server"))
    }

    /// Programs, or that there are none.
    pub(crate) fn processes(&self) -> Result<&processes::Client<T>, Trouble> {
        self.processes
            .as_ref()
            .ok_or_else(|| lacks("a process server"))
    }

    /// Memory, or that nobody tells of it.
    pub(crate) fn memory(&self) -> Result<&memory::Client<T>, Trouble> {
        self.memory.as_ref().ok_or_else(|| lacks("a memory server"))
    }

    /// The time of day, or that nobody knows it.
    pub(crate) fn clock(&self) -> Result<&clock::Client<T>, Trouble> {
        self.clock.as_ref().ok_or_else(|| lacks("a clock"))
    }

    /// Pins, or that there are none.
    pub(crate) fn gpio(&self) -> Result<&gpio::Client<T>, Trouble> {
        self.gpio.as_ref().ok_or_else(|| lacks("pins"))
    }

    /// What starts the machine again, or that nothing does.
    pub(crate) fn watchdog(&self) -> Result<&watchdog::Client<T>, Trouble> {
        self.watchdog.as_ref().ok_or_else(|| lacks("a watchdog"))
    }

    /// A timer apart from the processors', or that there is none.
    pub(crate) fn system_timer(&self) -> Result<&system_timer::Client<T>, Trouble> {
        let timer = self.system_timer.as_ref();
        timer.ok_or_else(|| lacks("a system timer"))
    }

    /// Files that take the output of programs, or that there are none.
    pub(crate) fn outlets(&self) -> Result<&outlets::Client<T>, Trouble> {
        self.outlets
            .as_ref()
            .ok_or_else(|| lacks("an outlet server, by which a program's output goes to a file"))
    }
}

fn lacks(what: &str) -> Trouble {
    let mut text = String::from("this system has no connection to ");
    text.push_str(what);
    Trouble::Failed(text)
}
