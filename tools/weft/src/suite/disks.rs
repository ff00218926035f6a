//! Disks that are made for boot tests, by name, and what the host's own tools say of them after.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::case::Holds;
use crate::build::{disk, output};
use crate::command;
use crate::error::{Error, Outcome};

/// A kind of disk, and the function that makes it: `content` is a folder to fill for it.
type Maker = fn(disk: &Path, content: &Path) -> Outcome;

/// Every kind of disk.
const KINDS: &[(&str, Maker)] = &[
    ("small", small),
    ("large", large),
    ("blank", blank),
    ("damaged", damaged),
    ("mbr", mbr),
];

/// Makes a disk of the kind called `name` in `folder`, as the file `disk`.
///
/// # Errors
/// If there is no such kind, or a file or program fails.
pub fn make(name: &str, folder: &Path, disk: &Path) -> Outcome {
    let Some((_, maker)) = KINDS.iter().find(|(kind, _)| *kind == name) else {
        let kinds: Vec<_> = KINDS.iter().map(|(kind, _)| *kind).collect();
        return Err(Error::new(format!("there is no kind of disk `{name}`"))
            .remedy(format!("name one of {}", kinds.join(", "))));
    };
    output::folder(folder)?;
    maker(disk, folder)
}

/// What the host finds wrong with a disk that a machine has written.
///
/// # Errors
/// If a program cannot be started.
pub fn problems(disk: &Path, content: &Path, files: &[Holds]) -> Outcome<Vec<String>> {
    let mut wrong = Vec::new();
    let check = command::collect(tool("e2fsck").arg("-fn").arg(disk))?;
    if !check.status.success() {
        let said = String::from_utf8_lossy(&check.stdout).into_owned();
        wrong.push(format!("e2fsck finds it damaged:\n{said}"));
    }
    for holds in files {
        wrong.extend(differs(disk, content, holds)?);
    }
    Ok(wrong)
}

fn differs(disk: &Path, content: &Path, holds: &Holds) -> Outcome<Option<String>> {
    let path = &holds.path;
    let request = format!("cat \"{path}\"");
    let shown = command::collect(tool("debugfs").args(["-R", &request]).arg(disk))?;
    let is_gone = String::from_utf8_lossy(&shown.stderr).contains("File not found");
    let wanted = match (&holds.same_as, &holds.text) {
        (Some(original), _) => {
            let original = content.join(original.trim_start_matches('/'));
            Some(fs::read(&original).map_err(|cause| Error::io("read", &original, &cause))?)
        }
        (None, Some(text)) => Some(text.clone().into_bytes()),
        (None, None) => None,
    };
    Ok(match wanted {
        None if is_gone => None,
        None => Some(format!("{path} is still there")),
        Some(_) if is_gone => Some(format!("{path} is not there")),
        Some(bytes) if bytes == shown.stdout => None,
        Some(bytes) => Some(format!(
            "{path} holds other bytes ({} of them, not {})",
            shown.stdout.len(),
            bytes.len()
        )),
    })
}

fn tool(name: &str) -> Command {
    Command::new(command::find(name).unwrap_or_else(|| PathBuf::from(name)))
}

fn write(path: &Path, bytes: &[u8]) -> Outcome {
    output::folder(path.parent().unwrap_or(path))?;
    fs::write(path, bytes).map_err(|cause| Error::io("write", path, &cause))
}

/// Bytes that look random and are the same each time (xorshift64, Marsaglia 2003).
fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut bytes = Vec::with_capacity(length + 8);
    while bytes.len() < length {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend(state.to_le_bytes());
    }
    bytes.truncate(length);
    bytes
}

/// A few files of every kind, in 16 MiB.
fn small(disk: &Path, content: &Path) -> Outcome {
    write(&content.join("hello"), b"hello\n")?;
    write(&content.join("folder/deep/file"), b"deep\n")?;
    write(&content.join("noise"), &noise(300_000))?;
    write(&content.join("empty"), b"")?;
    write(&content.join("Grüße 你好 🌍"), b"utf-8\n")?;
    write(&content.join("n".repeat(255)), b"long\n")?;
    link(content, "link", "folder/deep/file")?;
    disk::make(disk, content, 16)
}

