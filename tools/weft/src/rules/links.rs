//! Links between documents lead somewhere: to a file, and to a heading in it if one is named.

use std::path::{Component, Path, PathBuf};

use super::sources::{File, Sources};
use super::{Context, Problem, markdown};
use crate::error::Outcome;

/// Looks for links that lead nowhere. Addresses of the network are not followed.
///
/// # Errors
/// None; the signature is that of all rules.
pub fn look(context: &Context<'_>) -> Outcome<Vec<Problem>> {
    let root = context.project.root();
    Ok(problems(&context.sources, &|path| root.join(path).exists()))
}

fn problems(sources: &Sources, exists: &dyn Fn(&Path) -> bool) -> Vec<Problem> {
    sources
        .with("md")
        .flat_map(|file| in_file(sources, file, exists))
        .collect()
}

fn in_file(sources: &Sources, file: &File, exists: &dyn Fn(&Path) -> bool) -> Vec<Problem> {
    let mut is_code = false;
    let mut found = Vec::new();
    for (number, line) in file.lines() {
        is_code ^= line.trim_start().starts_with("```");
        if is_code {
            continue;
        }
        for target in markdown::links(line) {
            if let Some(what) = broken(sources, &file.path, target, exists) {
                let place = format!("{}:{number}", file.path);
                found.push(Problem::new(
                    place,
                    what,
                    "correct the link or write what it names",
                ));
            }
        }
    }
    found
}

fn broken(
    sources: &Sources,
    from: &str,
    target: &str,
    exists: &dyn Fn(&Path) -> bool,
) -> Option<String> {
    if target.contains("://") || target.starts_with("mailto:") {
        return None;
    }
    let (file, heading) = target
        .split_once('#')
        .map_or((target, None), |(f, h)| (f, Some(h)));
    let path = if file.is_empty() {
        PathBuf::from(from)
    } else {
        resolved(from, file)
    };
    if !exists(&path) {
        return Some(format!(
            "`{target}` leads nowhere: there is no {}",
            path.display()
        ));
    }
    let text = sources.text(&path.to_string_lossy());
    let has = |wanted: &str| text.lines().filter_map(anchor).any(|found| found == wanted);
    match heading {
        Some(wanted) if !has(wanted) => Some(format!(
            "`{target}` leads nowhere: no heading `#{wanted}` in {}",
            path.display()
        )),
        _ => None,
    }
}

/// A link's path from the root of the tree.
fn resolved(from: &str, target: &str) -> PathBuf {
    let folder = Path::new(from).parent().unwrap_or(Path::new(""));
    let mut path = PathBuf::new();
    for part in folder.join(target).components() {
        match part {
            Component::ParentDir => {
                path.pop();
            }
            Component::Normal(name) => path.push(name),
            _ => {}
        }
    }
    path
}

/// What a heading is called in links: lower case, blanks as dashes, other signs left out.
fn anchor(line: &str) -> Option<String> {
    let title = line
        .strip_prefix('#')?
        .trim_start_matches('#')
        .strip_prefix(' ')?;
    let kept = title.trim().to_lowercase();
    let kept = kept
        .chars()
        .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    Some(kept.map(|c| if c == ' ' { '-' } else { c }).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<String> {
        let sources =
            Sources::from_texts([("docs/a.md", text), ("docs/b.md", "# A title, `coded`\n")]);
        let exists = |path: &Path| path == Path::new("docs/b.md") || path == Path::new("docs/a.md");
        problems(&sources, &exists)
            .into_iter()
            .map(|problem| problem.place)
            .collect()
    }

    #[test]
    fn a_link_to_a_missing_file_or_heading_is_refused() {
        let text = "# Here\n[x](c.md)\n[y](b.md#nothing)\n[z](#nowhere)\n";
        assert_eq!(found(text), ["docs/a.md:2", "docs/a.md:3", "docs/a.md:4"]);
    }

    #[test]
    fn a_link_that_leads_somewhere_is_taken() {
        let text = "# Here\n[x](../docs/b.md)\n[y](b.md#a-title-coded)\n[z](#here)\n\
                    [n](https://example.org/x)\n```\n[code](none.md)\n```\n";
        assert_eq!(found(text), Vec::<String>::new());
    }
}
