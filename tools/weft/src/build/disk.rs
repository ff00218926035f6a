//! The disk that an image starts with: an ext4 file system made from the folder
//! `images/NAME-disk`, with the example programs in `/bin`. An image without such a folder has no
//! disk.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::rust::Side;
use super::{output, rust, tree};
use crate::command;
use crate::error::{Error, Outcome};
use crate::project::Project;

/// The package whose programs are placed on disks.
pub const PROGRAMS_PACKAGE: &str = "examples";

/// Where that package keeps a source file for each program.
const PROGRAMS_FOLDER: &str = "servers/examples/src/bin";

/// The disk's size in MiB.
const SIZE: u64 = 64;

/// Fixed, so that the same files make the same disk.
const IDENTITY: &str = "7765f700-0000-4000-8000-000000000001";

/// The source files of the programs that are placed on the disk of the image called `name`: none if it has
/// no disk.
///
/// # Errors
/// If their folder cannot be read.
pub fn programs(project: &Project, name: &str) -> Outcome<Vec<PathBuf>> {
    let folder = project.root().join(PROGRAMS_FOLDER);
    if !folder.is_dir() || !source(project, name).is_dir() {
        return Ok(Vec::new());
    }
    let sources = tree::files(&folder)?;
    let is_program = |path: &PathBuf| path.extension().is_some_and(|ending| ending == "rs");
    Ok(sources.into_iter().filter(is_program).collect())
}

/// Makes the disk of the image called `name`, unless nothing on it changed.
///
/// # Errors
/// If a file cannot be read or `mkfs.ext4` fails.
pub fn build(
    project: &Project,
    name: &str,
    folder: &Path,
    programs: &[PathBuf],
    side: Side,
) -> Outcome<Option<PathBuf>> {
    let source = source(project, name);
    if !source.is_dir() {
        return Ok(None);
    }
    let staging = folder.join("disk");
    stage(project, &source, &staging, programs, side)?;
    let (disk, stamp) = (folder.join("disk.img"), folder.join("disk.stamp"));
    let fingerprint = format!("{SIZE} {:016x}\n", tree::fingerprint(&staging)?);
    let is_fresh = fs::read_to_string(&stamp).is_ok_and(|present| present == fingerprint);
    if !(is_fresh && disk.is_file()) {
        make(&disk, &staging, SIZE)?;
        output::write(&stamp, fingerprint.as_bytes())?;
    }
    Ok(Some(disk))
}

/// The folder with the files of an image's disk.
fn source(project: &Project, name: &str) -> PathBuf {
    project.root().join("images").join(format!("{name}-disk"))
}

/// Lays out what the disk will hold as a folder.
fn stage(
    project: &Project,
    source: &Path,
    staging: &Path,
    programs: &[PathBuf],
    side: Side,
) -> Outcome {
    if staging.exists() {
        fs::remove_dir_all(staging).map_err(|cause| Error::io("remove", staging, &cause))?;
    }
    output::folder(staging)?;
    tree::copy(source, staging)?;
    for program in programs {
        let name = rust::stem(program);
        tree::copy_file(
            &side.output(project, &name),
            &staging.join("bin").join(&name),
        )?;
    }
    Ok(())
}

/// Makes an ext4 file system of `mebibytes` in a new file, with everything that `content` holds.
///
/// # Errors
/// If the file cannot be made or `mkfs.ext4` fails.
pub fn make(disk: &Path, content: &Path, mebibytes: u64) -> Outcome {
    let empty = fs::File::create(disk).and_then(|file| file.set_len(mebibytes << 20));
    empty.map_err(|cause| Error::io("make", disk, &cause))?;
    let mkfs = command::find("mkfs.ext4").unwrap_or_else(|| PathBuf::from("mkfs.ext4"));
    let mut mkfs = Command::new(mkfs);
    mkfs.args(["-q", "-F", "-L", "weft", "-U", IDENTITY]);
    mkfs.args(["-E", &format!("root_owner=0:0,hash_seed={IDENTITY}")]);
    mkfs.arg("-d").arg(content).arg(disk);
    command::run(&mut mkfs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_made_disk_is_clean_and_holds_the_files() {
        let base = std::env::temp_dir().join(format!("weft-disk-{}", std::process::id()));
        let content = base.join("content");
        output::folder(&content.join("etc")).expect("made");
        fs::write(content.join("etc/motd"), "hello\n").expect("written");
        let disk = base.join("disk.img");
        make(&disk, &content, 8).expect("made");
        let check = command::find("e2fsck").expect("e2fsprogs is there");
        command::collect(Command::new(check).arg("-fn").arg(&disk))
            .map(|output| assert!(output.status.success()))
            .expect("e2fsck runs");
        let debugfs = command::find("debugfs").expect("e2fsprogs is there");
        let shown = command::collect(
            Command::new(debugfs)
                .args(["-R", "cat /etc/motd"])
                .arg(&disk),
        )
        .expect("debugfs runs");
        assert_eq!(shown.stdout, b"hello\n");
        fs::remove_dir_all(&base).expect("removed");
    }
}