/// 5,000 small files, a file of 64 MiB and everything of the small disk, in 256 MiB.
fn large(disk: &Path, content: &Path) -> Outcome {
    small(disk, content)?;
    for number in 0..5_000 {
        let path = content.join(format!("many/{}/file{number}", number / 1_000));
        write(&path, format!("this is file {number}\n").as_bytes())?;
    }
    write(&content.join("big"), &noise(64 << 20))?;
    disk::make(disk, content, 256)
}

/// Nothing but zeros.
fn blank(disk: &Path, _content: &Path) -> Outcome {
    write(disk, &vec![0; 4 << 20])
}

/// A small disk with a superblock that does not make sense.
fn damaged(disk: &Path, content: &Path) -> Outcome {
    small(disk, content)?;
    let mut bytes = fs::read(disk).map_err(|cause| Error::io("read", disk, &cause))?;
    // The superblock stands at 1024; its magic number at 56 stays, the counts before it go.
    bytes
        .iter_mut()
        .skip(1024)
        .take(56)
        .for_each(|byte| *byte = 0xff);
    write(disk, &bytes)
}

/// A small disk in the one partition of an MBR.
fn mbr(disk: &Path, content: &Path) -> Outcome {
    small(disk, content)?;
    let volume = fs::read(disk).map_err(|cause| Error::io("read", disk, &cause))?;
    let start = 2048_u32;
    let sectors = u32::try_from(volume.len() / 512).unwrap_or(u32::MAX);
    let mut bytes = vec![0; 512 * 2048];
    let mut entry = [0; 16];
    entry[4] = 0x83;
    entry[8..12].copy_from_slice(&start.to_le_bytes());
    entry[12..].copy_from_slice(&sectors.to_le_bytes());
    bytes[446..462].copy_from_slice(&entry);
    bytes[510..512].copy_from_slice(&[0x55, 0xaa]);
    bytes.extend(volume);
    write(disk, &bytes)
}

fn link(content: &Path, name: &str, target: &str) -> Outcome {
    let path = content.join(name);
    let _ = fs::remove_file(&path);
    std::os::unix::fs::symlink(target, &path).map_err(|cause| Error::io("link", &path, &cause))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(path: &str, same_as: Option<&str>, text: Option<&str>) -> Holds {
        let own = |text: &str| text.to_owned();
        Holds {
            path: own(path),
            same_as: same_as.map(own),
            text: text.map(own),
        }
    }

    #[test]
    fn a_disk_is_judged_by_what_the_host_finds_on_it() {
        let base = std::env::temp_dir().join(format!("weft-disks-{}", std::process::id()));
        let (disk, content) = (base.join("disk.img"), base.join("content"));
        make("small", &content, &disk).expect("made");
        let good = [
            holds("/noise", Some("/noise"), None),
            holds("/folder/deep/file", None, Some("deep\n")),
            holds("/gone", None, None),
        ];
        assert_eq!(problems(&disk, &content, &good), Ok(vec![]));
        let bad = [
            holds("/noise", Some("/hello"), None),
            holds("/hello", None, None),
            holds("/gone", None, Some("x")),
        ];
        assert_eq!(
            problems(&disk, &content, &bad).map(|found| found.len()),
            Ok(3)
        );
        make("damaged", &content, &disk).expect("made");
        assert_eq!(
            problems(&disk, &content, &[]).map(|found| found.len()),
            Ok(1)
        );
        fs::remove_dir_all(&base).expect("removed");
    }

    #[test]
    fn a_kind_that_does_not_exist_is_refused() {
        let nowhere = std::env::temp_dir().join(format!("weft-no-{}", std::process::id()));
        let error = make("square", &nowhere, &nowhere.join("d")).expect_err("no such kind");
        assert!(error.to_string().contains("small"), "{error}");
    }
}
