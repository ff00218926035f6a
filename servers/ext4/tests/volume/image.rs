//! Disk images made and judged by the host's e2fsprogs.

use std::{
    os::unix::fs::FileExt,
    path::{Path, PathBuf},
    process::{Command, Output},
    sync::atomic::{AtomicU32, Ordering},
};

use block_cache::{BatchDevice, BlockCache, Capacity, MemoryDevice};
use ext4::{Error, FileSystem, MountError, Node, Options, Stat, Timestamp, Walk};

/// The time that every test lives in: 2027-01-15 08:00 UTC.
pub(crate) const NOW: i64 = 1_800_000_000;

pub(crate) fn clock() -> Timestamp {
    Timestamp {
        seconds: NOW,
        nanoseconds: 5,
    }
}

/// A directory of its own that is removed when the test ends.
pub(crate) struct Scratch(PathBuf);

impl Scratch {
    pub(crate) fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!(
            "ext4-{}-{}",
            std::process::id(),
            COUNT.fetch_add(1, Ordering::Relaxed)
        );
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        std::fs::create_dir_all(&path).expect("a scratch directory can be made");
        Self(path)
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Runs a program of e2fsprogs, which Debian keeps out of a user's path.
fn run(program: &str, arguments: &[&str]) -> Output {
    let path = std::env::var("PATH").unwrap_or_default();
    Command::new(program)
        .args(arguments)
        .env("PATH", format!("{path}:/usr/sbin:/sbin"))
        .env("E2FSPROGS_FAKE_TIME", "1700000000")
        .output()
        .unwrap_or_else(|error| panic!("{program} of e2fsprogs cannot be run: {error}"))
}

/// Makes a volume of `mebibytes` with the content of `tree`.
pub(crate) fn make(mebibytes: u64, options: &[&str], tree: Option<&Path>) -> Vec<u8> {
    let scratch = Scratch::new();
    let file = scratch.path("disk");
    let size = format!("{mebibytes}M");
    let mut arguments = vec!["-q", "-F", "-E", "lazy_itable_init=0"];
    arguments.extend(options);
    if let Some(tree) = tree {
        arguments.extend(["-d", tree.to_str().expect("a plain path")]);
    }
    arguments.extend([file.to_str().expect("a plain path"), &size]);
    let output = run("mkfs.ext4", &arguments);
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    std::fs::read(&file).expect("the image was made")
}

/// Fails unless `e2fsck -fn` finds nothing to complain of.
pub(crate) fn assert_clean(bytes: &[u8]) {
    let (code, report) = check(bytes, "-fn");
    assert_eq!(code, Some(0), "{report}");
}

/// Runs e2fsck and returns its exit status and report.
pub(crate) fn check(bytes: &[u8], mode: &str) -> (Option<i32>, String) {
    let scratch = Scratch::new();
    let file = store(&scratch, bytes);
    let output = run("e2fsck", &[mode, &file]);
    let text = [output.stdout, output.stderr].concat();
    (
        output.status.code(),
        String::from_utf8_lossy(&text).into_owned(),
    )
}

/// Runs one command of debugfs on a copy of the volume and returns what it prints.
pub(crate) fn debugfs(bytes: &[u8], command: &str) -> Vec<u8> {
    let scratch = Scratch::new();
    let file = store(&scratch, bytes);
    run("debugfs", &["-R", command, &file]).stdout
}

/// Puts a volume into a file, leaving holes for zeros, and returns its path.
fn store(scratch: &Scratch, bytes: &[u8]) -> String {
    const PIECE: usize = 65_536;
    let path = scratch.path("disk");
    let file = std::fs::File::create(&path).expect("a file can be made");
    file.set_len(bytes.len() as u64)
        .expect("it can have any length");
    for (piece, at) in bytes.chunks(PIECE).zip((0..).step_by(PIECE)) {
        if piece.iter().any(|byte| *byte != 0) {
            file.write_all_at(piece, at).expect("it can be written");
        }
    }
    path.to_str().expect("a plain path").to_owned()
}

pub(crate) fn cache(bytes: Vec<u8>) -> BlockCache<MemoryDevice> {
    BlockCache::new(MemoryDevice::new(bytes), Capacity::blocks(512)).expect("there is memory")
}

pub(crate) fn try_mount(bytes: Vec<u8>) -> Result<FileSystem<MemoryDevice>, MountError> {
    FileSystem::mount(cache(bytes), Options::new(clock))
}

pub(crate) fn mount(bytes: Vec<u8>) -> FileSystem<MemoryDevice> {
    let volume = try_mount(bytes).unwrap_or_else(|error| panic!("cannot mount: {error}"));
    assert_eq!(volume.restriction(), None);
    volume
}

/// Unmounts and returns the bytes on the device.
pub(crate) fn unmount(mut volume: FileSystem<MemoryDevice>) -> Vec<u8> {
    volume
        .unmount()
        .unwrap_or_else(|error| panic!("cannot unmount: {error}"));
    volume
        .into_cache()
        .expect("the cache is free")
        .into_device()
        .into_bytes()
}

/// Returns the node at the end of a path without links on its way.
pub(crate) fn find<D: BatchDevice>(volume: &mut FileSystem<D>, path: &str) -> Result<Stat, Error> {
    match volume.lookup(path.as_bytes())? {
        Walk::Found(stat) => Ok(stat),
        Walk::Link { .. } => panic!("{path} leads through a link"),
    }
}

/// Returns the whole content of a file.
pub(crate) fn content<D: BatchDevice>(
    volume: &mut FileSystem<D>,
    node: Node,
) -> Result<Vec<u8>, Error> {
    let mut bytes = vec![0; volume.stat(node)?.size as usize];
    let mut at = 0;
    while at < bytes.len() {
        let end = bytes.len().min(at + 50_000);
        match volume.read_at(node, at as u64, &mut bytes[at..end])? {
            0 => break,
            read => at += read,
        }
    }
    bytes.truncate(at);
    Ok(bytes)
}

/// Returns all names of a directory in order.
pub(crate) fn names<D: BatchDevice>(
    volume: &mut FileSystem<D>,
    directory: Node,
) -> Result<Vec<String>, Error> {
    let mut names = Vec::new();
    let mut cursor = ext4::Cursor::START;
    loop {
        let entries = volume.read_dir(directory, cursor, 50)?;
        let Some(last) = entries.last() else { break };
        cursor = last.next;
        names.extend(
            entries
                .into_iter()
                .map(|entry| String::from_utf8_lossy(&entry.name).into_owned()),
        );
    }
    names.sort();
    Ok(names)
}

/// Returns bytes that do not repeat, of the length given.
pub(crate) fn noise(length: usize, seed: u64) -> Vec<u8> {
    let mut state = seed | 1;
    (0..length)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 24) as u8
        })
        .collect()
}
