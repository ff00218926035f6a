//! Doing things as root: directly, or through sudo after asking a person who is there.

use std::io::{self, BufRead, IsTerminal, Write};
use std::os::unix::fs::MetadataExt;
use std::process::{Command, Stdio};

use super::apt::Step;
use crate::command;
use crate::error::{Error, Outcome};

/// How root's rights are had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// This program runs as root.
    Root,
    /// sudo may ask for a password, since a person has been asked.
    Sudo,
    /// sudo must not ask, since nobody could answer.
    SilentSudo,
}

/// Carries out steps as root, saying each before it is done.
///
/// # Errors
/// If root's rights cannot be had or a step fails; the message holds all steps as commands.
pub fn carry_out(steps: &[Step]) -> Outcome {
    let way = choose(steps)?;
    for step in steps {
        eprintln!("set-up: {}", typed(step));
        perform(step, way).map_err(|error| error.remedy(by_hand(steps)))?;
    }
    Ok(())
}

fn choose(steps: &[Step]) -> Outcome<Way> {
    if is_root() {
        return Ok(Way::Root);
    }
    if command::find("sudo").is_none() {
        return Err(
            Error::new("packages are missing, and there is no sudo to install them with")
                .remedy(by_hand(steps)),
        );
    }
    if !io::stdin().is_terminal() {
        return Ok(Way::SilentSudo);
    }
    eprintln!(
        "set-up: these commands are to be run with sudo:\n{}",
        listed(steps)
    );
    if agreed("set-up: run them now? [Y/n] ")? {
        return Ok(Way::Sudo);
    }
    Err(Error::new("nothing was installed").remedy(by_hand(steps)))
}

fn agreed(question: &str) -> Outcome<bool> {
    eprint!("{question}");
    let mut answer = String::new();
    let read = io::stdin().lock().read_line(&mut answer);
    let count = read.map_err(|cause| Error::new(format!("cannot read the answer: {cause}")))?;
    Ok(count > 0 && is_yes(&answer))
}

fn is_yes(answer: &str) -> bool {
    matches!(answer.trim().to_lowercase().as_str(), "" | "y" | "yes")
}

fn is_root() -> bool {
    std::fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0)
}

fn perform(step: &Step, way: Way) -> Outcome {
    match step {
        Step::Run(words) => command::run(as_root(words, way).stdout(io::stderr())),
        Step::Write { path, text } => {
            let words = ["tee".to_owned(), path.clone()];
            feed(as_root(&words, way).stdout(Stdio::null()), text)
        }
    }
}

fn as_root(words: &[String], way: Way) -> Command {
    let prefix: &[&str] = match way {
        Way::Root => &[],
        Way::Sudo => &["sudo"],
        Way::SilentSudo => &["sudo", "-n"],
    };
    let setting = "DEBIAN_FRONTEND=noninteractive";
    let mut all = prefix.iter().copied().chain(["env", setting]);
    let mut command = Command::new(all.next().unwrap_or("env"));
    command.args(all).args(words);
    command
}

fn feed(command: &mut Command, text: &str) -> Outcome {
    let failed = |cause: io::Error| Error::new(format!("cannot write a source: {cause}"));
    let mut child = command.stdin(Stdio::piped()).spawn().map_err(failed)?;
    if let Some(mut input) = child.stdin.take() {
        input.write_all(text.as_bytes()).map_err(failed)?;
    }
    let status = child.wait().map_err(failed)?;
    if status.success() {
        return Ok(());
    }
    Err(Error::new(format!(
        "`{}` failed: {status}",
        command::shown(command)
    )))
}

fn by_hand(steps: &[Step]) -> String {
    format!("type these commands as root:\n{}", listed(steps))
}

fn listed(steps: &[Step]) -> String {
    steps
        .iter()
        .map(|step| format!("  {}", typed(step)))
        .collect::<Vec<_>>()
        .join("\n")
}

fn typed(step: &Step) -> String {
    match step {
        Step::Run(words) => words.join(" "),
        Step::Write { path, text } => {
            format!("printf '{}' > {path}", text.replace('\n', "\\n"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_yes_or_nothing_agrees() {
        assert!(is_yes("\n") && is_yes("Y\n") && is_yes("yes"));
        assert!(!is_yes("n\n") && !is_yes("what?"));
    }

    #[test]
    fn steps_are_shown_as_commands_to_type() {
        let steps = [
            Step::Write {
                path: "/f".to_owned(),
                text: "a\nb\n".to_owned(),
            },
            Step::Run(vec!["apt-get".to_owned(), "update".to_owned()]),
        ];
        let shown = by_hand(&steps);
        assert!(shown.contains("printf 'a\\nb\\n' > /f"), "{shown}");
        assert!(shown.contains("apt-get update"), "{shown}");
    }

    #[test]
    fn sudo_is_told_not_to_ask_when_nobody_can_answer() {
        let command = as_root(&["true".to_owned()], Way::SilentSudo);
        assert_eq!(
            command::shown(&command),
            "sudo -n env DEBIAN_FRONTEND=noninteractive true"
        );
    }
}
