//! The font: Spleen, 8 by 16 pixels (<https://github.com/fcambus/spleen>).
//!
//! The crate `spleen-font` brings its file, which is of the PC Screen Font's first version: a header of four bytes, the
//! pictures, and for each picture the characters that it stands for, as 16-bit numbers that `0xffff` ends. The crate's own
//! search reads tables of the second version only, so the table is read here.

/// Pixels across a cell.
pub const WIDTH: usize = 8;
/// Pixels down a cell.
pub const HEIGHT: usize = 16;

/// A picture: a byte a line from the top, its highest bit the leftmost pixel.
pub type Picture = [u8; HEIGHT];

const FILE: &[u8] = spleen_font::FONT_8X16;
const HEADER: usize = 4;
/// Where the header says how many pictures there are.
const MODE: u8 = FILE[2];
const IS_512: u8 = 1;
const COUNT: usize = if MODE & IS_512 != 0 { 512 } else { 256 };
const TABLE: usize = HEADER + COUNT * HEIGHT;
/// Ends the characters of a picture.
const END: u16 = 0xffff;
/// What stands for characters that the font does not have.
const UNKNOWN: char = '?';

const _: () = assert!(FILE[0] == 0x36 && FILE[1] == 0x04 && FILE[3] as usize == HEIGHT);
const _: () = assert!(FILE.len() > TABLE);

/// Returns a character's picture, or that of a question mark.
#[must_use]
pub fn picture(character: char) -> &'static Picture {
    const BLANK: Picture = [0; HEIGHT];
    let place = place(character).or_else(|| place(UNKNOWN));
    let pictures = FILE.get(HEADER..TABLE).unwrap_or_default();
    place
        .and_then(|place| pictures.as_chunks::<HEIGHT>().0.get(place))
        .unwrap_or(&BLANK)
}

/// Whether the font has a character.
#[must_use]
pub fn has(character: char) -> bool {
    place(character).is_some()
}

/// The number of a character's picture. Those of ASCII have their own numbers.
fn place(character: char) -> Option<usize> {
    if character.is_ascii() {
        return Some(character as usize);
    }
    let wanted = u16::try_from(u32::from(character)).ok()?;
    let (words, _) = FILE.get(TABLE..)?.as_chunks::<2>();
    let mut place = 0;
    for word in words {
        match u16::from_le_bytes(*word) {
            END => place += 1,
            found if found == wanted => return Some(place),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::String;
    use std::vec::Vec;

    fn drawn(character: char) -> String {
        let lines = picture(character).iter().map(|line| {
            (0..WIDTH)
                .map(|x| if line >> (7 - x) & 1 == 1 { '#' } else { '.' })
                .collect::<String>()
        });
        lines.collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn a_letter_looks_like_itself() {
        let golden = include_str!("golden/letter.txt");
        assert_eq!(drawn('A'), golden.trim_end());
    }

    #[test]
    fn characters_of_ascii_have_their_own_numbers_in_the_table_too() {
        let (words, _) = FILE[TABLE..].as_chunks::<2>();
        let mut place = 0;
        let mut seen = std::collections::BTreeSet::new();
        for word in words.iter().map(|word| u16::from_le_bytes(*word)) {
            match word {
                END => place += 1,
                0x20..0x7f => {
                    assert_eq!(usize::from(word), place, "{word:#x}");
                    seen.insert(word);
                }
                _ => {}
            }
        }
        assert_eq!(seen.len(), 0x7f - 0x20);
    }

    #[test]
    fn letters_beyond_ascii_are_found_and_what_is_missing_is_a_question_mark() {
        assert!(has('ü') && has('é') && has('─') && !has('漢') && !has('🦀'));
        assert_ne!(picture('ü'), picture('u'));
        assert_eq!(picture('漢'), picture('?'));
        assert_eq!(picture('🦀'), picture('?'));
    }

    #[test]
    fn visible_characters_of_ascii_all_look_different() {
        let mut all: Vec<_> = (' '..='~').map(picture).collect();
        all.sort_unstable();
        assert!(all.windows(2).all(|pair| pair[0] != pair[1]));
    }
}
