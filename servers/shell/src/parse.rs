//! The shell's grammar: commands, quoting, redirection, background.
//!
//! ```text
//! line    = [ command { separator command } [ separator ] ]
//! separator = ";" | "&" | "&&" | "||"
//! command = word { word | ( ">" | ">>" ) word }
//! word    = characters, 'text as it is', "text where \ escapes", \character
//! ```
//!
//! A command before `&` runs in the background; one behind `&&` runs only after success, one behind `||` only after
//! failure, and what is skipped leaves the status as it was. `#` at the start of a word begins a comment. There are no
//! variables, patterns or pipes.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

/// Where a command's output goes instead of the console.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Redirect {
    /// `> FILE`: the file is made new.
    Write(String),
    /// `>> FILE`: added to what is there.
    Append(String),
}

/// Whether the shell waits for a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// It does.
    Foreground,
    /// `&`: it does not.
    Background,
}

/// After which commands a command runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// After any.
    Always,
    /// `&&`: if the last status is success.
    Success,
    /// `||`: if the last status is failure.
    Failure,
}

/// One command of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// Name and arguments; at least the name.
    pub words: Vec<String>,
    /// The last redirection, if there is one.
    pub redirect: Option<Redirect>,
    /// Foreground or background.
    pub place: Place,
    /// After what it runs.
    pub when: When,
}

/// Why a line makes no sense. Columns count characters from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParseError {
    /// A quote that is opened at this column is never closed.
    OpenQuote(usize),
    /// `\` is the last character.
    LoneBackslash(usize),
    /// `>` or `>>` without a file name behind it.
    NoTarget(usize),
    /// `;`, `&`, `&&` or `||` without a command before it, or a redirection without one.
    NoCommand(usize),
    /// `&&` or `||` without a command behind it.
    NothingBehind(usize),
    /// A redirection with a number, as `2>`, or of input.
    Stream(usize),
    /// A pipe, which this shell does not have.
    Pipe(usize),
}

impl fmt::Display for ParseError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OpenQuote(at) => write!(out, "column {at}: this quote is not closed"),
            Self::LoneBackslash(at) => {
                write!(
                    out,
                    "column {at}: nothing follows the backslash; write \\\\ for one"
                )
            }
            Self::NoTarget(at) => write!(out, "column {at}: a file name must follow"),
            Self::NoCommand(at) => write!(out, "column {at}: there is no command before this"),
            Self::NothingBehind(at) => write!(out, "column {at}: a command must follow"),
            Self::Stream(at) => {
                write!(
                    out,
                    "column {at}: a command has one output and no input; > takes all of it, and quotes keep the sign"
                )
            }
            Self::Pipe(at) => {
                write!(
                    out,
                    "column {at}: there are no pipes; write to a file with >, or quote the |"
                )
            }
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    Word(String),
    Write,
    Append,
    End(Place, When),
}

/// Takes a line apart.
///
/// # Errors
/// The first thing in the line that makes no sense.
pub fn parse(line: &str) -> Result<Vec<Command>, ParseError> {
    let mut commands = Vec::new();
    let mut words = Vec::new();
    let mut redirect = None;
    let mut when = When::Always;
    let mut joined = 1;
    let mut tokens = tokens(line)?.into_iter();
    while let Some((at, token)) = tokens.next() {
        match token {
            Token::Word(word) => words.push(word),
            Token::Write | Token::Append => {
                let Some((_, Token::Word(target))) = tokens.next() else {
                    return Err(ParseError::NoTarget(at));
                };
                redirect = Some(match token {
                    Token::Append => Redirect::Append(target),
                    _ => Redirect::Write(target),
                });
            }
            Token::End(place, next) => {
                if words.is_empty() {
                    return Err(ParseError::NoCommand(at));
                }
                let words = core::mem::take(&mut words);
                commands.push(Command {
                    words,
                    redirect: redirect.take(),
                    place,
                    when: core::mem::replace(&mut when, next),
                });
                joined = at;
            }
        }
    }
    match (words.is_empty(), redirect) {
        (true, None) if when != When::Always => Err(ParseError::NothingBehind(joined)),
        (true, None) => Ok(commands),
        (true, Some(_)) => Err(ParseError::NoCommand(1)),
        (false, redirect) => {
            commands.push(Command {
                words,
                redirect,
                place: Place::Foreground,
                when,
            });
            Ok(commands)
        }
    }
}

fn tokens(line: &str) -> Result<Vec<(usize, Token)>, ParseError> {
    let mut found = Vec::new();
    let mut rest = (1..).zip(line.chars()).peekable();
    while let Some((at, character)) = rest.peek().copied() {
        let token = match character {
            '#' => break,
            '<' => return Err(ParseError::Stream(at)),
            '|' => Token::End(Place::Foreground, When::Failure),
            ';' => Token::End(Place::Foreground, When::Always),
            '&' => Token::End(Place::Background, When::Always),
            '>' => Token::Write,
            character if character.is_whitespace() => {
                rest.next();
                continue;
            }
            _ => {
                let word = word(&mut rest)?;
                let number =
                    character.is_ascii_digit() && word.bytes().all(|it| it.is_ascii_digit());
                if number && rest.peek().is_some_and(|(_, next)| *next == '>') {
                    return Err(ParseError::Stream(at));
                }
                found.push((at, Token::Word(word)));
                continue;
            }
        };
        rest.next();
        let twice = character != ';' && rest.next_if(|(_, next)| *next == character).is_some();
        let token = match (character, twice) {
            ('>', true) => Token::Append,
            ('&', true) => Token::End(Place::Foreground, When::Success),
            ('|', false) => return Err(ParseError::Pipe(at)),
            _ => token,
        };
        found.push((at, token));
    }
    Ok(found)
}

