//! A server in a process of its own, for as long as a test or measurement needs it.

use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use crate::{Client, Options, connect};

/// Tells a process that its standard input is the socket at which it is to serve.
pub(crate) const SERVES: &str = "WEFT_HOSTED_SERVER";

/// A process that serves what it makes of [`Server::inherited`](crate::Server::inherited). It is killed when this is dropped.
#[derive(Debug)]
pub struct Process {
    child: Child,
    path: PathBuf,
}

impl Process {
    /// Runs a test of this test program in another process: one that serves there, and does nothing otherwise.
    ///
    /// # Errors
    /// What the system says.
    pub fn of_test(name: &str) -> io::Result<Self> {
        let mut program = Command::new(std::env::current_exe()?);
        program.args([name, "--exact", "--nocapture", "--test-threads=1"]);
        program.stdout(Stdio::null());
        Self::start(program)
    }

    /// Starts a program whose standard input is to be the socket at which it serves.
    ///
    /// # Errors
    /// What the system says.
    pub fn start(mut program: Command) -> io::Result<Self> {
        let path = fresh_path();
        // It listens before the process begins, so that nobody has to wait until it does.
        let listener = UnixListener::bind(&path)?;
        program.stdin(Stdio::from(OwnedFd::from(listener)));
        match program.env(SERVES, "1").spawn() {
            Ok(child) => Ok(Self { child, path }),
            Err(cause) => {
                std::fs::remove_file(&path)?;
                Err(cause)
            }
        }
    }

    /// Connects to it.
    ///
    /// # Errors
    /// As [`connect`].
    pub fn connect(&self, options: &Options) -> io::Result<Client> {
        connect(&self.path, options)
    }

    /// Where it serves.
    #[must_use]
    pub fn path(&self) -> &std::path::Path {
        &self.path
    }

    /// Kills it, at whatever it is doing.
    ///
    /// # Errors
    /// What the system says.
    pub fn kill(&mut self) -> io::Result<()> {
        self.child.kill()?;
        self.child.wait().map(drop)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ended = self.kill();
        let _gone = std::fs::remove_file(&self.path);
    }
}

/// A path at which nothing is, of this process and this call.
fn fresh_path() -> PathBuf {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let name = format!("weft-hosted-{}-{number}", std::process::id());
    std::env::temp_dir().join(name)
}
