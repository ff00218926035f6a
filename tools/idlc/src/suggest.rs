//! The name that somebody meant: the nearest of those that exist, if it is near enough.

/// The candidate that `name` is most probably a slip of, if there is one.
///
/// The distance counts letters that are added, left out, exchanged or swapped with their neighbour;
/// up to a third of the name's length it counts as a slip.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let most = (name.chars().count() / 3).max(1);
    candidates
        .into_iter()
        .filter(|candidate| *candidate != name && candidate.len() < 64)
        .map(|candidate| (distance(name, candidate), candidate))
        .filter(|(far, _)| *far <= most)
        .min()
        .map(|(_, candidate)| candidate)
}

/// `remedy`, with a suggestion before it if there is one.
pub fn remedy<'a>(
    name: &str,
    candidates: impl IntoIterator<Item = &'a str>,
    remedy: &str,
) -> String {
    match nearest(name, candidates) {
        Some(meant) => format!("did you mean `{meant}`? Otherwise {remedy}"),
        None => remedy.to_owned(),
    }
}

/// Optimal string alignment distance, regardless of case.
fn distance(left: &str, right: &str) -> usize {
    let fold = |text: &str| -> Vec<char> { text.chars().map(|c| c.to_ascii_lowercase()).collect() };
    let (left, right) = (fold(left), fold(right));
    let mut rows: Vec<Vec<usize>> = vec![(0..=right.len()).collect()];
    for (i, a) in left.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, b) in right.iter().enumerate() {
            let change = rows[i][j] + usize::from(a != b);
            let mut least = change.min(rows[i][j + 1] + 1).min(row[j] + 1);
            let is_swap = i > 0 && j > 0 && *a == right[j - 1] && left[i - 1] == *b;
            if is_swap {
                least = least.min(rows[i - 1][j - 1] + 1);
            }
            row.push(least);
        }
        rows.push(row);
    }
    rows[left.len()][right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_finds_its_name_and_something_else_finds_none() {
        let names = ["string", "struct", "bytes"];
        assert_eq!(nearest("strnig", names), Some("string"));
        assert_eq!(nearest("byte", names), Some("bytes"));
        assert_eq!(nearest("Bytes", names), Some("bytes"));
        assert_eq!(nearest("window", names), None);
    }
}
