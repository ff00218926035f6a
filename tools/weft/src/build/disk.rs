//! The disk that an image starts with: an ext4 file system made from the folder
//! `images/NAME-disk`, with the example programs in `/bin`. An image without such a folder has no
//! disk.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::rust::Side;
use super::{output, rust, tree};
use crate::command;
use crate::error::{Error, Outcome};
use crate::project::Project;

/// The packages whose programs are placed on disks: each has a source file for each program in this folder. The second's
/// programs have floating point.
const PACKAGES: [&str; 2] = ["examples", "float-examples"];
const SOURCES: &str = "src/bin";

/// A program that is placed on a disk.
#[derive(Debug)]
pub struct Program {
    /// Its package.
    pub package: &'static str,
    /// Its name.
    pub name: String,
    /// The side that it is built for.
    pub side: Side,
}

/// The disk's size in MiB.
const SIZE: u64 = 64;

/// The time of everything on the disk, in seconds since 1970: the beginning of 2026. Fixed, so that the same files make the
/// same disk.
const MOMENT: &str = "1767225600";

/// Fixed, so that the same files make the same disk.
const IDENTITY: &str = "7765f700-0000-4000-8000-000000000001";

/// The programs that are placed on the disk of the image called `name`, whose components are built for this side: none if
/// it has no disk.
///
/// # Errors
/// If their folder cannot be read.
pub fn programs(project: &Project, name: &str, side: Side) -> Outcome<Vec<Program>> {
    let mut programs = Vec::new();
    if !source(project, name).is_dir() {
        return Ok(programs);
    }
    for (package, side) in PACKAGES.into_iter().zip([side, side.with_fpu()]) {
        let folder = project.root().join("servers").join(package).join(SOURCES);
        if !folder.is_dir() {
            continue;
        }
        let is_program = |path: &PathBuf| path.extension().is_some_and(|ending| ending == "rs");
        let sources = tree::files(&folder)?.into_iter().filter(is_program);
        programs.extend(sources.map(|path| Program {
            package,
            name: rust::stem(&path),
            side,
        }));
    }
    Ok(programs)
}

/// Makes the disk of the image called `name`, unless nothing on it changed.
///
/// # Errors
/// If a file cannot be read or `mkfs.ext4` fails.
pub fn build(
    project: &Project,
    name: &str,
    folder: &Path,
    programs: &[Program],
) -> Outcome<Option<PathBuf>> {
    let source = source(project, name);
    if !source.is_dir() {
        return Ok(None);
    }
    let staging = folder.join("disk");
    stage(project, &source, &staging, programs)?;
    let (disk, stamp) = (folder.join("disk.img"), folder.join("disk.stamp"));
    let fingerprint = format!("{SIZE} {MOMENT} {:016x}\n", tree::fingerprint(&staging)?);
    let is_fresh = fs::read_to_string(&stamp).is_ok_and(|present| present == fingerprint);
    if !(is_fresh && disk.is_file()) {
        make(&disk, &staging, SIZE)?;
        forget_host(&disk, &staging)?;
        output::write(&stamp, fingerprint.as_bytes())?;
    }
    Ok(Some(disk))
}

/// The folder with the files of an image's disk.
fn source(project: &Project, name: &str) -> PathBuf {
    project.root().join("images").join(format!("{name}-disk"))
}

/// Lays out what the disk will hold as a folder.
fn stage(project: &Project, source: &Path, staging: &Path, programs: &[Program]) -> Outcome {
    if staging.exists() {
        fs::remove_dir_all(staging).map_err(|cause| Error::io("remove", staging, &cause))?;
    }
    output::folder(staging)?;
    tree::copy(source, staging)?;
    for program in programs {
        let built = program.side.output(project, &program.name);
        tree::copy_file(&built, &staging.join("bin").join(&program.name))?;
    }
    Ok(())
}

/// Gives all files on a disk the same time and owner, which `mkfs.ext4` takes from the host's.
fn forget_host(disk: &Path, staging: &Path) -> Outcome {
    let mut paths = BTreeSet::from([PathBuf::new(), PathBuf::from("lost+found")]);
    for file in tree::files(staging)? {
        paths.extend(file.ancestors().map(Path::to_owned));
    }
    let mut script = String::new();
    for path in &paths {
        for time in ["atime", "ctime", "mtime", "crtime"] {
            script += &format!("sif \"/{}\" {time} @{MOMENT}\n", path.display());
        }
        for owner in ["uid", "gid"] {
            script += &format!("sif \"/{}\" {owner} 0\n", path.display());
        }
    }
    let commands = disk.with_extension("debugfs");
    output::write(&commands, script.as_bytes())?;
    let debugfs = command::find("debugfs").unwrap_or_else(|| PathBuf::from("debugfs"));
    let mut debugfs = Command::new(debugfs);
    debugfs.env("E2FSPROGS_FAKE_TIME", MOMENT).arg("-w");
    debugfs.arg("-f").arg(&commands).arg(disk);
    let told = command::collect(&mut debugfs)?;
    let wrong = String::from_utf8_lossy(&told.stderr).into_owned();
    // Its first line is its version.
    match wrong.lines().nth(1) {
        None if told.status.success() => Ok(()),
        _ => Err(
            Error::new(format!("debugfs cannot set times and owners:\n{wrong}")).at(disk.display()),
        ),
    }
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
    mkfs.env("E2FSPROGS_FAKE_TIME", MOMENT);
    command::run(&mut mkfs)
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;

    #[test]
    fn a_made_disk_is_clean_and_holds_the_files() {
        let base = std::env::temp_dir().join(format!("weft-disk-{}", std::process::id()));
        let content = base.join("content");
        output::folder(&content.join("etc")).expect("made");
        fs::write(content.join("etc/motd"), "hello\n").expect("written");
        let disk = base.join("disk.img");
        make(&disk, &content, 8).expect("made");
        forget_host(&disk, &content).expect("forgotten");
        let other = base.join("other.img");
        let again = base.join("again");
        output::folder(&again.join("etc")).expect("made");
        fs::write(again.join("etc/motd"), "hello\n").expect("written");
        let long_ago = fs::File::open(again.join("etc")).expect("there");
        long_ago.set_modified(SystemTime::UNIX_EPOCH).expect("set");
        make(&other, &again, 8).expect("made");
        forget_host(&other, &again).expect("forgotten");
        assert!(fs::read(&disk).expect("there") == fs::read(&other).expect("there"));
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
