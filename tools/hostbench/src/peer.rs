//! Where far ends live: in a child process, which is this program again, or in a thread.

use std::io::{PipeWriter, Read, Write, pipe};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::{self, JoinHandle};

use crate::host;
use crate::link::{self, Far, Invitation, Lost};
use crate::message::Worker;
use crate::plan::{Case, Place};

/// The hidden argument of a child process; a case, a core and an invitation follow.
pub const FAR: &str = "--far";

/// A process or thread with a far end.
pub(crate) struct Peer {
    gate: Option<PipeWriter>,
    body: Option<Body>,
}

enum Body {
    Process(Child),
    Thread(JoinHandle<()>),
}

impl Peer {
    /// Starts it, bound to `core`, and waits until it has joined.
    pub(crate) fn start(
        case: Case,
        invitation: Invitation,
        core: usize,
        program: &Path,
    ) -> Result<Self, Lost> {
        let (gate, opens) = pipe()?;
        let (mut joined, says) = pipe()?;
        let body = match (case.place, invitation) {
            (Place::Processes, Invitation::Words(words)) => {
                let mut child = Command::new(program);
                child.args([FAR, &case.to_string(), &core.to_string(), &words]);
                let child = child.stdin(Stdio::from(gate)).stdout(Stdio::from(says));
                Body::Process(child.spawn()?)
            }
            (Place::Processes, Invitation::End(_)) => {
                return Err(Lost("works between threads only".to_owned()));
            }
            (Place::Threads, invitation) => Body::Thread(thread::spawn(move || {
                if let Err(Lost(why)) = live(case, core, invitation, gate, says) {
                    eprintln!("{case}: the far end: {why}");
                }
            })),
        };
        let peer = Self {
            gate: Some(opens),
            body: Some(body),
        };
        match joined.read(&mut [0])? {
            0 => Err(Lost("the far end did not join".to_owned())),
            _ => Ok(peer),
        }
    }

    /// Lets it serve one job.
    pub(crate) fn go(&mut self) -> Result<(), Lost> {
        match &mut self.gate {
            Some(gate) => Ok(gate.write_all(&[1])?),
            None => Err(Lost("the far end has ended".to_owned())),
        }
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.gate = None;
        match self.body.take() {
            Some(Body::Process(mut child)) => drop(child.wait()),
            Some(Body::Thread(thread)) => drop(thread.join()),
            None => {}
        }
    }
}

/// The child process: joins, and serves a job for each byte of standard input.
///
/// # Errors
/// Says what was wrong with the arguments or the link.
pub fn far(case: &str, core: &str, words: &str) -> Result<(), String> {
    let case = case
        .parse()
        .map_err(|()| format!("there is no case `{case}`"))?;
    let core = core
        .parse()
        .map_err(|_| format!("there is no core `{core}`"))?;
    let invitation = Invitation::Words(words.to_owned());
    live(case, core, invitation, std::io::stdin(), std::io::stdout()).map_err(|Lost(why)| why)
}

fn live(
    case: Case,
    core: usize,
    invitation: Invitation,
    mut gate: impl Read,
    mut says: impl Write,
) -> Result<(), Lost> {
    host::bind(&[core])?;
    let mut end: Box<dyn Far> = match invitation {
        Invitation::Words(words) => link::join(case, &words)?,
        Invitation::End(end) => end,
    };
    says.write_all(&[1])?;
    says.flush()?;
    let mut worker = Worker::default();
    while gate.read(&mut [0])? != 0 {
        end.serve(&mut worker)?;
    }
    Ok(())
}
