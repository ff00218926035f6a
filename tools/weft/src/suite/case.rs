//! A scripted boot: commands to run, what they must print, how the last must end, and what the
//! disks must hold afterwards. Cases are written in TOML, in `tools/weft/boot/*.toml`.

use serde::Deserialize;

use super::Length;
use super::talk::{Dictation, Step};
use crate::board::Board;
use crate::qemu::card::Mover;
use crate::qemu::display::Display;
use crate::qemu::machine::{Clock, DiskSignals, Model};

/// A file of cases.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cases {
    /// The cases in it.
    #[serde(default)]
    pub case: Vec<Case>,
}

/// A scripted boot.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Case {
    /// A sentence that says what holds.
    pub name: String,
    /// The image to boot.
    #[serde(default = "demo")]
    pub image: String,
    /// The boards that it is tried on.
    #[serde(default = "usual_boards")]
    pub boards: Vec<Board>,
    /// The commands; without them there is a prompt.
    #[serde(default)]
    pub exec: Option<String>,
    /// What somebody at the prompt waits for and types.
    #[serde(default)]
    pub talk: Vec<Step>,
    /// Lines that somebody types before that.
    #[serde(default)]
    pub dictation: Option<Dictation>,
    /// The last command's exit status; none leaves it open.
    #[serde(default)]
    pub status: Option<u8>,
    /// What the error says with which the run ends, because the commands cannot be run to their end.
    #[serde(default)]
    pub error: Option<String>,
    /// Everything that is printed.
    #[serde(default)]
    pub stdout: Option<String>,
    /// Texts that are printed, in this order.
    #[serde(default)]
    pub stdout_has: Vec<String>,
    /// A folder of the first disk whose names, as it was made, are everything that is printed.
    #[serde(default)]
    pub stdout_lists: Option<String>,
    /// Files and folders of the first disk: their checksums, and those of all files in them, as the host computes
    /// them, are everything that is printed, in any order.
    #[serde(default)]
    pub stdout_sums: Vec<String>,
    /// How many moments are printed; all of them are to lie between the start and the end of the run.
    #[serde(default)]
    pub stdout_moments: Option<usize>,
    /// Texts that the kernel's log has afterwards.
    #[serde(default)]
    pub log_has: Vec<String>,
    /// Events of QEMU's devices that are written down.
    #[serde(default)]
    pub trace: Vec<String>,
    /// Texts that are written down of them.
    #[serde(default)]
    pub trace_has: Vec<String>,
    /// Texts that are not.
    #[serde(default)]
    pub trace_lacks: Vec<String>,
    /// How the machine's disks interrupt.
    #[serde(default)]
    pub disk_signals: DiskSignals,
    /// Texts that the kernel's log has not.
    #[serde(default)]
    pub log_lacks: Vec<String>,
    /// Texts that are not printed.
    #[serde(default)]
    pub stdout_lacks: Vec<String>,
    /// What stands in the place of the image's own disk: a kind of disk, or `none`.
    #[serde(default)]
    pub root: Option<String>,
    /// Disks that are made for it, by the names in [`super::disks`].
    #[serde(default)]
    pub disks: Vec<String>,
    /// A card that is made for a slot on the bus, or the board's own, by the same names; what is said of disks counts it
    /// behind them. It is in from the start, unless the first that somebody at the prompt does with it is to put it in.
    #[serde(default)]
    pub card: Option<String>,
    /// Who moves its data.
    #[serde(default)]
    pub card_mover: Mover,
    /// What is to be said of these disks afterwards, in their order.
    #[serde(default)]
    pub after: Vec<After>,
    /// What the disks hold afterwards.
    #[serde(default)]
    pub files: Vec<Holds>,
    /// Number of cores.
    #[serde(default = "one")]
    pub cores: u16,
    /// Which processor it has.
    #[serde(default)]
    pub processor: Processor,
    /// Memory, as QEMU writes it.
    #[serde(default = "usual_memory")]
    pub memory: String,
    /// What the machine's time is taken from.
    #[serde(default)]
    pub clock: CaseClock,
    /// Whether the machine has a display, where the board can do without.
    #[serde(default)]
    pub display: CaseDisplay,
    /// Whether the machine boots again when it resets itself; else it ends then.
    #[serde(default)]
    pub reboots: bool,
    /// How long it may take, in seconds of the host.
    #[serde(default = "usual_seconds")]
    pub seconds: u64,
    /// Whether it is left to long runs.
    #[serde(default)]
    pub long: bool,
}

