//! Plays a person at the console: waits for what the machine shows, and types.

use serde::Deserialize;

use crate::qemu::session::{Listener, Progress};

/// Something to wait for, and what is typed then.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// The text, which must come after that of the step before.
    pub wait: String,
    /// The keys; none only waits.
    #[serde(default)]
    pub keys: String,
}

/// Somebody who goes through steps.
#[derive(Debug)]
pub struct Player<'a> {
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
            steps,
            next,
            heard: Vec::new(),
            taken: 0,
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
            keys.extend_from_slice(step.keys.as_bytes());
        }
        keys
    }
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
        }
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
    fn a_text_is_taken_once() {
        let steps = [step("a", "1"), step("a", "2")];
        let mut player = Player::new(&steps);
        player.hear(b"a");
        assert_eq!(player.answer(), b"1");
        assert!(player.answer().is_empty());
    }
}
