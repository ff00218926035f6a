//! `boot.to_prompt`: how long the demo image takes from the kernel's entry to the prompt.
//!
//! The time is the machine's: a nanosecond an instruction, and the host's clock while everything waits for the
//! disk. So it is the one figure here that differs between runs.

use std::time::Duration;

use super::figure::Figure;
use super::value::Value;
use crate::board::Board;
use crate::build;
use crate::error::{Error, Outcome};
use crate::project::Project;
use crate::qemu::display::Display;
use crate::qemu::ended::Ended;
use crate::qemu::launch::{self, Choice, Person, Scratch};
use crate::qemu::machine::Clock;
use crate::qemu::session::{self, Listener, Progress};

/// The figure's name.
pub const NAME: &str = "boot.to_prompt";

/// How many boots there are.
const BOOTS: u64 = 3;

/// How long a boot may take.
const LIMIT: Duration = Duration::from_secs(60);

/// What stands before the time on the line above the prompt.
const READY: &str = ", ready after ";

/// The prompt.
const PROMPT: &str = "weft:/$ ";

/// Boots the demo image several times.
///
/// # Errors
/// If it does not build, or does not come to its prompt.
pub fn run(project: &Project, board: Board) -> Outcome<Figure> {
    let built = build::image_for(project, &project.manifest(None), Some(board))?;
    let choice = Choice {
        cores: 1,
        memory: "512M",
        disks: &[],
        slot: None,
        commands: None,
        person: Person::Played,
        clock: Clock::Instructions,
        debugger_port: None,
        display: Display::Hidden,
    };
    let mut times = Vec::new();
    for _ in 0..BOOTS {
        let scratch = Scratch::new(&built.folder)?;
        let machine = launch::machine(&built, &choice, &scratch)?;
        let mut person = Visitor::default();
        let report = session::listen(&machine, Some(LIMIT), &mut person)?;
        let time = ready(&person.heard).filter(|_| report.ended == Ended::Guest(0));
        times.push(time.ok_or_else(|| {
            Error::new(format!(
                "the demo image did not come to its prompt: {}",
                report.ended
            ))
            .remedy(format!("it printed:\n{}", person.heard))
        })?);
    }
    times.sort_unstable();
    let at = |index: usize| Value::whole(times.get(index).copied().unwrap_or_default());
    Ok(Figure {
        name: NAME.to_owned(),
        unit: "ms".to_owned(),
        n: BOOTS,
        min: at(0),
        median: at(times.len() / 2),
        max: at(times.len() - 1),
        board: board.name().to_owned(),
        seen: None,
    })
}

/// The time that the prompt tells, in milliseconds.
fn ready(heard: &str) -> Option<u64> {
    let (_, rest) = heard.split_once(READY)?;
    let (seconds, rest) = rest.split_once('.')?;
    let thousandths = rest.split_once(" s")?.0;
    let is_thousandths = thousandths.len() == 3;
    let seconds: u64 = seconds.parse().ok()?;
    let rest: u64 = thousandths.parse().ok().filter(|_| is_thousandths)?;
    Some(seconds * 1000 + rest)
}

/// Somebody who switches the machine off at once.
#[derive(Debug, Default)]
struct Visitor {
    heard: String,
    has_typed: bool,
}

impl Listener for Visitor {
    fn hear(&mut self, bytes: &[u8]) -> Progress {
        self.heard.push_str(&String::from_utf8_lossy(bytes));
        Progress::Working
    }

    fn answer(&mut self) -> Vec<u8> {
        if self.has_typed || !self.heard.contains(PROMPT) {
            return Vec::new();
        }
        self.has_typed = true;
        b"poweroff\r".to_vec()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_is_read_from_the_greeting() {
        assert_eq!(ready("Weft 0.1.0, ready after 1.034 s. Type"), Some(1034));
        assert_eq!(ready("Weft 0.1.0, ready after 1.03 s. Type"), None);
        assert_eq!(ready("Weft 0.1.0"), None);
    }

    #[test]
    fn the_machine_is_switched_off_once() {
        let mut visitor = Visitor::default();
        visitor.hear(b"Weft, ready after 0.100 s.\r\n");
        assert!(visitor.answer().is_empty());
        visitor.hear(b"weft:/$ ");
        assert_eq!(visitor.answer(), b"poweroff\r");
        assert!(visitor.answer().is_empty());
    }
}
