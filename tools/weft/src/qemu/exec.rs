//! Running commands instead of a prompt: their output goes to whoever asked, everything else is
//! kept in case something goes wrong.

use std::io::Write;
use std::time::Duration;

use super::ended::Ended;
use super::frame::{Filter, Piece};
use super::machine::Machine;
use super::session::{self, Listener, Progress, Report};
use super::watch::Verdict;
use crate::error::{Error, Outcome};

/// How much of what does not belong to the commands is kept.
const MOST_KEPT: usize = 256 * 1024;

/// The exit status when the system did not get as far as running the commands to their end.
pub const NO_STATUS: u8 = 125;

/// How a run of commands went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finish {
    /// They ran; the last one's exit status.
    Status(u8),
    /// The time was up first.
    TimeUp {
        /// What the system had said until then.
        said: String,
    },
    /// This command was interrupted.
    Interrupted,
}

/// Runs a machine whose boot image holds commands, and writes their output to `sink`.
///
/// # Errors
/// If the machine ends without the commands having ended; the message holds what it said.
pub fn run(machine: &Machine, limit: Option<Duration>, sink: &mut dyn Write) -> Outcome<Finish> {
    let mut hearing = Hearing::new(sink);
    let report = session::listen(machine, limit, &mut hearing)?;
    let said = said(machine, &String::from_utf8_lossy(&hearing.everything));
    hearing.finish(report, said)
}

/// What the machine said besides the commands' output, for a person to read.
pub fn said(machine: &Machine, outside: &str) -> String {
    let log = session::kernel_log(machine);
    format!(
        "--- serial line ---\n{}\n--- kernel log ---\n{}",
        outside.trim_end(),
        log.trim_end()
    )
}

struct Hearing<'a> {
    filter: Filter,
    sink: &'a mut dyn Write,
    everything: Vec<u8>,
    status: Option<u8>,
}

impl Listener for Hearing<'_> {
    fn hear(&mut self, bytes: &[u8]) -> Progress {
        self.keep(bytes);
        for piece in self.filter.feed(bytes) {
            match piece {
                // Who reads the output may have gone away; the commands still run to their end.
                Piece::Output(bytes) => drop(self.sink.write_all(&bytes)),
                Piece::Outside(_) => {}
                Piece::Ended(status) => self.status = Some(status),
            }
        }
        drop(self.sink.flush());
        if self.status.is_some() {
            Progress::Done
        } else {
            Progress::Working
        }
    }
}

impl<'a> Hearing<'a> {
    fn new(sink: &'a mut dyn Write) -> Self {
        Self {
            filter: Filter::new(),
            sink,
            everything: Vec::new(),
            status: None,
        }
    }

    /// Keeps the newest bytes.
    fn keep(&mut self, bytes: &[u8]) {
        self.everything.extend_from_slice(bytes);
        let excess = self.everything.len().saturating_sub(MOST_KEPT);
        self.everything.drain(..excess);
    }

    fn finish(&self, report: Report, said: String) -> Outcome<Finish> {
        let failed = |what: String| {
            Err(Error::new(what).remedy(format!("read what the system said:\n{said}")))
        };
        match (report.verdict, self.status, report.ended) {
            (Verdict::Interrupted, _, _) => Ok(Finish::Interrupted),
            (Verdict::Lingered, Some(_), _) => {
                failed("the commands ended, and then the machine did not power off".to_owned())
            }
            (_, Some(status), Ended::Guest(_)) => Ok(Finish::Status(status)),
            (Verdict::TimeUp, _, _) => Ok(Finish::TimeUp { said }),
            (_, _, ended) => failed(format!("the commands did not run to their end: {ended}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finish(stream: &[u8], ended: Ended, verdict: Verdict) -> (Vec<u8>, Outcome<Finish>) {
        let mut sink = Vec::new();
        let mut hearing = Hearing::new(&mut sink);
        hearing.hear(stream);
        let finish = hearing.finish(Report { ended, verdict }, "log".to_owned());
        (sink, finish)
    }

    #[test]
    fn the_exit_status_is_the_last_commands() {
        let (output, finish) = finish(
            b"boot\n\x1eB\nhi\n\x1eE 7\n",
            Ended::Guest(0),
            Verdict::Itself,
        );
        assert_eq!(
            (output.as_slice(), finish),
            (&b"hi\n"[..], Ok(Finish::Status(7)))
        );
    }

    #[test]
    fn a_machine_that_crashes_on_the_way_is_an_error() {
        let (output, finish) = finish(b"\x1eB\nhi\n", Ended::Guest(66), Verdict::Itself);
        assert_eq!(output, b"hi\n");
        assert!(finish.is_err_and(|error| error.to_string().contains("66")));
    }

    #[test]
    fn time_that_is_up_and_interrupts_are_told_apart() {
        let killed = Ended::Signal(9);
        assert_eq!(
            finish(b"", killed, Verdict::TimeUp).1,
            Ok(Finish::TimeUp {
                said: "log".to_owned()
            })
        );
        assert_eq!(
            finish(b"", killed, Verdict::Interrupted).1,
            Ok(Finish::Interrupted)
        );
    }

    #[test]
    fn a_machine_that_does_not_power_off_is_an_error() {
        let stream = b"\x1eB\n\x1eE 0\n";
        assert!(
            finish(stream, Ended::Signal(15), Verdict::Lingered)
                .1
                .is_err()
        );
    }
}