/// Which of a board's processors a machine has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Processor {
    /// See [`Model::Usual`].
    #[default]
    Usual,
    /// See [`Model::Old`].
    Old,
    /// See [`Model::New`].
    New,
    /// See [`Model::Bare`].
    Bare,
    /// See [`Model::OldBare`].
    OldBare,
}

impl From<Processor> for Model {
    fn from(processor: Processor) -> Self {
        match processor {
            Processor::Usual => Self::Usual,
            Processor::Old => Self::Old,
            Processor::New => Self::New,
            Processor::Bare => Self::Bare,
            Processor::OldBare => Self::OldBare,
        }
    }
}

/// What a machine's time is taken from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CaseClock {
    /// The host's clock.
    #[default]
    Host,
    /// The instructions that were executed: see [`Clock::Instructions`].
    Instructions,
}

impl From<CaseClock> for Clock {
    fn from(clock: CaseClock) -> Self {
        match clock {
            CaseClock::Host => Self::Host,
            CaseClock::Instructions => Self::Instructions,
        }
    }
}

/// Whether a machine has a display.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CaseDisplay {
    /// It has, if the image drives one.
    #[default]
    Usual,
    /// It has none.
    Absent,
}

/// What is to be said of a disk afterwards.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum After {
    /// `e2fsck` finds nothing wrong with it.
    Clean,
    /// As above, and whatever it held when it was made is still on it as it was.
    Kept,
    /// `e2fsck` may have to repair it first, as after a power cut; then as above.
    Repaired,
}

/// What a file on a disk holds; without `same-as`, `text` and `printed-before`, that it is gone.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Holds {
    /// Which of the given disks, counted from 0.
    #[serde(default)]
    pub disk: usize,
    /// The file's path on the disk.
    pub path: String,
    /// The same bytes as this file had on the disk when it was made.
    #[serde(default)]
    pub same_as: Option<String>,
    /// This text.
    #[serde(default)]
    pub text: Option<String>,
    /// Everything that was printed before this text.
    #[serde(default)]
    pub printed_before: Option<String>,
}

fn demo() -> String {
    "demo".to_owned()
}

fn usual_boards() -> Vec<Board> {
    vec![Board::Q35]
}

fn one() -> u16 {
    1
}

fn usual_memory() -> String {
    "512M".to_owned()
}

fn usual_seconds() -> u64 {
    60
}

impl Case {
    /// Whether it runs at this length.
    pub fn is_for(&self, length: Length) -> bool {
        !self.long || length == Length::Long
    }

    /// What shows the display.
    pub fn display(&self) -> Display {
        match self.display {
            CaseDisplay::Usual => Display::Hidden,
            CaseDisplay::Absent => Display::Absent,
        }
    }

    /// Whether somebody looks at the display.
    pub fn looks_at_display(&self) -> bool {
        self.talk.iter().any(|step| !step.screen.is_empty())
    }

    /// Whether the card is in the slot from the start.
    pub fn has_card_in(&self) -> bool {
        let first = self.talk.iter().find(|step| step.card_in || step.card_out);
        first.is_none_or(|step| step.card_out)
    }

    /// Whether somebody puts the card in or takes it out while the machine runs.
    pub fn moves_card(&self) -> bool {
        self.talk.iter().any(|step| step.card_in || step.card_out)
    }

    /// What is wrong with the kernel's log.
    pub fn judge_log(&self, log: &str) -> Vec<String> {
        let missing = self
            .log_has
            .iter()
            .filter(|text| !log.contains(text.as_str()));
        let unwanted = self
            .log_lacks
            .iter()
            .filter(|text| log.contains(text.as_str()));
        let missing = missing.map(|text| format!("the kernel's log lacks `{text}`:\n{log}"));
        let unwanted = unwanted.map(|text| format!("the kernel's log has `{text}`:\n{log}"));
        missing.chain(unwanted).collect()
    }

