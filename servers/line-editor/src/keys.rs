//! Turns bytes into keys: UTF-8 characters, control characters and escape sequences.
//!
//! Sequences: ECMA-48 §5.4 (CSI parameters, final byte) as xterm and VT100 send them for cursor keys.

/// A key press.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Key {
    Char(char),
    Enter,
    Backspace,
    Delete,
    Left,
    Right,
    Up,
    Down,
    Home,
    End,
    /// Ctrl with a letter, given in lower case.
    Control(char),
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Plain,
    Escape,
    /// Inside a CSI sequence, with its first parameter.
    Sequence(u8),
    /// After `ESC O`.
    Single,
    /// Inside a UTF-8 character: what is there, and how many bytes are missing.
    Character {
        bytes: [u8; 4],
        have: u8,
        want: u8,
    },
}

/// The state of the decoder between two bytes.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Decoder {
    state: State,
    after_return: bool,
}

impl Decoder {
    /// Takes a byte; gives the key that it completes.
    pub(crate) fn feed(&mut self, byte: u8) -> Option<Key> {
        let after_return = core::mem::replace(&mut self.after_return, byte == b'\r');
        match core::mem::take(&mut self.state) {
            State::Plain if byte == b'\n' && after_return => None,
            State::Plain => self.plain(byte),
            State::Escape => {
                self.state = match byte {
                    b'[' => State::Sequence(0),
                    b'O' => State::Single,
                    _ => State::Plain,
                };
                None
            }
            State::Single => cursor_key(byte),
            State::Sequence(parameter) => self.sequence(parameter, byte),
            State::Character { bytes, have, want } => self.character(bytes, have, want, byte),
        }
    }

    fn plain(&mut self, byte: u8) -> Option<Key> {
        match byte {
            b'\r' | b'\n' => Some(Key::Enter),
            0x7f | 0x08 => Some(Key::Backspace),
            0x1b => {
                self.state = State::Escape;
                None
            }
            0x01..=0x1a => Some(Key::Control((b'a' + byte - 1) as char)),
            0x20..=0x7e => Some(Key::Char(byte as char)),
            0xc2..=0xdf => self.begin(byte, 2),
            0xe0..=0xef => self.begin(byte, 3),
            0xf0..=0xf4 => self.begin(byte, 4),
            _ => None,
        }
    }

    fn begin(&mut self, byte: u8, want: u8) -> Option<Key> {
        let bytes = [byte, 0, 0, 0];
        self.state = State::Character {
            bytes,
            have: 1,
            want,
        };
        None
    }

    fn character(&mut self, mut bytes: [u8; 4], have: u8, want: u8, byte: u8) -> Option<Key> {
        if !(0x80..=0xbf).contains(&byte) {
            return self.plain(byte);
        }
        *bytes.get_mut(have as usize)? = byte;
        let have = have + 1;
        if have < want {
            self.state = State::Character { bytes, have, want };
            return None;
        }
        let text = core::str::from_utf8(bytes.get(..want as usize)?).ok()?;
        text.chars().next().map(Key::Char)
    }

    fn sequence(&mut self, parameter: u8, byte: u8) -> Option<Key> {
        match byte {
            b'0'..=b'9' => {
                let digit = byte - b'0';
                self.state = State::Sequence(parameter.wrapping_mul(10).wrapping_add(digit));
                None
            }
            b';' => {
                self.state = State::Sequence(0);
                None
            }
            b'~' => match parameter {
                1 | 7 => Some(Key::Home),
                4 | 8 => Some(Key::End),
                3 => Some(Key::Delete),
                _ => None,
            },
            _ => cursor_key(byte),
        }
    }
}

fn cursor_key(last: u8) -> Option<Key> {
    match last {
        b'A' => Some(Key::Up),
        b'B' => Some(Key::Down),
        b'C' => Some(Key::Right),
        b'D' => Some(Key::Left),
        b'H' => Some(Key::Home),
        b'F' => Some(Key::End),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;
    use std::vec::Vec;

    fn keys(bytes: &[u8]) -> Vec<Key> {
        let mut decoder = Decoder::default();
        bytes
            .iter()
            .filter_map(|byte| decoder.feed(*byte))
            .collect()
    }

    #[test]
    fn cursor_keys_of_both_modes_are_understood() {
        assert_eq!(
            keys(b"\x1b[A\x1bOD\x1b[3~\x1b[1;5C"),
            [Key::Up, Key::Left, Key::Delete, Key::Right]
        );
    }

    #[test]
    fn a_broken_character_does_not_swallow_what_follows() {
        assert_eq!(keys(b"\xe2\x82x"), [Key::Char('x')]);
        assert_eq!(keys("€".as_bytes()), [Key::Char('€')]);
    }

    #[test]
    fn return_and_line_feed_together_are_one_enter() {
        assert_eq!(
            keys(b"a\r\nb\n"),
            [Key::Char('a'), Key::Enter, Key::Char('b'), Key::Enter]
        );
    }
}
