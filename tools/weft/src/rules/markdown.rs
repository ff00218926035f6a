//! The little of Markdown that rules read: tables and links.

use std::collections::BTreeSet;

/// The names in back-quotes that stand first in the rows of a document's tables.
pub fn first_column(text: &str) -> BTreeSet<String> {
    text.lines()
        .filter_map(|line| line.trim().strip_prefix('|'))
        .filter_map(first_name)
        .collect()
}

fn first_name(row: &str) -> Option<String> {
    let cell = row.split('|').next()?.trim();
    Some(cell.strip_prefix('`')?.strip_suffix('`')?.to_owned())
}

/// The targets of a line's links, `[text](target)`, leaving out what is quoted as code.
pub fn links(line: &str) -> Vec<&str> {
    let mut found = Vec::new();
    for (index, part) in line.split('`').enumerate() {
        // Between back-quotes is code; a link around code is cut by it, so its end starts a part.
        if index % 2 == 0 {
            found.extend(links_outside_code(part));
        }
    }
    found
}

fn links_outside_code(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices("](").filter_map(|(at, mark)| {
        let rest = text.get(at + mark.len()..)?;
        rest.split(')').next().filter(|target| !target.is_empty())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_column_is_what_stands_first_in_back_quotes() {
        let text = "| crate | why |\n|---|---|\n| `a` | `b` |\n| plain | x |\nno row `c`\n";
        assert_eq!(first_column(text), BTreeSet::from(["a".to_owned()]));
    }

    #[test]
    fn links_are_found_and_code_is_not() {
        let line = "see [a](a.md), [`b`](b.md#c) and `x[0](y)` and ![p](p.svg)";
        assert_eq!(links(line), ["a.md", "b.md#c", "p.svg"]);
    }
}
