//! No file names a place that only exists on one person's machine: a reader elsewhere could do
//! nothing with it.

use super::sources::{File, Sources};
use super::{Context, Problem};
use crate::error::Outcome;

/// Folders outside of the tree. Written apart, so that this file has none of them.
const PLACES: [&str; 5] = [
    concat!("/ro", "ot/"),
    concat!("/ho", "me/"),
    concat!("/wo", "rk/"),
    concat!("/Us", "ers/"),
    concat!("sha", "red/"),
];

/// Looks for such names.
///
/// # Errors
/// None; the signature is that of all rules.
pub fn look(context: &Context<'_>) -> Outcome<Vec<Problem>> {
    Ok(problems(&context.sources))
}

fn problems(sources: &Sources) -> Vec<Problem> {
    sources.iter().flat_map(in_file).collect()
}

fn in_file(file: &File) -> impl Iterator<Item = Problem> {
    file.lines().filter_map(|(number, line)| {
        let place = PLACES.into_iter().find(|place| names(line, place))?;
        Some(Problem::new(
            format!("{}:{number}", file.path),
            format!("it names `{place}`, which is not part of the tree"),
            "say what is meant without it",
        ))
    })
}

/// Whether the line names the folder itself, not one that only ends like it.
fn names(line: &str, place: &str) -> bool {
    line.match_indices(place).any(|(at, _)| {
        let before = line.get(..at).and_then(|text| text.chars().next_back());
        !before.is_some_and(|c| c.is_alphanumeric() || "_-./<>*{}".contains(c))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_outside_of_the_tree_is_refused() {
        for place in PLACES {
            let line = format!("see {place}notes\n");
            assert_eq!(
                problems(&Sources::from_texts([("a.md", line.as_str())])).len(),
                1
            );
        }
    }

    #[test]
    fn a_folder_inside_the_tree_with_such_a_name_is_not() {
        let line = format!("images{}x\n", PLACES[1]);
        assert_eq!(
            problems(&Sources::from_texts([("a.md", line.as_str())])),
            []
        );
    }
}
