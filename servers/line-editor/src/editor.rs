//! The editor: keys in, screen updates out.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write;

use crate::buffer::Buffer;
use crate::history::History;
use crate::keys::{Decoder, Key};

/// The greatest length of a line in bytes; further characters are refused with a bell.
pub const MAX_LINE: usize = 1024;

/// What a key led to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// The line is still being written.
    Editing,
    /// The line is complete (without the line end).
    Line(String),
    /// Ctrl-C: the line was dropped.
    Interrupt,
    /// Ctrl-D on an empty line.
    EndOfInput,
}

/// A line being edited, its prompt and the history.
#[derive(Clone, Debug, Default)]
pub struct Editor {
    prompt: String,
    buffer: Buffer,
    history: History,
    decoder: Decoder,
}

impl Editor {
    /// An editor without history.
    pub fn new() -> Self {
        Self::default()
    }

    /// Begins a line: shows the prompt and what was typed ahead.
    pub fn begin(&mut self, prompt: &str, screen: &mut Vec<u8>) {
        self.prompt = prompt.into();
        self.redraw(screen);
    }

    /// Takes one byte from the terminal; appends to `screen` what the terminal must be sent.
    pub fn feed(&mut self, byte: u8, screen: &mut Vec<u8>) -> Event {
        let Some(key) = self.decoder.feed(byte) else {
            return Event::Editing;
        };
        match key {
            Key::Enter => return self.enter(screen),
            Key::Control('c') => return self.interrupt(screen),
            Key::Control('d') if self.buffer.text().is_empty() => return Event::EndOfInput,
            Key::Char(character) => self.insert(character, screen),
            Key::Left | Key::Control('b') => self.step(Buffer::left, b"\x08", screen),
            Key::Right | Key::Control('f') => self.step(Buffer::right, b"\x1b[C", screen),
            key => self.edit(key, screen),
        }
        Event::Editing
    }

    fn enter(&mut self, screen: &mut Vec<u8>) -> Event {
        screen.extend_from_slice(b"\r\n");
        let line = self.buffer.take();
        self.history.add(&line);
        Event::Line(line)
    }

    fn interrupt(&mut self, screen: &mut Vec<u8>) -> Event {
        screen.extend_from_slice(b"^C\r\n");
        self.buffer.take();
        self.history.add("");
        Event::Interrupt
    }

    fn insert(&mut self, character: char, screen: &mut Vec<u8>) {
        if self.buffer.text().len() + character.len_utf8() > MAX_LINE {
            return screen.push(0x07);
        }
        self.buffer.insert(character);
        if self.buffer.after().is_empty() {
            let mut bytes = [0; 4];
            screen.extend_from_slice(character.encode_utf8(&mut bytes).as_bytes());
        } else {
            self.redraw(screen);
        }
    }

    fn step(&mut self, go: fn(&mut Buffer) -> bool, shown: &[u8], screen: &mut Vec<u8>) {
        if go(&mut self.buffer) {
            screen.extend_from_slice(shown);
        }
    }

    fn edit(&mut self, key: Key, screen: &mut Vec<u8>) {
        match key {
            Key::Backspace => {
                if self.buffer.left() {
                    self.buffer.delete();
                }
            }
            Key::Delete | Key::Control('d') => self.buffer.delete(),
            Key::Home | Key::Control('a') => self.buffer.home(),
            Key::End | Key::Control('e') => self.buffer.end(),
            Key::Control('k') => self.buffer.cut_after(),
            Key::Control('u') => self.buffer.cut_before(),
            Key::Control('w') => self.buffer.cut_word(),
            Key::Control('l') => screen.extend_from_slice(b"\x1b[H\x1b[2J"),
            Key::Up | Key::Control('p') => {
                if let Some(line) = self.history.older(self.buffer.text()) {
                    self.buffer.set(line);
                }
            }
            Key::Down | Key::Control('n') => {
                if let Some(line) = self.history.newer() {
                    self.buffer.set(line);
                }
            }
            _ => return,
        }
        self.redraw(screen);
    }

