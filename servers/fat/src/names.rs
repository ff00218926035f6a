//! Names: which FAT can hold, when two are one, and the short names that go with long ones.
//!
//! A long name is UTF-16 and keeps the case of its letters, but does not tell names apart by it. A short name has eight
//! letters and three; it is shown where there is no long one. Bytes above 127 are read as code page 437, and never
//! written.

use alloc::string::String;
use alloc::vec::Vec;

use crate::entry::{FREED, KANJI, Short, Slot, UNITS, long};
use crate::error::Error;

/// The most bytes of a name in a message, and the most UTF-16 units on a volume.
const LONGEST: usize = 255;
/// The most parts of a long name.
pub(crate) const PARTS: usize = 20;
/// Letters that no long name has.
const FORBIDDEN: &str = "\"*/:<>?\\|";
/// Signs besides letters and digits that a short name may have.
const SIGNS: &[u8] = b"!#$%&'()-@^_`{}~";
/// The upper half of code page 437.
const CODE_PAGE: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{a0}";

/// A name that something is to be looked for by.
pub(crate) fn wanted(name: &[u8]) -> Result<&str, Error> {
    let text = str::from_utf8(name).map_err(|_| Error::InvalidName)?;
    match text {
        "" => Err(Error::InvalidName),
        _ if text.len() > LONGEST || text.contains(['/', '\0']) => Err(Error::InvalidName),
        _ => Ok(text),
    }
}

/// A name that something may be given.
pub(crate) fn given(name: &[u8]) -> Result<&str, Error> {
    let text = wanted(name)?;
    let is_odd = |letter: char| letter < ' ' || FORBIDDEN.contains(letter);
    if text.ends_with(['.', ' ']) || text.contains(is_odd) {
        return Err(Error::InvalidName);
    }
    Ok(text)
}

/// Whether two names are one.
pub(crate) fn same(one: &str, other: &str) -> bool {
    one.chars().map(upper).eq(other.chars().map(upper))
}

/// A letter's capital, if that is one letter.
fn upper(letter: char) -> char {
    let mut capital = letter.to_uppercase();
    match (capital.next(), capital.next()) {
        (Some(capital), None) => capital,
        _ => letter,
    }
}

/// A long name as it is read; nothing if it cannot be shown as one.
pub(crate) fn read_long(units: &[u16]) -> Option<String> {
    let end = units.iter().position(|unit| *unit == 0);
    let units = &units[..end.unwrap_or(units.len())];
    let name: Result<String, _> = char::decode_utf16(units.iter().copied()).collect();
    let name = name.ok()?;
    let is_odd = |letter: char| letter < ' ' || letter == '/';
    let is_shown = !matches!(name.as_str(), "" | "." | "..") && !name.contains(is_odd);
    (is_shown && name.len() <= LONGEST).then_some(name)
}

/// A short name as it is shown.
pub(crate) fn read_short(short: &Short) -> String {
    let mut name = short.name();
    if name[0] == KANJI {
        name[0] = FREED;
    }
    let (base, extension) = name.split_at(8);
    let (base_small, extension_small) = short.small();
    let mut shown = part(base, base_small);
    let extension = part(extension, extension_small);
    if !extension.is_empty() {
        shown.push('.');
        shown += &extension;
    }
    match shown.as_str() {
        "" | "." | ".." => "_".into(),
        _ => shown,
    }
}

fn part(bytes: &[u8], small: bool) -> String {
    let letter = |byte: &u8| match *byte {
        0..=b' ' | b'/' | 127 => '_',
        byte @ 128.. => CODE_PAGE
            .chars()
            .nth(usize::from(byte - 128))
            .unwrap_or('_'),
        byte if small => byte.to_ascii_lowercase().into(),
        byte => byte.into(),
    };
    bytes.trim_ascii_end().iter().map(letter).collect()
}

/// Whether a name is a short name as it stands, which needs no long one.
pub(crate) fn plain(name: &str) -> Option<[u8; 11]> {
    let short = exact(name)?;
    name.bytes()
        .all(|byte| !byte.is_ascii_lowercase())
        .then_some(short)
}

/// The short name that is the name but for the case of letters, if there is one.
fn exact(name: &str) -> Option<[u8; 11]> {
    let (base, extension) = match name.rsplit_once('.') {
        Some((base, extension)) if !extension.is_empty() => (base, extension),
        Some(_) => return None,
        None => (name, ""),
    };
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || SIGNS.contains(&byte);
    let is_short = (1..=8).contains(&base.len()) && extension.len() <= 3;
    (is_short && base.bytes().chain(extension.bytes()).all(fits)).then(|| {
        let mut short = [b' '; 11];
        short[..base.len()].copy_from_slice(base.as_bytes());
        short[8..8 + extension.len()].copy_from_slice(extension.as_bytes());
        short.make_ascii_uppercase();
        short
    })
}

