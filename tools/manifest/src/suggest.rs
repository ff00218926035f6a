//! "Did you mean": the nearest of the names that exist.

/// A remedy for a name that does not exist among `names`.
pub(crate) fn remedy<'a>(wrong: &str, names: impl IntoIterator<Item = &'a str>) -> String {
    let mut names: Vec<&str> = names.into_iter().collect();
    names.sort_unstable();
    if let Some(near) = nearest(wrong, &names) {
        return format!("did you mean `{near}`?");
    }
    match names.as_slice() {
        [] => "there is none to choose from; remove it".to_owned(),
        _ => format!("use one of {}", list(&names)),
    }
}

/// Names in back quotes, separated by commas.
pub(crate) fn list(names: &[&str]) -> String {
    names
        .iter()
        .map(|name| format!("`{name}`"))
        .collect::<Vec<_>>()
        .join(", ")
}

/// The nearest name, if it is near enough to be a slip of the hand.
fn nearest<'a>(wrong: &str, names: &[&'a str]) -> Option<&'a str> {
    let limit = wrong.chars().count() / 3 + 1;
    let near = names
        .iter()
        .map(|name| (distance(wrong, name), *name))
        .min()?;
    (near.0 <= limit).then_some(near.1)
}

/// How many insertions, deletions and replacements lead from one word to the other (Levenshtein).
fn distance(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (line, a) in from.chars().enumerate() {
        let mut diagonal = line;
        let mut left = line + 1;
        for (above, b) in row.iter_mut().skip(1).zip(&to) {
            let replaced = diagonal + usize::from(a != *b);
            diagonal = *above;
            left = replaced.min(left + 1).min(diagonal + 1);
            *above = left;
        }
        if let Some(first) = row.first_mut() {
            *first = line + 1;
        }
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distance_counts_the_edits_between_two_words() {
        assert_eq!(distance("storge", "storage"), 1);
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("abc", ""), 3);
    }

    #[test]
    fn a_near_name_is_suggested_and_others_are_listed() {
        assert_eq!(
            remedy("storge", ["vfs", "storage"]),
            "did you mean `storage`?"
        );
        assert_eq!(remedy("network", ["vfs", "pci"]), "use one of `pci`, `vfs`");
    }
}
