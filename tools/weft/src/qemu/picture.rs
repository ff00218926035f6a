//! Reads text from a picture of a display: cells of eight by sixteen pixels, by the font that the system draws with.

use std::collections::HashMap;

/// Pixels of a cell.
const WIDTH: usize = 8;
const HEIGHT: usize = 16;
/// Bytes of the font's file before the pictures (PC Screen Font, version 1).
const HEADER: usize = 4;

type Pixel = [u8; 3];
type Glyph = [u8; HEIGHT];

/// A picture.
#[derive(Debug)]
pub struct Picture {
    width: usize,
    height: usize,
    pixels: Vec<Pixel>,
}

impl Picture {
    /// Reads a binary PPM file with a byte a colour (Netpbm, `ppm(5)`); `None` if it is none.
    pub fn parse(file: &[u8]) -> Option<Self> {
        let mut rest = file;
        let mut word = || {
            let start = rest.iter().position(|byte| !byte.is_ascii_whitespace())?;
            let tail = rest.get(start..)?;
            let end = tail.iter().position(u8::is_ascii_whitespace)?;
            let (word, tail) = tail.split_at(end);
            // One blank ends a word, also the last.
            rest = tail.get(1..)?;
            std::str::from_utf8(word).ok()
        };
        let (magic, width, height, most) = (word()?, word()?, word()?, word()?);
        let (width, height): (usize, usize) = (width.parse().ok()?, height.parse().ok()?);
        let (pixels, _) = rest.as_chunks::<3>();
        let is_right =
            magic == "P6" && most == "255" && pixels.len() == width.checked_mul(height)?;
        is_right.then(|| Self {
            width,
            height,
            pixels: pixels.to_vec(),
        })
    }

    /// The lines of text, without blanks at their ends. What is no visible character of ASCII is a replacement character.
    pub fn text(&self) -> Vec<String> {
        let font = font();
        let line = |row| {
            let cells = (0..self.width / WIDTH).map(|column| self.character(row, column, &font));
            cells.collect::<String>().trim_end().to_owned()
        };
        (0..self.height / HEIGHT).map(line).collect()
    }

    fn character(&self, row: usize, column: usize, font: &HashMap<Glyph, char>) -> char {
        let line = |line: usize| {
            let start = (row * HEIGHT + line) * self.width + column * WIDTH;
            self.pixels.get(start..start + WIDTH).unwrap_or_default()
        };
        let first = line(0).first().copied().unwrap_or_default();
        let others = (0..HEIGHT).flat_map(line).filter(|pixel| **pixel != first);
        let mut others = others.copied();
        let second = others.next().unwrap_or(first);
        if others.any(|pixel| pixel != second) {
            return char::REPLACEMENT_CHARACTER;
        }
        // Either of the two may be the ink: under the cursor they are exchanged.
        let drawn = |ink: Pixel| {
            let bits = |line: &[Pixel]| {
                line.iter()
                    .fold(0, |bits, pixel| bits << 1 | u8::from(*pixel == ink))
            };
            let glyph: Glyph = std::array::from_fn(|number| bits(line(number)));
            font.get(&glyph).copied()
        };
        match first == second {
            true => ' ',
            false => drawn(second)
                .or_else(|| drawn(first))
                .unwrap_or(char::REPLACEMENT_CHARACTER),
        }
    }
}

/// The visible characters of ASCII by what they look like. They have their own numbers in the font.
fn font() -> HashMap<Glyph, char> {
    let glyph = |character: char| {
        let start = HEADER + character as usize * HEIGHT;
        let bytes = spleen_font::FONT_8X16.get(start..start + HEIGHT)?;
        Some((bytes.try_into().ok()?, character))
    };
    (' '..='~').filter_map(glyph).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const INK: Pixel = [0xaa; 3];
    const PAPER: Pixel = [0; 3];

    /// Lines of text as a picture, with a few pixels more at the right and below.
    fn painted(lines: &[&str], cursor: (usize, usize)) -> Vec<u8> {
        let (width, height) = (10 * WIDTH + 3, 3 * HEIGHT + 5);
        let font: HashMap<char, Glyph> = font()
            .into_iter()
            .map(|(glyph, character)| (character, glyph))
            .collect();
        let mut file = format!("P6\n{width} {height}\n255\n").into_bytes();
        for y in 0..height {
            for x in 0..width {
                let (row, column) = (y / HEIGHT, x / WIDTH);
                let character = lines
                    .get(row)
                    .and_then(|line| line.chars().nth(column))
                    .unwrap_or(' ');
                let is_set = font[&character][y % HEIGHT] >> (7 - x % WIDTH) & 1 == 1;
                file.extend(if is_set != ((row, column) == cursor) {
                    INK
                } else {
                    PAPER
                });
            }
        }
        file
    }

    #[test]
    fn text_that_was_painted_is_read() {
        let picture =
            Picture::parse(&painted(&["weft:/$ ls", "", " a_~"], (0, 1))).expect("a picture");
        assert_eq!(picture.text(), ["weft:/$ ls", "", " a_~"]);
        let picture = Picture::parse(&painted(&["x"], (0, 1))).expect("a picture");
        assert_eq!(
            picture.text().first().map(String::as_str),
            Some("x"),
            "the cursor is a blank"
        );
    }

    #[test]
    fn what_is_no_character_is_not_taken_for_one() {
        let mut file = painted(&["ab"], (9, 9));
        let at = file.len() - 3 * (10 * WIDTH + 3) * (3 * HEIGHT + 5);
        let second_row = at + 3 * 2 * (10 * WIDTH + 3);
        for byte in &mut file[second_row + 3..second_row + 9] {
            *byte = 0xaa;
        }
        let text = Picture::parse(&file).expect("a picture").text();
        assert_eq!(text.first().map(String::as_str), Some("\u{fffd}b"));
    }

    #[test]
    fn what_is_no_picture_is_refused() {
        let file = painted(&["a"], (0, 0));
        assert!(Picture::parse(&file).is_some());
        assert!(Picture::parse(&file[..file.len() - 3]).is_none());
        assert!(Picture::parse(b"P5\n1 1\n255\nabc").is_none());
        assert!(Picture::parse(b"P6\n1").is_none() && Picture::parse(b"").is_none());
    }
}
