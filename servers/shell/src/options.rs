//! Options of commands: single letters after `-`, anywhere before `--`.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::trouble::{Outcome, Trouble};

/// The options that were given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Options(u32);

impl Options {
    /// Whether a letter was given.
    pub(crate) fn has(self, letter: char) -> bool {
        self.0 & bit(letter) != 0
    }
}

fn bit(letter: char) -> u32 {
    let index = (letter as u32).wrapping_sub('a' as u32);
    1_u32.checked_shl(index).unwrap_or(0)
}

/// Takes options out of the arguments, wherever they stand before `--`; gives the others. `known` are small letters.
pub(crate) fn take(arguments: &[String], known: &str) -> Outcome<(Options, Vec<String>)> {
    let mut options = Options::default();
    let mut others = Vec::new();
    let mut rest = arguments.iter();
    while let Some(word) = rest.next() {
        match word.strip_prefix('-') {
            None | Some("") => others.push(word.clone()),
            Some("-") => others.extend(rest.by_ref().cloned()),
            Some(letters) => {
                for letter in letters.chars() {
                    if !known.contains(letter) {
                        return Err(Trouble::Usage(format!("there is no option -{letter}")));
                    }
                    options.0 |= bit(letter);
                }
            }
        }
    }
    Ok((options, others))
}

/// Refuses arguments of a command that takes none.
pub(crate) fn none(arguments: &[String]) -> Outcome {
    match arguments.first() {
        Some(_) => Err(Trouble::Usage("it takes no arguments".into())),
        None => Ok(()),
    }
}

/// Refuses fewer than one argument.
pub(crate) fn some<'a>(arguments: &'a [String], what: &str) -> Outcome<&'a [String]> {
    if arguments.is_empty() {
        return Err(Trouble::Usage(format!("{what} is missing")));
    }
    Ok(arguments)
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;

    fn words(line: &str) -> Vec<String> {
        line.split(' ').map(String::from).collect()
    }

    #[test]
    fn options_stand_anywhere_before_two_dashes() {
        let given = words("-al x -r y -- -z --");
        let (options, rest) = take(&given, "alr").expect("known options");
        assert!(options.has('a') && options.has('l') && options.has('r'));
        assert_eq!(rest, ["x", "y", "-z", "--"]);
        let given = words("- x");
        assert_eq!(take(&given, "").expect("no options").1, ["-", "x"]);
    }

    #[test]
    fn an_unknown_option_is_misuse() {
        let refused = take(&words("-lz"), "l").map(|_| ());
        assert_eq!(refused, Err(Trouble::Usage("there is no option -z".into())));
    }
}
