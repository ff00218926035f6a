//! apt's package sources, read to find out whether a suite is among them and which mirror this
//! machine uses. Both formats are read: one-line `.list` and deb822 `.sources` (sources.list(5)).

use std::fs;
use std::path::{Path, PathBuf};

/// One source of binary packages.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Source {
    /// The mirrors, as written.
    pub uris: Vec<String>,
    /// The suites (`bookworm`, `bookworm-updates` …).
    pub suites: Vec<String>,
    /// The components (`main` …).
    pub components: Vec<String>,
    /// The keyring that signs it, if one is named.
    pub signed_by: Option<String>,
}

impl Source {
    /// Whether it offers the free packages of `suite`.
    pub fn offers(&self, suite: &str) -> bool {
        self.suites.iter().any(|name| name == suite)
            && self.components.iter().any(|name| name == "main")
    }
}

/// All sources of this machine.
pub fn of_this_machine() -> Vec<Source> {
    let folder = Path::new("/etc/apt/sources.list.d");
    let mut files = vec![PathBuf::from("/etc/apt/sources.list")];
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    files.extend(entries.map(|entry| entry.path()));
    files.iter().flat_map(|path| read(path)).collect()
}

fn read(path: &Path) -> Vec<Source> {
    let text = fs::read_to_string(path).unwrap_or_default();
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("list") => from_list(&text),
        Some("sources") => from_deb822(&text),
        _ => Vec::new(),
    }
}

/// Reads the one-line format.
pub fn from_list(text: &str) -> Vec<Source> {
    text.lines().filter_map(from_list_line).collect()
}

fn from_list_line(line: &str) -> Option<Source> {
    let line = line.split('#').next()?.trim();
    let rest = line
        .strip_prefix("deb")?
        .strip_prefix([' ', '\t'])?
        .trim_start();
    let (options, rest) = match rest.strip_prefix('[') {
        Some(rest) => rest.split_once(']')?,
        None => ("", rest),
    };
    let signed_by = options
        .split_whitespace()
        .find_map(|option| option.strip_prefix("signed-by="));
    let mut words = rest.split_whitespace().map(str::to_owned);
    Some(Source {
        uris: vec![words.next()?],
        suites: vec![words.next()?],
        components: words.collect(),
        signed_by: signed_by.map(str::to_owned),
    })
}

/// Reads the deb822 format; stanzas that are switched off or hold no binary packages are left out.
pub fn from_deb822(text: &str) -> Vec<Source> {
    let kept: Vec<_> = text.lines().filter(|line| !line.starts_with('#')).collect();
    kept.split(|line| line.trim().is_empty())
        .filter_map(from_stanza)
        .collect()
}

fn from_stanza(lines: &[&str]) -> Option<Source> {
    let words = |name: &str| -> Vec<String> {
        field(lines, name)
            .split_whitespace()
            .map(str::to_owned)
            .collect()
    };
    let is_off = field(lines, "Enabled").trim().eq_ignore_ascii_case("no");
    if is_off || !words("Types").iter().any(|kind| kind == "deb") {
        return None;
    }
    let signed_by = field(lines, "Signed-By");
    let is_path = signed_by.trim().starts_with('/');
    Some(Source {
        uris: words("URIs"),
        suites: words("Suites"),
        components: words("Components"),
        signed_by: is_path.then(|| signed_by.trim().to_owned()),
    })
}

/// A field's value; lines that go on with a blank belong to the field before.
fn field(lines: &[&str], name: &str) -> String {
    let mut value = String::new();
    let mut inside = false;
    for line in lines {
        if line.starts_with([' ', '\t']) {
            if inside {
                value.push_str(line);
            }
            continue;
        }
        let (key, rest) = line.split_once(':').unwrap_or((line, ""));
        inside = key.eq_ignore_ascii_case(name);
        if inside {
            value.push_str(rest);
        }
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_sources_are_read() {
        let text = "# a comment\ndeb [arch=amd64 signed-by=/k.gpg] http://m/debian bookworm main \
                    contrib # end\ndeb-src http://m/debian bookworm main\n";
        let sources = from_list(text);
        assert_eq!(sources.len(), 1);
        assert_eq!(sources[0].uris, ["http://m/debian"]);
        assert_eq!(sources[0].signed_by.as_deref(), Some("/k.gpg"));
        assert!(sources[0].offers("bookworm") && !sources[0].offers("bookworm-backports"));
    }

    #[test]
    fn deb822_sources_are_read() {
        let text = "Types: deb\n# note\nURIs: http://m/debian\nSuites: bookworm\n bookworm-updates\n\
                    Components: main\nSigned-By: /k.gpg\n\nTypes: deb-src\nURIs: http://m/debian\n\
                    Suites: bookworm\nComponents: main\n";
        let sources = from_deb822(text);
        assert_eq!(sources.len(), 1);
        assert!(sources[0].offers("bookworm-updates"));
        assert_eq!(sources[0].signed_by.as_deref(), Some("/k.gpg"));
    }

    #[test]
    fn a_source_that_is_switched_off_is_left_out() {
        let text = "Types: deb\nEnabled: no\nURIs: http://m\nSuites: s\nComponents: main\n";
        assert_eq!(from_deb822(text), []);
    }

    #[test]
    fn a_suite_without_free_packages_is_not_offered() {
        let sources = from_list("deb http://m bookworm-backports contrib\n");
        assert!(!sources[0].offers("bookworm-backports"));
    }
}
