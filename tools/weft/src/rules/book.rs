//! Every page of the book is in its summary: mdBook leaves out the others without a word.

use super::sources::Sources;
use super::{Context, Problem, markdown};
use crate::error::Outcome;

/// The folder with the pages.
const FOLDER: &str = "docs/book/src/";

/// The page that lists all others.
const SUMMARY: &str = "docs/book/src/SUMMARY.md";

/// Looks for pages that the summary does not name.
///
/// # Errors
/// None; the signature is that of all rules.
pub fn look(context: &Context<'_>) -> Outcome<Vec<Problem>> {
    Ok(problems(&context.sources))
}

fn problems(sources: &Sources) -> Vec<Problem> {
    let listed: Vec<_> = sources
        .text(SUMMARY)
        .lines()
        .flat_map(markdown::links)
        .collect();
    let pages = sources.with("md").filter(|file| file.path != SUMMARY);
    pages
        .filter_map(|file| {
            let page = file.path.strip_prefix(FOLDER)?;
            let what = "the summary does not name this page";
            let remedy = format!("name it in {SUMMARY}");
            (!listed.contains(&page)).then(|| Problem::new(&file.path, what, remedy))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_that_the_summary_does_not_name_is_refused() {
        let sources = Sources::from_texts([
            (SUMMARY, "- [A](a.md)\n"),
            ("docs/book/src/a.md", "# A\n"),
            ("docs/book/src/deep/b.md", "# B\n"),
            ("docs/glossary.md", "# Words\n"),
        ]);
        let found = problems(&sources);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].place, "docs/book/src/deep/b.md");
    }
}
