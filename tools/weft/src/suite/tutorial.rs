//! The book's tutorial, done: in a copy of the tree, every block of commands is typed, every change is made, and
//! what the page says comes out must come out.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::Context;
use super::mutation::scratch::Scratch;
use super::tally::Tally;
use crate::build::output;
use crate::command;
use crate::error::{Error, Outcome};
use crate::setup::{self, Need};

/// The page.
const PAGE: &str = "docs/book/src/servers/tutorial.md";

/// What the test is called.
const NAME: &str = "tutorial a_server_is_written_as_the_book_says";

/// A line of the page that stands for any number of others.
const OTHERS: &str = "…";

/// Something that the page has its reader do.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    /// Type these commands.
    Type(String),
    /// See this, of what the last commands print.
    See(String),
    /// Make this change.
    Change(String),
}

/// Does what the page says.
///
/// # Errors
/// If the tree cannot be copied or set-up fails.
pub fn run(context: &Context<'_>, tally: &mut Tally) -> Outcome {
    let needs = [Need::RustTargets, Need::Qemu, Need::E2fsprogs];
    setup::ensure(context.project, &needs)?;
    let page = context.project.root().join(PAGE);
    let page = fs::read_to_string(&page).map_err(|cause| Error::io("read", &page, &cause))?;
    let scratch = Scratch::copy(context.project, &context.project.target("tutorial"))?;
    let target = context.project.target("tutorial-build");
    match follow(&steps(&page), scratch.root(), &target) {
        Ok(()) => {
            eprintln!("test: {NAME} ... ok");
            tally.pass(1);
        }
        Err(error) => tally.fail(NAME, &error.to_string()),
    }
    Ok(())
}

fn follow(steps: &[Step], root: &Path, target: &Path) -> Outcome {
    let mut printed = String::new();
    for step in steps {
        match step {
            Step::Type(commands) => printed = type_in(commands, root, target)?,
            Step::See(expected) => see(expected, &printed)?,
            Step::Change(change) => make(change, root)?,
        }
    }
    Ok(())
}

/// The blocks of a page, in their order.
fn steps(page: &str) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        let step: fn(String) -> Step = match line.strip_prefix("```") {
            Some("sh") => Step::Type,
            Some("text") => Step::See,
            Some("diff") => Step::Change,
            _ => continue,
        };
        let block = lines.by_ref().take_while(|line| *line != "```");
        steps.push(step(block.map(|line| format!("{line}\n")).collect()));
    }
    steps
}

/// Lets `cargo weft` be this program, which need not be built again for the copy.
const OWN: &str = r#"cargo() {
    if [ "$1" = weft ]; then shift; CARGO_MANIFEST_DIR="$WEFT_PACKAGE" "$WEFT" "$@"; else command cargo "$@"; fi
}
"#;

/// Types commands one after the other, and gives what they print.
fn type_in(commands: &str, root: &Path, target: &Path) -> Outcome<String> {
    let own = std::env::current_exe();
    let own = own.map_err(|cause| Error::new(format!("cannot find this command: {cause}")))?;
    let mut shell = Command::new("sh");
    shell.args(["-e", "-c", &format!("{OWN}{commands}")]);
    command::forget_package(&mut shell);
    shell
        .env("WEFT", own)
        .env("WEFT_PACKAGE", root.join("tools/weft"));
    shell.env("CARGO_TARGET_DIR", target).current_dir(root);
    command::read(&mut shell)
}

/// Holds what was printed against what the page shows.
fn see(expected: &str, printed: &str) -> Outcome {
    let mut lines = printed.lines();
    let mut may_skip = false;
    for line in expected.lines() {
        if line == OTHERS {
            may_skip = true;
            continue;
        }
        let found = match may_skip {
            true => lines.any(|other| other.trim_end() == line),
            false => lines.next().is_some_and(|other| other.trim_end() == line),
        };
        if !found {
            let what = format!("the page shows `{line}`, which is missing or not in its place");
            return Err(Error::new(what)
                .at(PAGE)
                .remedy(format!("this was printed:\n{printed}")));
        }
        may_skip = false;
    }
    Ok(())
}

fn make(change: &str, root: &Path) -> Outcome {
    let file = root.join("change-of-the-tutorial.diff");
    output::write(&file, change.as_bytes())?;
    let mut git = Command::new("git");
    git.arg("apply").arg(&file).current_dir(root);
    if let Some(outside) = root.parent() {
        // The copy lies within a tree that Git knows, and is to be none of its.
        git.env("GIT_CEILING_DIRECTORIES", outside);
    }
    let applied = command::run(&mut git);
    fs::remove_file(&file).map_err(|cause| Error::io("remove", &file, &cause))?;
    applied
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_read_block_by_block() {
        let page = "# A\n```sh\nls\ncd x\n```\nand\n```text\nx\n…\n```\n```rust,ignore\nno\n```\n```diff\n-a\n```\n";
        let expected = [
            Step::Type("ls\ncd x\n".into()),
            Step::See("x\n…\n".into()),
            Step::Change("-a\n".into()),
        ];
        assert_eq!(steps(page), expected);
    }

    #[test]
    fn what_is_shown_must_be_printed_in_its_order() {
        let printed = "a\nb \nc\nd\n";
        for good in ["a\nb\n", "…\nb\n…\nd\n", "a\n…\n", "…\n", ""] {
            assert_eq!(see(good, printed), Ok(()), "{good}");
        }
        for bad in ["b\n", "a\nc\n", "…\nc\n…\nb\n", "…\ne\n", "a\nb\nc\nd\ne\n"] {
            assert!(see(bad, printed).is_err(), "{bad}");
        }
    }
}
