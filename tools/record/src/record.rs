//! Recording.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use clap::Args;
use libipc_hosted::{Options, Server, connect};
use libipc_mock::record::Recorder;

use crate::interfaces::Interfaces;
use crate::passing::{Passing, State};
use crate::{Of, Problem};

/// Options of `record`.
#[derive(Debug, Args)]
pub struct Record {
    /// The file that the record is written to; it must not be there
    pub file: PathBuf,
    #[command(flatten)]
    pub(crate) of: Of,
    /// The socket for clients to connect to instead; it must not be there
    #[arg(long, value_name = "SOCKET")]
    pub at: PathBuf,
    /// Goes on when the last client has gone, until it is interrupted (Ctrl-C)
    #[arg(long)]
    pub stay: bool,
}

impl Record {
    /// Stands between clients and the server, and writes the record: when the last client has gone, or on an interrupt.
    ///
    /// # Errors
    /// If interfaces, server, socket or file cannot be used; also if the server ends, after the record has been
    /// written.
    pub fn run(self) -> Result<ExitCode, Problem> {
        let interfaces = Interfaces::read(&self.of.from)?;
        reach(&self.of.server)?;
        let mut file = File::create_new(&self.file)
            .map_err(|error| Problem::at(&self.file, error, "name a file that is not there yet"))?;
        let state = Rc::new(State::default());
        let passing = Passing::new(
            self.of.server.clone(),
            interfaces.lending,
            Rc::clone(&state),
        );
        let (recorder, log) = Recorder::new(passing, &interfaces.described);
        let socket = Socket(&self.at);
        let server = socket.serve(recorder)?;
        let welcomed = Rc::clone(&state);
        let mut server = server.welcome(move |_, _, _| welcomed.welcome());
        let is_over = interrupts()?;
        server.serve_while(|_| {
            let is_empty = state.has_begun.get() && state.clients.get() == 0 && !self.stay;
            !is_empty && !state.is_lost() && !is_over.load(Relaxed)
        });
        let record = log.record();
        let written = file.write_all(record.to_string().as_bytes());
        written.map_err(|error| Problem::at(&self.file, error, "record again"))?;
        let count = record.exchanges.len();
        println!("{count} requests recorded in {}", self.file.display());
        match state.take_lost() {
            Some(why) => Err(Problem::at(
                &self.of.server,
                why,
                "start the server anew; what was recorded until then is in the file",
            )),
            None => Ok(ExitCode::SUCCESS),
        }
    }
}

/// Whether there is a server.
fn reach(server: &Path) -> Result<(), Problem> {
    match connect(server, &Options::default()) {
        Ok(_) => Ok(()),
        Err(error) => Err(Problem::at(
            server,
            error,
            "start a server there, with `libipc_hosted::Server::bind`",
        )),
    }
}

/// A socket that goes with this.
struct Socket<'p>(&'p Path);

impl Socket<'_> {
    fn serve<S: libipc::Service>(&self, service: S) -> Result<Server<S>, Problem> {
        Server::bind(self.0, service)
            .map_err(|error| Problem::at(self.0, error, "name a socket that is not there yet"))
    }
}

impl Drop for Socket<'_> {
    fn drop(&mut self) {
        // Nobody can be told, and nothing comes of one that stays.
        let _ = std::fs::remove_file(self.0);
    }
}

/// What an interrupt sets; a second one ends the process.
fn interrupts() -> Result<Arc<AtomicBool>, Problem> {
    let is_over = Arc::new(AtomicBool::new(false));
    let sets = Arc::clone(&is_over);
    let handler = move || {
        if sets.swap(true, Relaxed) {
            std::process::exit(130);
        }
    };
    match ctrlc::set_handler(handler) {
        Ok(()) => Ok(is_over),
        Err(error) => Err(Problem::new(error, "record in a process of its own")),
    }
}