    /// Draws prompt and line anew and puts the cursor where it belongs.
    fn redraw(&self, screen: &mut Vec<u8>) {
        screen.push(b'\r');
        for text in [&self.prompt, self.buffer.text()] {
            screen.extend_from_slice(text.as_bytes());
        }
        screen.extend_from_slice(b"\x1b[K");
        let behind = self.buffer.after().chars().count();
        if behind != 0 {
            let mut back = String::new();
            // Writing to a String cannot fail.
            let _ = write!(back, "\x1b[{behind}D");
            screen.extend_from_slice(back.as_bytes());
        }
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;

    /// What a terminal shows after some bytes: one line and the cursor's column.
    #[derive(Default)]
    struct Terminal {
        line: Vec<char>,
        column: usize,
    }

    impl Terminal {
        fn show(&mut self, bytes: &[u8]) {
            let text = std::str::from_utf8(bytes).unwrap();
            let mut rest = text.chars();
            while let Some(character) = rest.next() {
                match character {
                    '\r' => self.column = 0,
                    '\x08' => self.column -= 1,
                    '\x07' => {}
                    '\n' => *self = Self::default(),
                    '\x1b' => self.sequence(&mut rest),
                    character => self.put(character),
                }
            }
        }

        fn put(&mut self, character: char) {
            self.line.truncate(self.line.len().max(self.column));
            if self.column == self.line.len() {
                self.line.push(character);
            } else {
                self.line[self.column] = character;
            }
            self.column += 1;
        }

        fn sequence(&mut self, rest: &mut std::str::Chars<'_>) {
            assert_eq!(rest.next(), Some('['));
            let mut number = 0;
            for character in rest {
                match character {
                    '0'..='9' => number = number * 10 + character as usize - '0' as usize,
                    'K' => return self.line.truncate(self.column),
                    'C' => return self.column += number.max(1),
                    'D' => return self.column -= number.max(1),
                    other => panic!("sequence {other:?}"),
                }
            }
        }
    }

    fn run(editor: &mut Editor, input: &str) -> (String, usize, Event) {
        let mut terminal = Terminal::default();
        let mut screen = Vec::new();
        editor.begin("> ", &mut screen);
        let mut last = Event::Editing;
        for byte in input.bytes() {
            last = editor.feed(byte, &mut screen);
        }
        terminal.show(&screen);
        (terminal.line.into_iter().collect(), terminal.column, last)
    }

    #[test]
    fn a_typed_line_is_given_without_its_end() {
        let (_, _, event) = run(&mut Editor::new(), "ls /mnt\r");
        assert_eq!(event, Event::Line("ls /mnt".into()));
    }

    #[test]
    fn the_screen_shows_what_the_line_holds() {
        let (line, column, _) = run(&mut Editor::new(), "grünßx\x1b[D\x1b[D\x7fé");
        assert_eq!((line.as_str(), column), ("> grüéßx", 6));
        let (line, column, _) = run(&mut Editor::new(), "one two\x17\x01\x1b[3~");
        assert_eq!((line.as_str(), column), ("> ne ", 2));
    }

    #[test]
    fn older_lines_come_back_and_the_draft_is_kept() {
        let mut editor = Editor::new();
        run(&mut editor, "first\r");
        run(&mut editor, "second\r");
        let (line, _, _) = run(&mut editor, "dra\x1b[A\x1b[A");
        assert_eq!(line, "> first");
        let (line, _, event) = run(&mut editor, "\x1b[B\x1b[Bft\r");
        assert_eq!((line.as_str(), event), ("", Event::Line("draft".into())));
    }

    #[test]
    fn control_c_drops_the_line_and_control_d_ends_the_input_only_when_it_is_empty() {
        let mut editor = Editor::new();
        assert_eq!(run(&mut editor, "half\x03").2, Event::Interrupt);
        assert_eq!(run(&mut editor, "x\x04").2, Event::Editing);
        assert_eq!(run(&mut editor, "\x15\x04").2, Event::EndOfInput);
    }

    #[test]
    fn a_line_that_is_too_long_stops_growing() {
        let mut editor = Editor::new();
        let mut screen = Vec::new();
        for _ in 0..MAX_LINE + 5 {
            editor.feed(b'x', &mut screen);
        }
        let Event::Line(line) = editor.feed(b'\r', &mut screen) else {
            panic!("no line");
        };
        assert_eq!(line.len(), MAX_LINE);
    }
}
