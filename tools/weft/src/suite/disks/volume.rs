//! What the host's own tools say of a whole disk that a machine has written.

use std::fs;
use std::path::Path;

use super::parts::{self, FAT_FOLDER, Format, Part, Repair};
use super::tool;
use crate::build::{output, tree};
use crate::command;
use crate::error::{Error, Outcome};
use crate::suite::case::After;

/// The greatest exit status with which `e2fsck -y` and `fsck.vfat -a` say that all is well now: 0, or 1 when it had to repair something.
const REPAIRED: i32 = 1;

/// What is wrong with a disk that was made from `content`; `scratch` is a folder that does not exist yet.
///
/// # Errors
/// If a program cannot be started, or a file cannot be read.
pub fn problems(disk: &Path, content: &Path, after: After, scratch: &Path) -> Outcome<Vec<String>> {
    let mut wrong = Vec::new();
    let parts = parts::of(disk, scratch)?;
    for part in &parts {
        if after == After::Repaired {
            wrong.extend(repair(part)?);
        }
        let check = part.check(Repair::No)?;
        if !check.status.success() {
            let (program, said) = (part.checker(), String::from_utf8_lossy(&check.stdout));
            wrong.push(format!("{program} finds it damaged:\n{said}"));
        }
    }
    if after != After::Clean {
        wrong.extend(lost(&parts, content, scratch)?);
    }
    Ok(wrong)
}

fn repair(part: &Part) -> Outcome<Option<String>> {
    let repair = part.check(Repair::Yes)?;
    let is_good = |status: i32| (0..=REPAIRED).contains(&status);
    let (program, said) = (part.checker(), String::from_utf8_lossy(&repair.stdout));
    let wrong = format!("{program} cannot repair it ({}):\n{said}", repair.status);
    Ok((!repair.status.code().is_some_and(is_good)).then_some(wrong))
}

/// What of the content is not on the disk as it was.
fn lost(parts: &[Part], content: &Path, scratch: &Path) -> Outcome<Vec<String>> {
    output::folder(scratch)?;
    let request = format!("rdump / \"{}\"", scratch.display());
    for part in parts.iter().filter(|part| part.format == Format::Ext4) {
        command::collect(tool("debugfs").args(["-R", &request]).arg(&part.path))?;
    }
    let fat = parts.iter().find(|part| part.format == Format::Fat);
    let mut wrong = Vec::new();
    for file in tree::files(content)? {
        let (made, found) = (content.join(&file), scratch.join(&file));
        let bytes = || fs::read(&made).map_err(|cause| Error::io("read", &made, &cause));
        let on_fat = fat.and_then(|fat| Some((fat, file.strip_prefix(FAT_FOLDER).ok()?)));
        let same = if let Some((fat, path)) = on_fat {
            fat.fat_file(&path.display().to_string())? == Some(bytes()?)
        } else if made.is_symlink() {
            fs::read_link(&found).ok() == fs::read_link(&made).ok()
        } else {
            let bytes = bytes()?;
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
