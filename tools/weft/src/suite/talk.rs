//! Plays a person at the console: waits for what the machine shows, and types.

use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;

use crate::error::Error;
use crate::qemu::camera::Camera;
use crate::qemu::card;
use crate::qemu::control::Control;
use crate::qemu::session::{Listener, Progress};

/// Something to wait for, and what is typed then.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Step {
    /// The text, which must come after that of the step before.
    pub wait: String,
    /// Lines, or parts of them, that the display then shows, one below the other; the keys wait for them.
    #[serde(default)]
    pub screen: Vec<String>,
    /// Whether the card is put in then, before the keys.
    #[serde(default)]
    pub card_in: bool,
    /// Whether the card is taken out then, before the keys.
    #[serde(default)]
    pub card_out: bool,
    /// The keys; none only waits.
    #[serde(default)]
    pub keys: String,
}

/// Lines that somebody types at the prompt one after the other; the machine must give each back as it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dictation {
    /// How many.
    pub lines: usize,
    /// How many characters each has.
    pub length: usize,
    /// When each is typed.
    #[serde(default)]
    pub pace: Pace,
}

/// When somebody types the next line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Pace {
    /// When the machine asks for it.
    #[default]
    InTurn,
    /// All at once, as when text is pasted.
    Ahead,
}

/// How long the display may take to show what the serial line has.
const PATIENCE: Duration = Duration::from_secs(60);

/// What the shell shows when it waits for a line.
const PROMPT: &str = "weft:/$ ";

/// What gives a line back.
const COMMAND: &str = "echo ";

impl Dictation {
    /// The steps: each line, and what must be shown for it. No two lines are alike.
    pub fn steps(self) -> Vec<Step> {
        let line = |line| {
            let text = self.text(line);
            let typed = Step {
                wait: PROMPT.to_owned(),
                keys: format!("{COMMAND}{text}\r"),
                ..Step::default()
            };
            let shown = Step {
                wait: format!("\n{text}\r\n"),
                ..Step::default()
            };
            [typed, shown]
        };
        let mut steps: Vec<Step> = (0..self.lines).flat_map(line).collect();
        if self.pace == Pace::Ahead {
            let all = steps.iter_mut().map(|step| core::mem::take(&mut step.keys));
            let all = all.collect();
            if let Some(first) = steps.first_mut() {
                first.keys = all;
            }
        }
        steps
    }

    fn text(self, line: usize) -> String {
        const LETTERS: &[u8] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
        let letters = LETTERS.iter().cycle().skip(line * 7);
        let start = format!("{line}-");
        let rest = self.length.saturating_sub(COMMAND.len() + start.len());
        let letters = letters.take(rest).map(|letter| char::from(*letter));
        start.chars().chain(letters).collect()
    }
}

/// Somebody who goes through steps.
#[derive(Debug)]
pub struct Player<'a> {
    /// What it sees the display with, if it looks at it.
    camera: Option<Camera>,
    /// The card that it puts in or takes out, and the machine.
    card: Option<(Control, PathBuf)>,
    /// What is wrong with what it saw, or could not be done.
    unseen: Vec<String>,
    steps: std::slice::Iter<'a, Step>,
    next: Option<&'a Step>,
    /// All that was heard.
    heard: Vec<u8>,
    /// How much of it earlier steps have taken.
    taken: usize,
}

impl<'a> Player<'a> {
    /// Somebody who has heard nothing yet.
    pub fn new(steps: &'a [Step]) -> Self {
        let mut steps = steps.iter();
        let next = steps.next();
        Self {
            camera: None,
            card: None,
            unseen: Vec::new(),
            steps,
            next,
            heard: Vec::new(),
            taken: 0,
        }
    }

    /// The same, looking at the display with a camera.
    pub fn seeing(mut self, camera: Option<Camera>) -> Self {
        self.camera = camera;
        self
    }

    /// The same, with a card to put in and to take out.
    pub fn holding(mut self, card: Option<(Control, PathBuf)>) -> Self {
        self.card = card;
        self
    }

    /// Puts the card in, or takes it out.
    fn move_card(&mut self, step: &Step) {
        if !step.card_in && !step.card_out {
            return;
        }
        let outcome = match &mut self.card {
            Some((control, card)) if step.card_in => card::put_in(control, card),
            Some((control, _)) => card::take_out(control),
            None => Err(Error::new("there is no card to put in or to take out")),
        };
        self.unseen
            .extend(outcome.err().map(|error| error.to_string()));
    }

    /// What is wrong with what the display showed, or with the card.
    pub fn unseen(&self) -> &[String] {
        &self.unseen
    }

    /// Looks until the display shows what a step says.
    fn look(&mut self, wanted: &[String]) {
        if wanted.is_empty() {
            return;
        }
        let Some(camera) = &mut self.camera else {
            return self
                .unseen
                .push("there is no display to look at".to_owned());
        };
        match camera.watch(PATIENCE, |lines| shows(lines, wanted)) {
            Ok((true, _)) => {}
            Ok((false, lines)) => {
                let shown = lines.join("\n");
                self.unseen.push(format!(
                    "the display does not show {wanted:?}, but\n{}",
                    shown.trim_end()
                ));
            }
            Err(error) => self.unseen.push(error.to_string()),
        }
    }

