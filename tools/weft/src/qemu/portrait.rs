//! A run for a picture of the display: commands are typed at the prompt, and the picture is taken when the display shows
//! the prompt again.

use std::path::Path;
use std::time::Duration;

use super::camera::Camera;
use super::machine::Machine;
use super::session::{self, Listener, Progress};
use super::watch::Verdict;
use crate::error::{Error, Outcome};

/// What the shell shows when it waits for a line; behind it stands the folder.
const PROMPT: &str = "\rweft:";
/// What ends a prompt.
const END: char = '$';
/// How long the display may take to show what the serial line has.
const PATIENCE: Duration = Duration::from_secs(60);

/// Takes the picture. The machine is switched off afterwards.
///
/// # Errors
/// If the machine does not come to its prompt in time, or no picture can be taken.
pub fn take(
    machine: &Machine,
    commands: Option<&str>,
    limit: Option<Duration>,
    file: &Path,
) -> Outcome {
    let Some(socket) = &machine.control else {
        return Err(Error::new("the machine has no control socket"));
    };
    let mut sitter = Sitter {
        camera: Camera::new(socket),
        file,
        lines: commands
            .map(|commands| format!("{commands}\r"))
            .into_iter()
            .collect(),
        heard: String::new(),
        taken: None,
    };
    let report = session::listen(machine, limit, &mut sitter)?;
    match (sitter.taken, report.verdict) {
        (_, Verdict::Interrupted) => Err(Error::new("interrupted")),
        (Some(taken), _) => taken,
        (None, _) => Err(
            Error::new(format!("no prompt came: {}", report.ended)).remedy(format!(
                "read what the system said:\n{}",
                super::exec::said(machine, &sitter.heard)
            )),
        ),
    }
}

struct Sitter<'a> {
    camera: Camera,
    file: &'a Path,
    /// What is typed at the next prompts.
    lines: Vec<String>,
    /// What was said since the last prompt.
    heard: String,
    taken: Option<Outcome>,
}

impl Sitter<'_> {
    fn shoot(&mut self) -> Outcome {
        let is_waiting = |lines: &[String]| {
            lines
                .iter()
                .rev()
                .find(|line| !line.is_empty())
                .is_some_and(|last| is_prompt(last))
        };
        let (found, _) = self.camera.watch(PATIENCE, is_waiting)?;
        if !found {
            eprintln!("warning: the display does not show the prompt");
        }
        self.camera.shoot(self.file)
    }
}

fn is_prompt(line: &str) -> bool {
    line.starts_with(PROMPT.trim_start()) && line.ends_with(END)
}

impl Listener for Sitter<'_> {
    fn hear(&mut self, bytes: &[u8]) -> Progress {
        self.heard += &String::from_utf8_lossy(bytes);
        Progress::Working
    }

    fn answer(&mut self) -> Vec<u8> {
        let is_there = self
            .heard
            .rsplit_once(PROMPT)
            .is_some_and(|(_, rest)| rest.contains(END));
        if !is_there || self.taken.is_some() {
            return Vec::new();
        }
        self.heard.clear();
        if let Some(line) = self.lines.pop() {
            return line.into_bytes();
        }
        self.taken = Some(self.shoot());
        b"poweroff\r".to_vec()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_with_a_command_is_no_prompt_that_waits() {
        assert!(is_prompt("weft:/$") && is_prompt("weft:/a b$"));
        assert!(!is_prompt("weft:/$ ls") && !is_prompt("$") && !is_prompt(""));
    }
}
