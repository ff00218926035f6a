//! Traffic of a server that runs as a process of this machine: recorded as text that can be edited, and replayed.
//!
//! Servers of `libipc-hosted` are at a socket. [`Record`] stands at another one in front of it: clients connect there, each
//! request is handed on, and what was asked and answered is written to a file when the last client has gone. [`Replay`] makes the requests
//! of such a file again and shows which answers are others. The text itself, and what a record is, is `libipc_mock::record`.
//!
//! Rejected: recording inside of the server, which would have to be built with it. What is between needs nothing of either side
//! but the socket and the interfaces, which are compiled when they are needed.

#![forbid(unsafe_code)]

mod interfaces;
mod passing;
mod record;
mod replay;

use std::fmt;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

pub use record::Record;
pub use replay::{Replay, shown};

/// The exit status where nothing could be compared: 1 is that of differences.
pub const TROUBLE: u8 = 2;

/// What there is to do.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Records what clients ask a server of this machine
    Record(Record),
    /// Asks a server what a record says, and shows other answers
    Replay(Replay),
}

/// Which server, and what it is asked in.
#[derive(Debug, Args)]
pub struct Of {
    /// The socket of the server
    #[arg(long, value_name = "SOCKET")]
    pub server: PathBuf,
    /// Interface files, or folders of them [default: those of Weft]
    #[arg(long, value_name = "IDL")]
    pub from: Vec<PathBuf>,
}

/// Why something was not done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    what: String,
    remedy: &'static str,
}

impl Problem {
    fn new(what: impl fmt::Display, remedy: &'static str) -> Self {
        let what = what.to_string();
        Self { what, remedy }
    }

    fn at(path: &Path, why: impl fmt::Display, remedy: &'static str) -> Self {
        Self::new(format_args!("{}: {why}", path.display()), remedy)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n  remedy: {}", self.what, self.remedy)
    }
}

impl std::error::Error for Problem {}