    /// Everything that the machine showed.
    pub fn heard(&self) -> String {
        String::from_utf8_lossy(&self.heard).into_owned()
    }

    /// What was waited for in vain, if anything was.
    pub fn missing(&self) -> Option<&'a str> {
        self.next.map(|step| step.wait.as_str())
    }

    /// Takes the text of the next step from what was heard, if it is there.
    fn step(&mut self) -> Option<&'a Step> {
        let step = self.next?;
        let rest = self.heard.get(self.taken..)?;
        let place = find(rest, step.wait.as_bytes())?;
        self.taken += place + step.wait.len();
        self.next = self.steps.next();
        Some(step)
    }
}

impl Listener for Player<'_> {
    fn hear(&mut self, bytes: &[u8]) -> Progress {
        self.heard.extend_from_slice(bytes);
        Progress::Working
    }

    fn answer(&mut self) -> Vec<u8> {
        let mut keys = Vec::new();
        while let Some(step) = self.step() {
            self.look(&step.screen);
            self.move_card(step);
            keys.extend_from_slice(step.keys.as_bytes());
        }
        keys
    }
}

/// Whether the lines have all texts, each below the last.
fn shows(lines: &[String], wanted: &[String]) -> bool {
    let mut lines = lines.iter();
    wanted
        .iter()
        .all(|text| lines.any(|line| line.contains(text.as_str())))
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    if wanted.is_empty() {
        return Some(0);
    }
    bytes
        .windows(wanted.len())
        .position(|window| window == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(wait: &str, keys: &str) -> Step {
        Step {
            wait: wait.to_owned(),
            keys: keys.to_owned(),
            ..Step::default()
        }
    }

    #[test]
    fn texts_on_a_display_are_below_each_other() {
        let owned = |texts: &[&str]| {
            texts
                .iter()
                .map(|text| (*text).to_owned())
                .collect::<Vec<_>>()
        };
        let lines = owned(&["one two", "", "three"]);
        assert!(shows(&lines, &owned(&["two", "three"])) && shows(&lines, &[]));
        assert!(
            !shows(&lines, &owned(&["three", "two"])) && !shows(&lines, &owned(&["one", "two"]))
        );
        assert!(!shows(&[], &owned(&["x"])));
    }

    #[test]
    fn who_cannot_see_the_display_says_so() {
        let steps = [Step {
            screen: vec!["a".to_owned()],
            ..step("a", "b")
        }];
        let mut player = Player::new(&steps);
        player.hear(b"a");
        assert_eq!(player.answer(), b"b");
        assert_eq!(player.unseen().len(), 1);
    }

    #[test]
    fn who_has_no_card_says_so() {
        let moves = [(true, false), (false, true)].map(|(card_in, card_out)| Step {
            card_in,
            card_out,
            ..step("a", "")
        });
        let mut player = Player::new(&moves);
        player.hear(b"aa");
        assert!(player.answer().is_empty());
        assert_eq!(player.unseen().len(), 2);
    }

    #[test]
    fn keys_are_typed_when_their_text_was_shown() {
        let steps = [step("$ ", "ls\r"), step("$ ", "off\r")];
        let mut player = Player::new(&steps);
        player.hear(b"hello\n$");
        assert!(player.answer().is_empty());
        player.hear(b" ");
        assert_eq!(player.answer(), b"ls\r");
        assert_eq!(player.missing(), Some("$ "));
        player.hear(b"ls\r\nfile\r\n$ ");
        assert_eq!(player.answer(), b"off\r");
        assert_eq!(player.missing(), None);
    }

    #[test]
    fn dictated_lines_have_their_length_and_must_all_come_back() {
        let dictation = Dictation {
            lines: 40,
            length: 100,
            pace: Pace::InTurn,
        };
        let steps = dictation.steps();
        let typed: Vec<_> = steps.iter().filter(|step| !step.keys.is_empty()).collect();
        assert!(typed.len() == 40 && typed.iter().all(|step| step.keys.len() == 101));
        let distinct: std::collections::HashSet<_> = typed.iter().map(|step| &step.keys).collect();
        assert_eq!(distinct.len(), 40);
        let mut player = Player::new(&steps);
        player.hear(b"weft:/$ ");
        let echo = player.answer();
        player.hear(&echo);
        assert!(player.missing().is_some_and(|text| text.contains("0-abc")));
        let ahead = Dictation {
            pace: Pace::Ahead,
            ..dictation
        };
        let steps = ahead.steps();
        assert_eq!(steps.first().map(|step| step.keys.len()), Some(40 * 101));
    }

    #[test]
    fn a_text_is_taken_once() {
        let steps = [step("a", "1"), step("a", "2")];
        let mut player = Player::new(&steps);
        player.hear(b"a");
        assert_eq!(player.answer(), b"1");
        assert!(player.answer().is_empty());
    }
}
