//! Takes the commands' output out of everything that comes over the serial line.
//!
//! With `--exec` the guest marks where output begins and ends. RS (0x1e) is the only byte with a
//! meaning, wherever in a line it stands:
//!
//! | bytes | meaning |
//! |---|---|
//! | `RS B` newline | output begins |
//! | `RS E` status newline | output ends; `status` is the last command's, in decimal |
//! | `RS RS` | a byte RS of the output itself |
//!
//! Newline is LF or CR LF. A guest that begins with CR LF writes every LF of the output as CR LF,
//! as terminals want it, and one CR before each LF is taken away again.

const RS: u8 = 0x1e;

/// The longest marker, newline included; longer ones are no markers.
const LONGEST_MARKER: usize = 16;

/// A piece of what came over the line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// Bytes that the commands printed.
    Output(Vec<u8>),
    /// Bytes that something else printed.
    Outside(Vec<u8>),
    /// The commands are done; the last one's exit status.
    Ended(u8),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Outside,
    Inside,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lines {
    /// LF ends a line.
    Raw,
    /// CR LF ends a line and stands for LF.
    Cooked,
}

/// Reads the serial line byte by byte.
#[derive(Debug)]
pub struct Filter {
    place: Place,
    lines: Lines,
    marker: Vec<u8>,
    held_return: Option<u8>,
    text: Vec<u8>,
    pieces: Vec<Piece>,
}

impl Default for Filter {
    fn default() -> Self {
        Self::new()
    }
}

impl Filter {
    /// A reader that has seen nothing yet.
    pub fn new() -> Self {
        Self {
            place: Place::Outside,
            lines: Lines::Raw,
            marker: Vec::new(),
            held_return: None,
            text: Vec::new(),
            pieces: Vec::new(),
        }
    }

    /// Takes bytes and gives the pieces that they complete.
    pub fn feed(&mut self, bytes: &[u8]) -> Vec<Piece> {
        for &byte in bytes {
            self.take(byte);
        }
        self.close_text();
        std::mem::take(&mut self.pieces)
    }

    fn take(&mut self, byte: u8) {
        if self.marker.is_empty() && byte != RS {
            return self.put(byte);
        }
        self.marker.push(byte);
        if self.marker == [RS, RS] {
            self.marker.clear();
            return self.put(RS);
        }
        if byte == b'\n' {
            return self.close_marker();
        }
        if self.marker.len() >= LONGEST_MARKER {
            self.marker_was_text();
        }
    }

    fn close_marker(&mut self) {
        let line: &[u8] = self.marker.strip_suffix(b"\n").unwrap_or(&self.marker);
        let (line, lines) = match line.strip_suffix(b"\r") {
            Some(line) => (line, Lines::Cooked),
            None => (line, Lines::Raw),
        };
        match (self.place, line.get(1), line.get(2..).and_then(status)) {
            (Place::Outside, Some(b'B'), _) if line.len() == 2 => {
                self.close_text();
                (self.place, self.lines) = (Place::Inside, lines);
                self.marker.clear();
            }
            (Place::Inside, Some(b'E'), Some(status)) => {
                self.release_return();
                self.close_text();
                self.pieces.push(Piece::Ended(status));
                self.place = Place::Outside;
                self.marker.clear();
            }
            _ => self.marker_was_text(),
        }
    }

    fn marker_was_text(&mut self) {
        for byte in std::mem::take(&mut self.marker) {
            self.put(byte);
        }
    }

    fn put(&mut self, byte: u8) {
        let is_cooked = self.place == Place::Inside && self.lines == Lines::Cooked;
        if byte == b'\n' {
            self.held_return = None;
        }
        self.release_return();
        if is_cooked && byte == b'\r' {
            self.held_return = Some(byte);
        } else {
            self.text.push(byte);
        }
    }

    fn release_return(&mut self) {
        self.text.extend(self.held_return.take());
    }

    fn close_text(&mut self) {
        if self.text.is_empty() {
            return;
        }
        let text = std::mem::take(&mut self.text);
        self.pieces.push(match self.place {
            Place::Inside => Piece::Output(text),
            Place::Outside => Piece::Outside(text),
        });
    }
}

fn status(text: &[u8]) -> Option<u8> {
    std::str::from_utf8(text)
        .ok()?
        .strip_prefix(' ')?
        .parse()
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn output_of(pieces: &[Piece]) -> Vec<u8> {
        let outputs = pieces.iter().filter_map(|piece| match piece {
            Piece::Output(bytes) => Some(bytes.clone()),
            _ => None,
        });
        outputs.flatten().collect()
    }

    fn whole(bytes: &[u8]) -> Vec<Piece> {
        Filter::new().feed(bytes)
    }

    #[test]
    fn only_what_is_between_the_markers_is_output() {
        let pieces = whole(b"boot\n\x1eB\nhi\n\x1eE 3\nbye\n");
        assert_eq!(
            pieces,
            [
                Piece::Outside(b"boot\n".to_vec()),
                Piece::Output(b"hi\n".to_vec()),
                Piece::Ended(3),
                Piece::Outside(b"bye\n".to_vec()),
            ]
        );
    }

    #[test]
    fn output_without_a_last_newline_is_kept_as_it_is() {
        let pieces = whole(b"\x1eB\nno newline\x1eE 0\n");
        assert_eq!(
            pieces,
            [Piece::Output(b"no newline".to_vec()), Piece::Ended(0)]
        );
    }

    #[test]
    fn terminal_newlines_become_plain_ones() {
        let pieces = whole(b"\x1eB\r\na\r\nb\r\r\n\rc\r\x1eE 0\r\n");
        assert_eq!(output_of(&pieces), b"a\nb\r\n\rc\r");
    }

    #[test]
    fn returns_of_a_raw_stream_are_kept() {
        assert_eq!(output_of(&whole(b"\x1eB\na\r\n\x1eE 0\n")), b"a\r\n");
    }

    #[test]
    fn a_doubled_separator_is_one_byte_of_output() {
        assert_eq!(
            output_of(&whole(b"\x1eB\n\x1e\x1eE 9\n\x1eE 0\n")),
            b"\x1eE 9\n"
        );
    }

    #[test]
    fn cutting_the_stream_anywhere_changes_nothing() {
        let stream = b"x\r\n\x1eB\r\na\r\n\x1e\x1e\x1eZ\r\n\x1eE 300\r\nz\x1eE 42\r\nrest";
        let expected = output_of(&whole(stream));
        for cut in 0..stream.len() {
            let (first, second) = stream.split_at(cut);
            let mut filter = Filter::new();
            let mut pieces = filter.feed(first);
            pieces.extend(filter.feed(second));
            assert_eq!(output_of(&pieces), expected, "cut at {cut}");
            assert!(pieces.contains(&Piece::Ended(42)), "cut at {cut}");
        }
    }

    #[test]
    fn what_is_no_marker_is_text() {
        let pieces = whole(b"\x1eE 0\n\x1eB\n\x1eB\n\x1eE 256\n\x1e0123456789012345678\n\x1eE 1\n");
        assert_eq!(pieces[0], Piece::Outside(b"\x1eE 0\n".to_vec()));
        assert_eq!(
            output_of(&pieces),
            b"\x1eB\n\x1eE 256\n\x1e0123456789012345678\n"
        );
        assert_eq!(pieces.last(), Some(&Piece::Ended(1)));
    }
}
