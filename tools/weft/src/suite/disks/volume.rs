//! What the host's own tools say of a whole disk that a machine has written.

use std::fs;
use std::path::Path;

use super::tool;
use crate::build::{output, tree};
use crate::command;
use crate::error::{Error, Outcome};
use crate::suite::case::After;

/// The greatest exit status with which `e2fsck -y` says that all is well now: 0, or 1 when it had to repair something.
const REPAIRED: i32 = 1;

/// What is wrong with a disk that was made from `content`; `scratch` is a folder that does not exist yet.
///
/// # Errors
/// If a program cannot be started, or a file cannot be read.
pub fn problems(disk: &Path, content: &Path, after: After, scratch: &Path) -> Outcome<Vec<String>> {
    let mut wrong = Vec::new();
    if after == After::Repaired {
        wrong.extend(repair(disk)?);
    }
    let check = command::collect(tool("e2fsck").arg("-fn").arg(disk))?;
    if !check.status.success() {
        let said = String::from_utf8_lossy(&check.stdout).into_owned();
        wrong.push(format!("e2fsck finds it damaged:\n{said}"));
    }
    if after != After::Clean {
        wrong.extend(lost(disk, content, scratch)?);
    }
    Ok(wrong)
}

fn repair(disk: &Path) -> Outcome<Option<String>> {
    let repair = command::collect(tool("e2fsck").arg("-fy").arg(disk))?;
    let is_good = |status: i32| (0..=REPAIRED).contains(&status);
    let said = String::from_utf8_lossy(&repair.stdout).into_owned();
    let wrong = format!("e2fsck cannot repair it ({}):\n{said}", repair.status);
    Ok((!repair.status.code().is_some_and(is_good)).then_some(wrong))
}

/// What of the content is not on the disk as it was.
fn lost(disk: &Path, content: &Path, scratch: &Path) -> Outcome<Vec<String>> {
    output::folder(scratch)?;
    let request = format!("rdump / \"{}\"", scratch.display());
    command::collect(tool("debugfs").args(["-R", &request]).arg(disk))?;
    let mut wrong = Vec::new();
    for file in tree::files(content)? {
        let (made, found) = (content.join(&file), scratch.join(&file));
        let same = if made.is_symlink() {
            fs::read_link(&found).ok() == fs::read_link(&made).ok()
        } else {
            let bytes = fs::read(&made).map_err(|cause| Error::io("read", &made, &cause))?;
            fs::read(&found).is_ok_and(|found| found == bytes)
        };
        if !same {
            wrong.push(format!("/{} is not as it was", file.display()));
        }
    }
    Ok(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::suite::disks::make;

    #[test]
    fn a_disk_is_judged_by_its_structure_and_by_what_it_held() {
        let base = std::env::temp_dir().join(format!("weft-volume-{}", std::process::id()));
        let (disk, content) = (base.join("disk.img"), base.join("content"));
        make("small", &content, &disk).expect("made");
        let count = |after, scratch: &str| {
            let wrong = problems(&disk, &content, after, &base.join(scratch)).expect("judged");
            wrong.len()
        };
        for after in [After::Clean, After::Kept, After::Repaired] {
            assert_eq!(count(after, &format!("{after:?}")), 0);
        }
        fs::write(content.join("hello"), "other").expect("written");
        fs::write(content.join("new"), "").expect("written");
        assert_eq!((count(After::Clean, "a"), count(After::Kept, "b")), (0, 2));
        make("damaged", &content, &disk).expect("made");
        assert_eq!(count(After::Clean, "c"), 1);
        fs::remove_dir_all(&base).expect("removed");
    }
}
