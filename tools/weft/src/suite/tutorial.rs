//! The book's tutorials, done: in a copy of the tree, or in a folder beside one, every block of commands is typed, every
//! change is made, and what the page says comes out must come out.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::Context;
use super::mutation::scratch::Scratch;
use super::tally::Tally;
use crate::build::output;
use crate::command;
use crate::error::{Error, Outcome};
use crate::project::Project;
use crate::setup::{self, Need};

/// Where a page has its reader work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// In the root of the tree.
    Tree,
    /// In an empty folder beside it; the tree is called `weft`.
    Beside,
}

/// A page that is done.
struct Page {
    path: &'static str,
    /// What its test is called.
    name: &'static str,
    place: Place,
}

/// The pages.
const PAGES: [Page; 2] = [
    Page {
        path: "docs/book/src/servers/tutorial.md",
        name: "tutorial a_server_is_written_as_the_book_says",
        place: Place::Tree,
    },
    Page {
        path: "docs/book/src/servers/outside.md",
        name: "tutorial a_server_outside_the_tree_is_written_as_the_book_says",
        place: Place::Beside,
    },
];

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

/// Does what the pages say.
///
/// # Errors
/// If a page cannot be read, the tree cannot be copied, or set-up fails.
pub fn run(context: &Context<'_>, tally: &mut Tally) -> Outcome {
    let needs = [Need::RustTargets, Need::Qemu, Need::E2fsprogs];
    setup::ensure(context.project, &needs)?;
    for page in PAGES.iter().filter(|page| page.name.contains(context.case)) {
        let path = context.project.root().join(page.path);
        let text = fs::read_to_string(&path).map_err(|cause| Error::io("read", &path, &cause))?;
        let desk = desk(context.project, page.place)?;
        match desk.follow(&steps(&text)) {
            Ok(()) => {
                eprintln!("test: {} ... ok", page.name);
                tally.pass(1);
            }
            Err(error) => tally.fail(page.name, &error.at(page.path).to_string()),
        }
    }
    Ok(())
}

/// Where a page's steps are done.
struct Desk {
    /// The copy of the tree.
    tree: PathBuf,
    /// The folder in which commands are typed.
    folder: PathBuf,
    /// Where Cargo builds.
    target: PathBuf,
}

fn desk(project: &Project, place: Place) -> Outcome<Desk> {
    let (copy, folder) = match place {
        Place::Tree => (project.target("tutorial"), project.target("tutorial")),
        Place::Beside => {
            let beside = project.target("tutorial-beside");
            (beside.join("weft"), beside.join("own"))
        }
    };
    if place == Place::Beside && folder.exists() {
        fs::remove_dir_all(&folder).map_err(|cause| Error::io("remove", &folder, &cause))?;
    }
    output::folder(&folder)?;
    Ok(Desk {
        tree: Scratch::copy(project, &copy)?.root().to_owned(),
        folder,
        target: project.target("tutorial-build"),
    })
}

impl Desk {
    fn follow(&self, steps: &[Step]) -> Outcome {
        let mut printed = String::new();
        for step in steps {
            match step {
                Step::Type(commands) => printed = self.type_in(commands)?,
                Step::See(expected) => see(expected, &printed)?,
                Step::Change(change) => make(change, &self.folder)?,
            }
        }
        Ok(())
    }

    /// Types commands one after the other, and gives what they print.
    fn type_in(&self, commands: &str) -> Outcome<String> {
        let own = std::env::current_exe();
        let own = own.map_err(|cause| Error::new(format!("cannot find this command: {cause}")))?;
        let mut shell = Command::new("sh");
        shell.args(["-e", "-c", &format!("{OWN}{commands}")]);
        command::forget_package(&mut shell);
        shell
            .env("WEFT", own)
            .env("WEFT_PACKAGE", self.tree.join("tools/weft"));
        shell
            .env("CARGO_TARGET_DIR", &self.target)
            .current_dir(&self.folder);
        command::read(&mut shell)
    }
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
            return Err(Error::new(what).remedy(format!("this was printed:\n{printed}")));
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
