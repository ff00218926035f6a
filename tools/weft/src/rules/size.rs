//! No file has more lines than one sitting can take in. Generated modules are read by nobody: what
//! they are made of is.

use super::sources::Sources;
use super::{Context, Problem};
use crate::error::Outcome;

/// The most lines that a file may have.
const MOST: usize = 800;

/// Where generated modules are, and those that the tests of the generator expect.
const GENERATED: &[&str] = &[
    "idl/proto/src/interfaces/",
    "tools/idlc/tests/golden/",
    "tools/idlc/tests/book/",
];

/// Looks for files that are too long.
///
/// # Errors
/// None; the signature is that of all rules.
pub fn look(context: &Context<'_>) -> Outcome<Vec<Problem>> {
    Ok(problems(&context.sources))
}

fn is_generated(path: &str) -> bool {
    GENERATED.iter().any(|folder| path.starts_with(folder))
}

fn problems(sources: &Sources) -> Vec<Problem> {
    let lengths = sources.iter().map(|file| (file, file.text.lines().count()));
    lengths
        .filter(|(file, length)| *length > MOST && !is_generated(&file.path))
        .map(|(file, length)| {
            let what = format!("it has {length} lines, and {MOST} is the most");
            Problem::new(&file.path, what, "split it by subject")
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_more_than_800_lines_is_refused() {
        let (fits, too_long) = ("x\n".repeat(800), "x\n".repeat(801));
        let sources = Sources::from_texts([("a.rs", fits.as_str()), ("b.rs", too_long.as_str())]);
        let found = problems(&sources);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].place, "b.rs");
    }
}