/// Short names that could go with a long one, the best first.
pub(crate) fn candidates(name: &str) -> Vec<[u8; 11]> {
    let (base, extension) = name.rsplit_once('.').unwrap_or((name, ""));
    let mut found: Vec<_> = exact(name).into_iter().collect();
    let (base, extension) = (letters(base, 6), letters(extension, 3));
    let mut add = |base: &[u8], number: u8| {
        let mut short = [b' '; 11];
        short[..base.len()].copy_from_slice(base);
        short[base.len()] = b'~';
        short[base.len() + 1] = b'0' + number;
        short[8..8 + extension.len()].copy_from_slice(&extension);
        found.push(short);
    };
    (1..=4).for_each(|number| add(&base, number));
    let mut hash = name.chars().fold(0x811c_9dc5_u32, |hash, letter| {
        (hash ^ upper(letter) as u32).wrapping_mul(0x0100_0193)
    });
    for number in 1..=9 {
        let mut mixed: Vec<u8> = base.iter().take(2).copied().collect();
        let digits = (0..4).map(|place| (hash >> (16 + place * 4)) as u8 & 15);
        mixed.extend(digits.map(|digit| b"0123456789ABCDEF"[usize::from(digit)]));
        add(&mixed, number);
        hash = hash.wrapping_mul(0x0100_0193) ^ u32::from(number);
    }
    found
}

/// The first letters of a part of a name as a short name can have them.
fn letters(text: &str, most: usize) -> Vec<u8> {
    let letter = |letter: char| {
        let capital = letter.to_ascii_uppercase();
        let fits = |byte: &u8| byte.is_ascii_alphanumeric() || SIGNS.contains(byte);
        u8::try_from(capital).ok().filter(fits).unwrap_or(b'_')
    };
    let all = text.chars().filter(|letter| !matches!(letter, ' ' | '.'));
    all.map(letter).take(most).collect()
}

/// How many places a name takes in a directory.
pub(crate) fn slots(name: &str) -> Result<usize, Error> {
    if plain(name).is_some() {
        return Ok(1);
    }
    let units = name.encode_utf16().count();
    if units > LONGEST {
        return Err(Error::InvalidName);
    }
    Ok(units.div_ceil(UNITS) + 1)
}

/// The parts of a long name, in the order in which they stand before the entry; none if the short name is enough.
pub(crate) fn parts(name: &str, sum: u8) -> Vec<Slot> {
    if plain(name).is_some() {
        return Vec::new();
    }
    let units: Vec<u16> = name.encode_utf16().collect();
    let count = units.len().div_ceil(UNITS);
    let part = |(units, order): (&[u16], u8)| {
        let mut all = [0xffff; UNITS];
        all[..units.len()].copy_from_slice(units);
        if let Some(end) = all.get_mut(units.len()) {
            *end = 0;
        }
        let last = if usize::from(order) == count { 0x40 } else { 0 };
        long(order | last, sum, all)
    };
    let mut parts: Vec<_> = units.chunks(UNITS).zip(1..).map(part).collect();
    parts.reverse();
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Stamp;

    #[test]
    fn names_that_fat_cannot_hold_are_refused() {
        for name in ["", ".", "..", "a.", "a ", "a/b", "a:b", "q?", "\u{1}"] {
            assert!(given(name.as_bytes()).is_err(), "{name:?}");
        }
        assert!(given(b"\xff").is_err());
        assert!(given(&[b'a'; 256]).is_err());
        for name in ["a", ".hidden", "two words.txt", "Grüße 🌍", "a.b.c"] {
            assert!(given(name.as_bytes()).is_ok(), "{name}");
        }
    }

    #[test]
    fn the_case_of_letters_does_not_tell_names_apart() {
        assert!(same("Grüße.TXT", "GRÜße.txt"));
        assert!(!same("ß", "ss") && !same("a", "ab"));
    }

    #[test]
    fn short_names_are_the_name_itself_if_that_will_do() {
        assert_eq!(plain("CONFIG.TXT"), Some(*b"CONFIG  TXT"));
        assert_eq!(plain("config.txt"), None);
        assert_eq!(candidates("config.txt")[0], *b"CONFIG  TXT");
        assert_eq!(candidates("a long name.text")[0], *b"ALONGN~1TEX");
        assert_eq!(candidates(".b")[0], *b"~1      B  ");
        let all = candidates("über");
        assert_eq!((all[0], all.len()), (*b"_BER~1     ", 13));
        let mut unique = all.clone();
        unique.sort_unstable();
        unique.dedup();
        assert_eq!(unique.len(), all.len());
    }

    #[test]
    fn parts_of_a_name_come_back() {
        for name in ["thirteen char", "fourteen chars", "é🌍", "x.y"] {
            let parts = parts(name, 7);
            assert_eq!(parts.len() + 1, slots(name).expect("it fits"));
            let units: Vec<u16> = parts.iter().rev().flat_map(crate::entry::units).collect();
            assert_eq!(read_long(&units).as_deref(), Some(name));
            assert_eq!(parts[0][0] & 0x40, 0x40);
        }
    }

    #[test]
    fn short_names_are_shown_as_people_know_them() {
        let shown = |name: &[u8; 11]| read_short(&Short::new(*name, 0, Stamp::default()));
        assert_eq!(shown(b"KERNEL8 IMG"), "KERNEL8.IMG");
        assert_eq!(shown(b"README     "), "README");
        assert_eq!(shown(b"A/B        "), "A_B");
        assert_eq!(shown(b"\x81BER       "), "üBER");
        let mut small = Short::new(*b"KERNEL8 IMG", 0, Stamp::default());
        small.0[12] = 0x18;
        assert_eq!(read_short(&small), "kernel8.img");
    }
}