    /// What is wrong with what was written down of QEMU's devices.
    pub fn judge_trace(&self, trace: &str) -> Vec<String> {
        let missing = self.trace_has.iter().filter(|text| !trace.contains(*text));
        let missing = missing.map(|text| format!("QEMU told nothing of `{text}`"));
        let unwanted = self.trace_lacks.iter().filter(|text| trace.contains(*text));
        let unwanted = unwanted.map(|text| format!("QEMU told of `{text}`"));
        missing.chain(unwanted).collect()
    }

    /// What is wrong with what was printed and how it ended.
    pub fn judge(&self, stdout: &str, status: u8) -> Vec<String> {
        let mut wrong = Vec::new();
        if let Some(wanted) = self.status.filter(|wanted| *wanted != status) {
            wrong.push(format!("the exit status is {status}, not {wanted}"));
        }
        if let Some(wanted) = self.stdout.as_ref().filter(|wanted| *wanted != stdout) {
            wrong.push(format!("it printed\n{stdout}instead of\n{wanted}"));
        }
        let mut rest = stdout;
        for wanted in &self.stdout_has {
            match rest.split_once(wanted.as_str()) {
                Some((_, after)) => rest = after,
                None => wrong.push(format!("`{wanted}` is missing (or too early) in\n{stdout}")),
            }
        }
        let unwanted = self
            .stdout_lacks
            .iter()
            .filter(|text| stdout.contains(text.as_str()));
        wrong.extend(unwanted.map(|text| format!("`{text}` was printed in\n{stdout}")));
        wrong
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn case(text: &str) -> Case {
        let text = format!("[[case]]\nname = \"n\"\nexec = \"e\"\n{text}");
        toml::from_str::<Cases>(&text)
            .expect("it is well-formed")
            .case
            .remove(0)
    }

    #[test]
    fn everything_that_differs_is_told() {
        let case =
            case("status = 0\nstdout = \"a\\n\"\nstdout-has = [\"b\"]\nstdout-lacks = [\"c\"]\n");
        assert_eq!(case.judge("a\n", 0).len(), 1, "b is missing");
        assert_eq!(case.judge("c\n", 1).len(), 4);
    }

    #[test]
    fn texts_must_come_in_their_order() {
        let case = case("stdout-has = [\"one\", \"two\"]\n");
        assert!(case.judge("one two", 0).is_empty());
        assert_eq!(case.judge("two one", 0).len(), 1);
    }

    #[test]
    fn a_text_that_the_log_lacks_or_should_lack_is_told() {
        let case = case("log-has = [\"up\", \"down\"]\nlog-lacks = [\"off\"]\n");
        assert_eq!(case.judge_log("it is up\n").len(), 1);
        assert_eq!(case.judge_log("up, down, off\n").len(), 1);
    }

    #[test]
    fn what_qemu_told_of_its_devices_is_compared() {
        let case = case("trace = [\"e\"]\ntrace-has = [\"a\"]\ntrace-lacks = [\"b\"]\n");
        assert!(case.judge_trace("e a\n").is_empty());
        assert_eq!(case.judge_trace("e b\n").len(), 2);
    }

    #[test]
    fn a_long_case_waits_for_a_long_run() {
        assert!(!case("long = true\n").is_for(Length::Usual));
        assert!(case("long = true\n").is_for(Length::Long));
        assert!(case("").is_for(Length::Usual));
    }

    #[test]
    fn a_case_is_for_the_pc_unless_it_names_its_boards() {
        assert_eq!(case("").boards, [Board::Q35]);
        let both = case("boards = [\"q35\", \"virt\"]\n");
        assert_eq!(both.boards, [Board::Q35, Board::Virt]);
    }

    #[test]
    fn a_case_has_one_usual_core_unless_it_says_otherwise() {
        let plain = case("");
        assert_eq!((plain.cores, plain.processor), (1, Processor::Usual));
        let many = case("cores = 64\nprocessor = \"old\"\n");
        assert_eq!((many.cores, Model::from(many.processor)), (64, Model::Old));
    }

    #[test]
    fn a_key_that_does_not_exist_is_refused() {
        let text = "[[case]]\nname = \"n\"\nexec = \"e\"\nstdot = \"x\"\n";
        assert!(toml::from_str::<Cases>(text).is_err());
    }
}
