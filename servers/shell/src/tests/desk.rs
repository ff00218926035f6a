//! A shell with a fake server behind each of its connections.

use std::string::String;

use crate::{Clients, Shell};
use libipc_mock::{Mock, MockConnection};
use proto::{
    clock, console, gpio, memory, mocks, outlets, processes, system, system_timer, vfs, watchdog,
};

use super::fake_console::Screen;
use super::fake_dog::Dog;
use super::fake_files::Files;
use super::fake_outlets::Outlets;
use super::fake_pins::FakePins;
use super::fake_processes::Programs;
use super::mocked;

/// Everything at one desk.
pub(crate) struct Desk {
    pub(crate) console: Mock<console::Dispatcher<Screen>>,
    pub(crate) files: Mock<vfs::Dispatcher<Files>>,
    pub(crate) programs: Mock<processes::Dispatcher<Programs>>,
    pub(crate) system: Mock<system::Dispatcher<mocks::system::Mock>>,
    pub(crate) memory: Mock<memory::Dispatcher<mocks::memory::Mock>>,
    pub(crate) outlets: Mock<outlets::Dispatcher<Outlets>>,
    pub(crate) clock: Mock<clock::Dispatcher<mocks::clock::Mock>>,
    pub(crate) gpio: Mock<gpio::Dispatcher<FakePins>>,
    pub(crate) watchdog: Mock<watchdog::Dispatcher<Dog>>,
    pub(crate) timer: Mock<system_timer::Dispatcher<mocks::system_timer::Mock>>,
}

impl Desk {
    pub(crate) fn new() -> Self {
        Self {
            console: Mock::new(console::Dispatcher(Screen::default())),
            files: Mock::new(vfs::Dispatcher(Files::new())),
            programs: Mock::new(processes::Dispatcher(Programs::default())),
            system: Mock::new(system::Dispatcher(mocked::machine())),
            memory: Mock::new(memory::Dispatcher(mocked::pool())),
            outlets: Mock::new(outlets::Dispatcher(Outlets::default())),
            clock: Mock::new(clock::Dispatcher(mocked::watch())),
            gpio: Mock::new(gpio::Dispatcher(FakePins::default())),
            watchdog: Mock::new(watchdog::Dispatcher(Dog::default())),
            timer: Mock::new(system_timer::Dispatcher(mocked::timer())),
        }
    }

    /// A shell at this desk.
    pub(crate) fn shell(&self) -> Shell<MockConnection> {
        Shell::new(Clients {
            console: console::Client::new(self.console.connect(1)),
            system: system::Client::new(self.system.connect(1)),
            vfs: Some(vfs::Client::new(self.files.connect(1))),
            processes: Some(processes::Client::new(self.programs.connect(1))),
            memory: Some(memory::Client::new(self.memory.connect(1))),
            outlets: Some(outlets::Client::new(self.outlets.connect(1))),
            clock: Some(clock::Client::new(self.clock.connect(1))),
            gpio: Some(gpio::Client::new(self.gpio.connect(1))),
            watchdog: Some(watchdog::Client::new(self.watchdog.connect(1))),
            system_timer: Some(system_timer::Client::new(self.timer.connect(1))),
        })
    }

    /// A shell of an image that has a console and nothing else.
    pub(crate) fn bare_shell(&self) -> Shell<MockConnection> {
        Shell::new(Clients {
            console: console::Client::new(self.console.connect(1)),
            system: system::Client::new(self.system.connect(1)),
            vfs: None,
            processes: None,
            memory: None,
            outlets: None,
            clock: None,
            gpio: None,
            watchdog: None,
            system_timer: None,
        })
    }

    /// What was shown since the last time.
    pub(crate) fn shown(&self) -> String {
        let bytes = core::mem::take(&mut self.console.server().0.shown);
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// Runs lines in a new shell; gives what was shown and the last status.
    pub(crate) fn run(&self, lines: &[&str]) -> (String, u8) {
        let mut shell = self.shell();
        let mut status = 0;
        for line in lines {
            status = shell.run_line(line);
        }
        (self.shown(), status)
    }
}
