//! The line and the cursor in it.

use alloc::string::String;

/// Text with a cursor between two characters.
#[derive(Clone, Debug, Default)]
pub(crate) struct Buffer {
    text: String,
    /// Byte position of the cursor; always on a character boundary.
    cursor: usize,
}

impl Buffer {
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    pub(crate) fn before(&self) -> &str {
        self.text.get(..self.cursor).unwrap_or_default()
    }

    pub(crate) fn after(&self) -> &str {
        self.text.get(self.cursor..).unwrap_or_default()
    }

    pub(crate) fn set(&mut self, text: &str) {
        self.text.clear();
        self.text.push_str(text);
        self.cursor = self.text.len();
    }

    pub(crate) fn take(&mut self) -> String {
        self.cursor = 0;
        core::mem::take(&mut self.text)
    }

    pub(crate) fn insert(&mut self, character: char) {
        self.text.insert(self.cursor, character);
        self.cursor += character.len_utf8();
    }

    /// Moves one character to the left; gives whether it could.
    pub(crate) fn left(&mut self) -> bool {
        let step = self.before().chars().next_back().map_or(0, char::len_utf8);
        self.cursor -= step;
        step != 0
    }

    /// Moves one character to the right; gives whether it could.
    pub(crate) fn right(&mut self) -> bool {
        let step = self.after().chars().next().map_or(0, char::len_utf8);
        self.cursor += step;
        step != 0
    }

    pub(crate) fn home(&mut self) {
        self.cursor = 0;
    }

    pub(crate) fn end(&mut self) {
        self.cursor = self.text.len();
    }

    /// Removes the character behind the cursor.
    pub(crate) fn delete(&mut self) {
        if !self.after().is_empty() {
            self.text.remove(self.cursor);
        }
    }

    /// Removes everything behind the cursor.
    pub(crate) fn cut_after(&mut self) {
        self.text.truncate(self.cursor);
    }

    /// Removes everything before the cursor.
    pub(crate) fn cut_before(&mut self) {
        self.text.drain(..self.cursor);
        self.cursor = 0;
    }

    /// Removes the word before the cursor, and the blanks between.
    pub(crate) fn cut_word(&mut self) {
        let kept = self.before().trim_end();
        let start = kept.rfind(char::is_whitespace).map_or(0, |at| at + 1);
        self.text.drain(start..self.cursor);
        self.cursor = start;
    }
}
