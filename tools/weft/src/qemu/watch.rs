//! Keeps a started QEMU from running for ever: ends it when its time is up, when the person
//! interrupts this command, or when it lingers after the guest said that it is done.

use std::collections::BTreeSet;
use std::process::Child;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::error::{Error, Outcome};

/// How long a machine may take to power off once its work is done, and QEMU to end when told to.
const GRACE: Duration = Duration::from_secs(10);

/// As good as for ever.
const NO_LIMIT: Duration = Duration::from_secs(u32::MAX as u64);

/// The processes that an interrupt ends.
static CURRENT: Mutex<BTreeSet<i32>> = Mutex::new(BTreeSet::new());
static INTERRUPTED: AtomicBool = AtomicBool::new(false);
static HANDLER: OnceLock<Result<(), String>> = OnceLock::new();

/// What the watch is told.
enum Note {
    /// The guest has done its work and is about to power off.
    Finishing,
    /// The process has ended.
    Ended,
}

/// Why a machine that was watched came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// By itself.
    Itself,
    /// Its time was up.
    TimeUp,
    /// It had said that it was done, and then did not power off.
    Lingered,
    /// This command was interrupted.
    Interrupted,
}

/// Watches one process.
#[derive(Debug)]
pub struct Watch {
    process: i32,
    notes: Sender<Note>,
    thread: JoinHandle<Verdict>,
}

// `Note` says nothing that a person would want printed.
impl std::fmt::Debug for Note {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Note")
    }
}

/// Makes an interrupt of this command (Ctrl-C, hang-up, SIGTERM) end the processes it is running.
/// To be called before the process is started.
///
/// # Errors
/// If the system does not allow it.
pub fn catch_interrupts() -> Outcome {
    let handler = || {
        INTERRUPTED.store(true, Ordering::SeqCst);
        let current = current();
        if current.is_empty() {
            std::process::exit(130);
        }
        current
            .iter()
            .for_each(|process| send(*process, Signal::SIGKILL));
    };
    let set = || ctrlc::set_handler(handler).map_err(|cause| cause.to_string());
    HANDLER.get_or_init(set).clone().map_err(Error::new)
}

fn current() -> MutexGuard<'static, BTreeSet<i32>> {
    CURRENT.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Watch {
    /// Begins to watch a process, which may run for `limit`.
    pub fn start(child: &Child, limit: Option<Duration>) -> Self {
        let process = i32::try_from(child.id()).unwrap_or_default();
        current().insert(process);
        if INTERRUPTED.load(Ordering::SeqCst) {
            send(process, Signal::SIGKILL);
        }
        let (notes, received) = channel();
        let thread = std::thread::spawn(move || watch(process, limit, &received));
        Self {
            process,
            notes,
            thread,
        }
    }

    /// Says that the guest has done its work: from now on it has a few seconds to power off.
    pub fn finishing(&self) {
        // The watch only stops listening when the process has ended.
        let _ = self.notes.send(Note::Finishing);
    }

    /// Ends the watch after the process has ended.
    pub fn stop(self) -> Verdict {
        current().remove(&self.process);
        let _ = self.notes.send(Note::Ended);
        let verdict = self.thread.join().unwrap_or(Verdict::Itself);
        if INTERRUPTED.load(Ordering::SeqCst) {
            Verdict::Interrupted
        } else {
            verdict
        }
    }
}

fn watch(process: i32, limit: Option<Duration>, notes: &Receiver<Note>) -> Verdict {
    match notes.recv_timeout(limit.unwrap_or(NO_LIMIT)) {
        Ok(Note::Finishing) => match notes.recv_timeout(GRACE) {
            Err(RecvTimeoutError::Timeout) => {
                end(process, notes);
                Verdict::Lingered
            }
            _ => Verdict::Itself,
        },
        Err(RecvTimeoutError::Timeout) => {
            end(process, notes);
            Verdict::TimeUp
        }
        _ => Verdict::Itself,
    }
}

/// Asks the process to end, and ends it if it does not; QEMU that is asked restores the terminal.
fn end(process: i32, notes: &Receiver<Note>) {
    send(process, Signal::SIGTERM);
    if notes.recv_timeout(GRACE).is_err() {
        send(process, Signal::SIGKILL);
    }
}

fn send(process: i32, signal: Signal) {
    // A process that is gone already needs no signal.
    let _ = kill(Pid::from_raw(process), signal);
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;

    #[test]
    fn a_process_that_takes_too_long_is_ended() {
        let mut child = Command::new("sleep")
            .arg("600")
            .spawn()
            .expect("sleep is there");
        let watch = Watch::start(&child, Some(Duration::from_millis(1)));
        let status = child.wait().expect("it ends");
        assert!(!status.success());
        assert_eq!(watch.stop(), Verdict::TimeUp);
    }

    #[test]
    fn a_process_that_ends_by_itself_is_left_alone() {
        let mut child = Command::new("true").spawn().expect("true is there");
        let watch = Watch::start(&child, None);
        assert!(child.wait().expect("it ends").success());
        assert_eq!(watch.stop(), Verdict::Itself);
    }
}
