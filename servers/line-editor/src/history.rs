//! The lines that were entered before.

use alloc::collections::VecDeque;
use alloc::string::String;

/// How many lines are remembered; the oldest go first.
pub const MAX_HISTORY: usize = 64;

/// Earlier lines, and where the user is while stepping through them.
#[derive(Clone, Debug, Default)]
pub struct History {
    lines: VecDeque<String>,
    /// How many steps back the shown line is; 0 is the line being written.
    back: usize,
    draft: String,
}

impl History {
    /// No lines yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Remembers a line, unless it is blank or the same as the last.
    pub fn add(&mut self, line: &str) {
        self.back = 0;
        if line.trim().is_empty() || self.lines.back().is_some_and(|last| last == line) {
            return;
        }
        if self.lines.len() == MAX_HISTORY {
            self.lines.pop_front();
        }
        self.lines.push_back(line.into());
    }

    /// The line one step further back; `shown` is kept if it is the line being written.
    pub(crate) fn older(&mut self, shown: &str) -> Option<&str> {
        if self.back == self.lines.len() {
            return None;
        }
        if self.back == 0 {
            self.draft = shown.into();
        }
        self.back += 1;
        self.current()
    }

    /// The line one step nearer to the one being written.
    pub(crate) fn newer(&mut self) -> Option<&str> {
        self.back = self.back.checked_sub(1)?;
        self.current()
    }

    fn current(&self) -> Option<&str> {
        if self.back == 0 {
            return Some(&self.draft);
        }
        self.lines
            .get(self.lines.len().checked_sub(self.back)?)
            .map(String::as_str)
    }
}
