//! One run of a machine: with a person at the console, or with a program that reads it.

use std::fs;
use std::io::{Read, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::Duration;

use super::ended::{Ended, Heard};
use super::machine::{Console, Machine};
use super::watch::{self, Verdict, Watch};
use crate::command;
use crate::error::{Error, Outcome};

/// Whoever reads what a machine says on its serial line.
pub trait Listener {
    /// Takes the next bytes.
    fn hear(&mut self, bytes: &[u8]) -> Progress;

    /// What it types before anything is said.
    fn begin(&mut self) -> Vec<u8> {
        Vec::new()
    }

    /// What it types after what it has heard.
    fn answer(&mut self) -> Vec<u8> {
        Vec::new()
    }
}

/// What a listener has understood so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// The guest is at work.
    Working,
    /// The guest has said that its work is done and will power off now.
    Done,
}

/// How a run went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Report {
    /// How the machine ended.
    pub ended: Ended,
    /// Whether it was made to end.
    pub verdict: Verdict,
}

/// Runs a machine whose console is this terminal.
///
/// # Errors
/// If QEMU cannot be started.
pub fn interactive(machine: &Machine, limit: Option<Duration>) -> Outcome<Report> {
    let mut child = start(machine, &mut qemu(machine))?;
    let watch = Watch::start(&child, limit);
    let status = child.wait().map_err(lost)?;
    let verdict = watch.stop();
    Ok(Report {
        ended: Ended::from_status(machine.board, status, heard_in_log(machine)),
        verdict,
    })
}

/// Runs a machine whose console is read by `listener`.
///
/// # Errors
/// If QEMU cannot be started.
pub fn listen(
    machine: &Machine,
    limit: Option<Duration>,
    listener: &mut dyn Listener,
) -> Outcome<Report> {
    let mut qemu = qemu(machine);
    qemu.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = start(machine, &mut qemu)?;
    let watch = Watch::start(&child, limit);
    let heard = pass_on(&mut child, &watch, listener);
    let status = child.wait().map_err(lost)?;
    let verdict = watch.stop();
    let heard = if heard == Heard::Nothing {
        heard_in_log(machine)
    } else {
        heard
    };
    Ok(Report {
        ended: Ended::from_status(machine.board, status, heard),
        verdict,
    })
}

/// What the kernel has logged.
pub fn kernel_log(machine: &Machine) -> String {
    fs::read(&machine.kernel_log)
        .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
        .unwrap_or_default()
}

fn start(machine: &Machine, qemu: &mut Command) -> Outcome<Child> {
    watch::catch_interrupts()?;
    let empty = fs::write(&machine.kernel_log, "");
    empty.map_err(|cause| Error::io("empty the kernel's log", &machine.kernel_log, &cause))?;
    qemu.spawn().map_err(|cause| {
        Error::new(format!("cannot start QEMU: {cause}")).remedy("look at `cargo weft doctor`")
    })
}

/// QEMU, which dies with this command even if that is killed, where `setpriv` is there to say so.
fn qemu(machine: &Machine) -> Command {
    let emulator = machine.board.emulator();
    let program = command::find(emulator).unwrap_or(emulator.into());
    let mut qemu = match command::find("setpriv") {
        Some(setpriv) => {
            let signal = if machine.console == Console::Terminal {
                "TERM"
            } else {
                "KILL"
            };
            let mut command = Command::new(setpriv);
            command.args(["--pdeathsig", signal, "--"]).arg(program);
            command
        }
        None => Command::new(program),
    };
    qemu.args(machine.arguments());
    qemu
}

fn pass_on(child: &mut Child, watch: &Watch, listener: &mut dyn Listener) -> Heard {
    let mut heard = Heard::Nothing;
    let Some(mut line) = child.stdout.take() else {
        return heard;
    };
    let mut keys = child.stdin.take();
    type_keys(&mut keys, &listener.begin());
    let mut buffer = [0; 8192];
    while let Ok(count @ 1..) = line.read(&mut buffer) {
        heard = Heard::Something;
        let bytes = buffer.get(..count).unwrap_or_default();
        if listener.hear(bytes) == Progress::Done {
            watch.finishing();
        }
        type_keys(&mut keys, &listener.answer());
    }
    heard
}

fn type_keys(keys: &mut Option<ChildStdin>, text: &[u8]) {
    if let Some(keys) = keys {
        // A machine that has ended takes no more keys; the line then ends, too.
        let _ = keys.write_all(text).and_then(|()| keys.flush());
    }
}

fn heard_in_log(machine: &Machine) -> Heard {
    if kernel_log(machine).is_empty() {
        Heard::Nothing
    } else {
        Heard::Something
    }
}

fn lost(cause: std::io::Error) -> Error {
    Error::new(format!("QEMU was lost: {cause}"))
}
