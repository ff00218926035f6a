//! Where figures are told: at the console if the manifest connects to one, else in the kernel log.

use core::fmt;

use libipc::{Log, Startup};
use proto::console;

/// Where text goes.
pub(crate) enum Line {
    /// To the console.
    Console(console::Client),
    /// To the kernel log, which boards without a console print.
    Log(Log),
    /// Nowhere.
    Nowhere,
}

impl Line {
    /// Takes what the manifest gives.
    pub(crate) fn open(env: &Startup) -> Self {
        match (env.try_connect("console"), env.log()) {
            (Some(console), _) => Self::Console(console),
            (None, Some(log)) => Self::Log(log),
            (None, None) => Self::Nowhere,
        }
    }

    /// Waits until everything has left the machine.
    pub(crate) fn drain(&self) -> fmt::Result {
        match self {
            Self::Console(console) => console.drain().map_err(|_| fmt::Error),
            Self::Log(_) => Ok(()),
            Self::Nowhere => Err(fmt::Error),
        }
    }
}

impl fmt::Write for Line {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        match self {
            Self::Console(console) => {
                let mut pieces = text.as_bytes().chunks(console::MAX_WRITE as usize);
                pieces.try_for_each(|piece| console.write(piece).map_err(|_| fmt::Error))
            }
            Self::Log(log) => log.write(text.as_bytes()).map_err(|_| fmt::Error),
            Self::Nowhere => Err(fmt::Error),
        }
    }
}
