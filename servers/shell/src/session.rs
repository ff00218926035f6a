//! From the first prompt to switching off; or from the first given command to switching off.
//!
//! Given commands come with the boot image. The console marks where their output begins and ends.

use alloc::string::String;

use libipc::{Transport, clock_ns};
use proto::filesystem::MountState;
use proto::vfs::Mount;

use crate::builtin::mounts;
use crate::prompt::Entered;
use crate::shell::Shell;
use crate::text::Seconds;
use crate::trouble::{FAILURE, Outcome, Trouble};

/// What becomes of the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Then {
    /// It is switched off.
    Off,
    /// It starts again.
    Restart,
}

/// How a session ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ending {
    /// The status to switch the machine off with.
    pub status: u8,
    /// What becomes of the machine.
    pub then: Then,
}

impl<T: Transport + 'static> Shell<T> {
    /// Serves a person, or runs the commands that the system was started with; ends when the machine is to
    /// be switched off, with everything that was written safe on its disks.
    pub fn session(&mut self) -> Ending {
        let commands = self.clients.system.boot_arguments().unwrap_or_default();
        let commands = String::from_utf8_lossy(&commands).into_owned();
        let done = if commands.trim().is_empty() {
            self.serve_person()
        } else {
            self.run_given(&commands)
        };
        let status = done.unwrap_or_else(|_| self.give_up());
        // Nothing more can be done for a terminal that is gone.
        let _ = self.clients.console.drain();
        let then = self.then;
        Ending { status, then }
    }

    /// Lets the watchdog start or halt the machine, if it is to; says whether it has promised to. A status is for an
    /// emulator, to which only the kernel can tell it.
    pub fn leave(&self, ending: Ending) -> bool {
        let Some(watchdog) = &self.clients.watchdog else {
            return false;
        };
        let promise = match (ending.then, ending.status) {
            (Then::Restart, _) => watchdog.reset(),
            (Then::Off, 0) => watchdog.halt(),
            (Then::Off, _) => return false,
        };
        promise.is_ok()
    }

    fn run_given(&mut self, commands: &str) -> Outcome<u8> {
        let begun = self.clients.console.begin_output();
        begun.map_err(|_| Trouble::NoTerminal)?;
        for line in commands.lines() {
            self.run_line(line);
            if self.leaving.is_some() {
                break;
            }
        }
        self.unmount()?;
        let status = self.leaving.unwrap_or(self.status());
        let ended = self.clients.console.end_output(status);
        ended.map_err(|_| Trouble::NoTerminal)?;
        Ok(status)
    }

    fn serve_person(&mut self) -> Outcome<u8> {
        let version = env!("CARGO_PKG_VERSION");
        let found = mounts::all(self).unwrap_or_default();
        let ready = Seconds(clock_ns());
        self.tell(format_args!(
            "Weft {version}, ready after {ready}. Type `help` for the commands.\n"
        ))?;
        self.tell_of_mounts(&found)?;
        let status = loop {
            self.tell_of_jobs()?;
            match self.read_line()? {
                Entered::Line(line) => {
                    self.run_line(&line);
                }
                Entered::Interrupt => {}
                Entered::EndOfInput => {
                    self.tell(format_args!("\n`poweroff` switches the machine off\n"))?;
                }
            }
            if let Some(status) = self.leaving {
                break status;
            }
        };
        self.unmount()?;
        match self.then {
            Then::Off => self.tell(format_args!("The machine is switched off.\n"))?,
            Then::Restart => self.tell(format_args!("The machine starts again.\n"))?,
        }
        Ok(status)
    }

    /// Ends a session that nobody can be told of: what was written is kept.
    fn give_up(&mut self) -> u8 {
        libipc::log!("the terminal is gone, and with it the only way to give commands");
        // Volumes that are lost as well are told of in the log.
        let _ = self.unmount();
        FAILURE
    }

    /// Tells of volumes that cannot be used, or not fully, and if there is none at all for the root.
    fn tell_of_mounts(&mut self, found: &[Mount]) -> Outcome {
        if !found.iter().any(|mount| mount.path.as_bytes() == b"/") {
            self.tell(format_args!(
                "There is no disk with files: nothing is mounted at /.\n"
            ))?;
        }
        let odd = |mount: &&Mount| mount.state != MountState::Mounted && !mount.reason.is_empty();
        for mount in found.iter().filter(odd) {
            let (path, volume, reason) = (&mount.path, &mount.volume, &mount.reason);
            self.tell(format_args!("{path} ({volume}): {reason}\n"))?;
        }
        Ok(())
    }

    /// Leaves the disks as a later user wants to find them.
    fn unmount(&mut self) -> Outcome {
        let Ok(vfs) = self.clients.vfs() else {
            return Ok(());
        };
        match vfs.unmount_all() {
            Ok(()) => Ok(()),
            Err(error) => {
                libipc::log!("a volume could not be unmounted: {error}");
                self.tell(format_args!(
                    "shell: a volume could not be unmounted: {error}\n"
                ))
            }
        }
    }
}
