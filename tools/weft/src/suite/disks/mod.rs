//! Disks that are made for boot tests, by name, and what the host's own tools say of them after.

mod cards;
mod kinds;
mod parts;
mod sums;
mod tables;
mod volume;

use parts::Format;

pub use cards::card_problems;
pub use sums::sums;
pub use volume::problems;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::case::Holds;
use crate::build::output;
use crate::command;
use crate::error::{Error, Outcome};

/// Makes a disk of the kind called `name` in `folder`, as the file `disk`.
///
/// # Errors
/// If there is no such kind, or a file or program fails.
pub fn make(name: &str, folder: &Path, disk: &Path) -> Outcome {
    let Some((_, maker)) = kinds::ALL.iter().find(|(kind, _)| *kind == name) else {
        let kinds: Vec<_> = kinds::ALL.iter().map(|(kind, _)| *kind).collect();
        return Err(Error::new(format!("there is no kind of disk `{name}`"))
            .remedy(format!("name one of {}", kinds.join(", "))));
    };
    output::folder(folder)?;
    maker(disk, folder)
}

/// The names in a folder that a disk was made from, sorted by their bytes, a line each.
///
/// # Errors
/// If the folder cannot be read.
pub fn listing(content: &Path, path: &str) -> Outcome<String> {
    let folder = content.join(path.trim_start_matches('/'));
    let unreadable = |cause| Error::io("read", &folder, &cause);
    let mut names = Vec::new();
    for entry in fs::read_dir(&folder).map_err(unreadable)? {
        let name = entry.map_err(unreadable)?.file_name();
        names.push(name.to_string_lossy().into_owned());
    }
    names.sort_unstable();
    Ok(names
        .iter()
        .flat_map(|name| [name.as_str(), "\n"])
        .collect())
}

/// What is wrong with a file of a disk that was made from `content`, and that a machine has written which showed `shown`.
///
/// # Errors
/// If a program cannot be started.
pub fn differs(disk: &Path, content: &Path, shown: &str, holds: &Holds) -> Outcome<Option<String>> {
    let path = &holds.path;
    let found = found(disk, &holds.path)?;
    Ok(match (wanted(content, shown, holds)?, found) {
        (None, None) => None,
        (None, Some(_)) => Some(format!("{path} is still there")),
        (Some(_), None) => Some(format!("{path} is not there")),
        (Some(wanted), Some(found)) if wanted == found => None,
        (Some(wanted), Some(found)) => Some(format!(
            "{path} holds other bytes ({} of them, not {})",
            found.len(),
            wanted.len()
        )),
    })
}

/// What a file of a disk holds, if it is there; those whose paths begin with `/fat` are on a FAT volume, if there is one.
fn found(disk: &Path, path: &str) -> Outcome<Option<Vec<u8>>> {
    let parts = parts::of(disk, &disk.with_extension("copy"))?;
    let on_fat = path
        .trim_start_matches('/')
        .strip_prefix(parts::FAT_FOLDER)
        .filter(|rest| rest.starts_with('/'));
    let of = |format| parts.iter().find(|part| part.format == format);
    if let (Some(fat), Some(path)) = (of(Format::Fat), on_fat) {
        return fat.fat_file(path);
    }
    let Some(ext4) = of(Format::Ext4) else {
        return Ok(None);
    };
    let request = format!("cat \"{path}\"");
    let found = command::collect(tool("debugfs").args(["-R", &request]).arg(&ext4.path))?;
    let is_gone = String::from_utf8_lossy(&found.stderr).contains("File not found");
    Ok((!is_gone).then_some(found.stdout))
}

/// The bytes that a file is to hold; none if it is to be gone.
fn wanted(content: &Path, shown: &str, holds: &Holds) -> Outcome<Option<Vec<u8>>> {
    if let Some(original) = &holds.same_as {
        let original = content.join(original.trim_start_matches('/'));
        let bytes = fs::read(&original).map_err(|cause| Error::io("read", &original, &cause))?;
        return Ok(Some(bytes));
    }
    if let Some(end) = &holds.printed_before {
        let (before, _) = shown.split_once(end.as_str()).ok_or_else(|| {
            Error::new(format!(
                "{} cannot be compared: `{end}` was not printed",
                holds.path
            ))
        })?;
        return Ok(Some(before.as_bytes().to_vec()));
    }
    Ok(holds.text.clone().map(String::into_bytes))
}

fn tool(name: &str) -> Command {
    Command::new(command::find(name).unwrap_or_else(|| PathBuf::from(name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(path: &str, same_as: Option<&str>, text: Option<&str>) -> Holds {
        let own = |text: &str| text.to_owned();
        Holds {
            disk: 0,
            path: own(path),
            same_as: same_as.map(own),
            text: text.map(own),
            printed_before: None,
        }
    }

    fn printed(path: &str, end: &str) -> Holds {
        Holds {
            printed_before: Some(end.to_owned()),
            ..holds(path, None, None)
        }
    }

    #[test]
    fn a_file_is_judged_by_what_the_host_finds_on_the_disk() {
        let base = std::env::temp_dir().join(format!("weft-disks-{}", std::process::id()));
        let (disk, content) = (base.join("disk.img"), base.join("content"));
        make("small", &content, &disk).expect("made");
        let good = [
            holds("/noise", Some("/noise"), None),
            holds("/folder/deep/file", None, Some("deep\n")),
            holds("/gone", None, None),
            printed("/folder/deep/file", "end"),
        ];
        let shown = "deep\nend of it, end";
        for holds in good {
            assert_eq!(differs(&disk, &content, shown, &holds), Ok(None));
        }
        let bad = [
            holds("/noise", Some("/hello"), None),
            holds("/hello", None, None),
            holds("/gone", None, Some("x")),
            printed("/folder/deep/file", " of it"),
        ];
        for holds in bad {
            let wrong = differs(&disk, &content, shown, &holds);
            assert!(wrong.is_ok_and(|wrong| wrong.is_some()));
        }
        let never = printed("/folder/deep/file", "begin");
        assert!(differs(&disk, &content, shown, &never).is_err());
        fs::remove_dir_all(&base).expect("removed");
    }

    #[test]
    fn names_are_listed_in_order() {
        let base = std::env::temp_dir().join(format!("weft-listing-{}", std::process::id()));
        output::folder(&base.join("content/b")).expect("made");
        fs::write(base.join("content/a"), "").expect("written");
        assert_eq!(listing(&base.join("content"), "/"), Ok("a\nb\n".to_owned()));
        fs::remove_dir_all(&base).expect("removed");
    }

    #[test]
    fn every_kind_can_be_made() {
        let base = std::env::temp_dir().join(format!("weft-kinds-{}", std::process::id()));
        for (kind, _) in kinds::ALL.iter().filter(|(kind, _)| *kind != "large") {
            let disk = base.join("disk.img");
            make(kind, &base.join(kind), &disk).expect("made");
            let length = fs::metadata(&disk).expect("it is there").len();
            assert!(length >= 4 << 20 && length.is_multiple_of(512), "{kind}");
        }
        fs::remove_dir_all(&base).expect("removed");
    }

    #[test]
    fn a_kind_that_does_not_exist_is_refused() {
        let nowhere = std::env::temp_dir().join(format!("weft-no-{}", std::process::id()));
        let error = make("square", &nowhere, &nowhere.join("d")).expect_err("no such kind");
        assert!(error.to_string().contains("small"), "{error}");
    }
}
