//! `call`: boots an image and calls a method of a server in it.

use std::process::ExitCode;

use crate::cli::{CallArgs, RunArgs};
use crate::error::{Error, Outcome};
use crate::project::Project;

/// Hands the call to the shell of the image, whose `call` knows every interface.
///
/// # Errors
/// As `run`; also if a word cannot be quoted for the shell.
pub fn run(project: &Project, args: &CallArgs) -> Outcome<ExitCode> {
    let words = std::iter::once(&args.target).chain(&args.arguments);
    let words = words
        .map(|word| quoted(word))
        .collect::<Outcome<Vec<_>>>()?;
    let run = RunArgs {
        image: args.image.clone(),
        board: args.board,
        smp: 1,
        mem: "512M".to_owned(),
        disk: Vec::new(),
        card: None,
        exec: Some(format!("call {}", words.join(" "))),
        window: false,
        screenshot: None,
        timeout: args.timeout,
        gdb: false,
    };
    super::run::run(project, &run)
}

/// A word as the shell takes it: nothing escapes within single quotes.
fn quoted(word: &str) -> Outcome<String> {
    if word.contains('\'') {
        return Err(Error::new(format!(
            "`{word}` has a single quote, which cannot be quoted"
        ))
        .remedy("use double quotes around texts"));
    }
    Ok(format!("'{word}'"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_reaches_the_shell_as_it_is_or_not_at_all() {
        assert_eq!(quoted("at=\"a b\"").expect("it can be"), "'at=\"a b\"'");
        assert!(quoted("it's").is_err());
    }
}