type Characters<I> = core::iter::Peekable<I>;

fn word<I: Iterator<Item = (usize, char)>>(rest: &mut Characters<I>) -> Result<String, ParseError> {
    let mut text = String::new();
    let ends = |character: char| character.is_whitespace() || ";&<>|".contains(character);
    while let Some((at, character)) = rest.next_if(|(_, character)| !ends(*character)) {
        match character {
            '\'' | '"' => quoted(rest, at, character, &mut text)?,
            '\\' => text.push(rest.next().ok_or(ParseError::LoneBackslash(at))?.1),
            character => text.push(character),
        }
    }
    Ok(text)
}

fn quoted<I: Iterator<Item = (usize, char)>>(
    rest: &mut Characters<I>,
    opened: usize,
    quote: char,
    text: &mut String,
) -> Result<(), ParseError> {
    loop {
        match rest.next().ok_or(ParseError::OpenQuote(opened))?.1 {
            character if character == quote => return Ok(()),
            '\\' if quote == '"' => text.push(rest.next().ok_or(ParseError::OpenQuote(opened))?.1),
            character => text.push(character),
        }
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;
    use proptest::prelude::*;
    use std::vec;

    fn words(line: &str) -> Vec<Vec<String>> {
        parse(line)
            .unwrap()
            .into_iter()
            .map(|command| command.words)
            .collect()
    }

    #[test]
    fn quotes_and_backslashes_keep_blanks_and_signs() {
        assert_eq!(
            words(r#"echo 'a b' "c\"d" e\ f "" x'y'z"#),
            [vec!["echo", "a b", "c\"d", "e f", "", "xyz"]]
        );
    }

    #[test]
    fn commands_are_separated_by_semicolon_and_ampersand() {
        let commands = parse("sleep 1 & ls; echo x#y # note").unwrap();
        let places: Vec<Place> = commands.iter().map(|command| command.place).collect();
        assert_eq!(
            places,
            [Place::Background, Place::Foreground, Place::Foreground]
        );
        assert_eq!(commands[2].words, ["echo", "x#y"]);
    }

    #[test]
    fn commands_are_joined_by_success_and_failure() {
        let commands = parse("a && b || c; d & e&&f").unwrap();
        let joined: Vec<_> = commands
            .iter()
            .map(|command| (command.words[0].as_str(), command.when, command.place))
            .collect();
        assert_eq!(
            joined,
            [
                ("a", When::Always, Place::Foreground),
                ("b", When::Success, Place::Foreground),
                ("c", When::Failure, Place::Foreground),
                ("d", When::Always, Place::Background),
                ("e", When::Always, Place::Foreground),
                ("f", When::Success, Place::Foreground),
            ]
        );
    }

    #[test]
    fn output_goes_to_a_file() {
        let commands = parse("echo a>f; echo b >> 'g h' c").unwrap();
        assert_eq!(commands[0].redirect, Some(Redirect::Write("f".into())));
        assert_eq!(commands[1].redirect, Some(Redirect::Append("g h".into())));
        assert_eq!(commands[1].words, ["echo", "b", "c"]);
    }

    #[test]
    fn what_makes_no_sense_is_refused_with_its_column() {
        assert_eq!(parse("echo 'x"), Err(ParseError::OpenQuote(6)));
        assert_eq!(parse("echo \\"), Err(ParseError::LoneBackslash(6)));
        assert_eq!(parse("echo > ; ls"), Err(ParseError::NoTarget(6)));
        assert_eq!(parse("; ls"), Err(ParseError::NoCommand(1)));
        assert_eq!(parse("> f"), Err(ParseError::NoCommand(1)));
        assert_eq!(parse("ls | cat"), Err(ParseError::Pipe(4)));
        assert_eq!(parse("ls && "), Err(ParseError::NothingBehind(4)));
        assert_eq!(parse("ls || # x"), Err(ParseError::NothingBehind(4)));
        assert_eq!(parse("ls && || x"), Err(ParseError::NoCommand(7)));
        assert_eq!(parse("hello 2> f"), Err(ParseError::Stream(7)));
        assert_eq!(parse("cat < f"), Err(ParseError::Stream(5)));
        assert_eq!(words("echo 2 > f x2>g"), [["echo", "2", "x2"]]);
        assert_eq!(parse("   "), Ok(vec![]));
    }

    proptest! {
        #[test]
        fn any_line_is_parsed_or_refused(line in ".*") {
            let _ = parse(&line);
        }

        #[test]
        fn quoted_words_come_back_as_they_were(wanted in prop::collection::vec("[^']*", 1..5)) {
            let line: Vec<String> = wanted.iter().map(|word| std::format!("'{word}'")).collect();
            prop_assert_eq!(words(&line.join(" ")), vec![wanted]);
        }
    }
}
