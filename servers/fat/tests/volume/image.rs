//! Disk images made by the `fatfs` crate and judged by it and by dosfstools.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

use block_cache::{BatchDevice, BlockCache, Capacity, MemoryDevice};
use fat::{Error, FileSystem};
use fatfs::{FatType, FormatVolumeOptions, FsOptions};
use proto::filesystem::{NodeKind, Stat};
use volume_server::Volume;

/// The number of the root directory.
pub(crate) const ROOT: u64 = <FileSystem<MemoryDevice> as Volume>::ROOT;

/// The time that every test lives in: 2027-01-15 08:00 UTC.
pub(crate) fn clock() -> i64 {
    1_800_000_000
}

/// A kind of volume.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Made {
    pub(crate) kibibytes: usize,
    pub(crate) kind: FatType,
    pub(crate) cluster: u32,
    pub(crate) root: u16,
}

pub(crate) const SMALL: Made = Made {
    kibibytes: 720,
    kind: FatType::Fat12,
    cluster: 1024,
    root: 112,
};
pub(crate) const MIDDLE: Made = Made {
    kibibytes: 5 << 10,
    kind: FatType::Fat16,
    cluster: 1024,
    root: 64,
};
pub(crate) const LARGE: Made = Made {
    kibibytes: 34 << 10,
    kind: FatType::Fat32,
    cluster: 512,
    root: 0,
};
pub(crate) const ALL: [Made; 3] = [SMALL, MIDDLE, LARGE];

/// Makes an empty volume.
pub(crate) fn make(made: Made) -> Vec<u8> {
    let mut bytes = vec![0; made.kibibytes << 10];
    let mut options = FormatVolumeOptions::new()
        .fat_type(made.kind)
        .bytes_per_cluster(made.cluster)
        .volume_id(1);
    if made.root != 0 {
        options = options.max_root_dir_entries(made.root);
    }
    fatfs::format_volume(Cursor::new(&mut bytes[..]), options).expect("it is made");
    bytes
}

pub(crate) fn cache(bytes: Vec<u8>) -> BlockCache<MemoryDevice> {
    BlockCache::new(MemoryDevice::new(bytes), Capacity::blocks(256)).expect("there is memory")
}

pub(crate) fn mount(bytes: Vec<u8>) -> FileSystem<MemoryDevice> {
    FileSystem::mount(cache(bytes), clock).unwrap_or_else(|error| panic!("cannot mount: {error}"))
}

/// Unmounts and returns the bytes on the device.
pub(crate) fn unmount(mut volume: FileSystem<MemoryDevice>) -> Vec<u8> {
    let unmounted = volume.unmount();
    unmounted.unwrap_or_else(|error| panic!("cannot unmount: {error}"));
    volume.into_cache().into_device().into_bytes()
}

/// Runs `fsck.vfat` on a volume, which Debian keeps out of a user's path; returns its exit status, its report, and the
/// volume afterwards.
pub(crate) fn check(bytes: &[u8], mode: &str) -> (Option<i32>, String, Vec<u8>) {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    let name = format!("fat-{}-{number}", std::process::id());
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, bytes).expect("a file can be made");
    let search = std::env::var("PATH").unwrap_or_default();
    let output = Command::new("fsck.vfat")
        .args([mode, "-v"])
        .arg(&path)
        .env("PATH", format!("{search}:/usr/sbin:/sbin"))
        .output();
    let after = std::fs::read(&path).expect("it is there");
    std::fs::remove_file(&path).expect("it is there");
    let output = output.unwrap_or_else(|error| panic!("fsck.vfat of dosfstools: {error}"));
    let text = [output.stdout, output.stderr].concat();
    let text = String::from_utf8_lossy(&text).into_owned();
    (output.status.code(), text, after)
}

/// Fails unless `fsck.vfat -n` finds nothing to complain of.
pub(crate) fn assert_clean(bytes: &[u8]) {
    let (code, report, _) = check(bytes, "-n");
    assert_eq!(code, Some(0), "{report}");
    assert!(!report.contains("Dirty bit"), "{report}");
}

/// Everything on a volume as the `fatfs` crate sees it: paths, and the content of files.
pub(crate) fn seen_by_fatfs(bytes: &[u8]) -> BTreeMap<String, Option<Vec<u8>>> {
    let volume = fatfs::FileSystem::new(Cursor::new(bytes.to_vec()), FsOptions::new());
    let volume = volume.expect("it is a volume");
    let mut found = BTreeMap::new();
    let mut open = vec![(String::new(), volume.root_dir())];
    while let Some((path, directory)) = open.pop() {
        for entry in directory.iter() {
            let entry = entry.expect("it is read");
            let name = entry.file_name();
            if name == "." || name == ".." {
                continue;
            }
            let path = format!("{path}/{name}");
            if entry.is_dir() {
                found.insert(path.clone(), None);
                open.push((path, entry.to_dir()));
            } else {
                let mut content = Vec::new();
                entry
                    .to_file()
                    .read_to_end(&mut content)
                    .expect("it is read");
                found.insert(path, Some(content));
            }
        }
    }
    found
}

/// Everything on a volume as it is served.
pub(crate) fn seen<D: BatchDevice>(
    volume: &mut FileSystem<D>,
) -> Result<BTreeMap<String, Option<Vec<u8>>>, Error> {
    let mut found = BTreeMap::new();
    let mut open = vec![(String::new(), ROOT)];
    while let Some((path, directory)) = open.pop() {
        for (name, kind, node) in list(volume, directory)? {
            let path = format!("{path}/{name}");
            assert!(found.len() < 10_000, "{path} is in a tree without end");
            match kind {
                NodeKind::Directory => {
                    found.insert(path.clone(), None);
                    open.push((path, node));
                }
                _ => drop(found.insert(path, Some(content(volume, node)?))),
            }
        }
    }
    Ok(found)
}

/// The entries of a directory.
pub(crate) fn list<D: BatchDevice>(
    volume: &mut FileSystem<D>,
    directory: u64,
) -> Result<Vec<(String, NodeKind, u64)>, Error> {
    let mut cursor = proto::filesystem::Cursor {
        first: 0,
        second: 0,
    };
    let mut all = Vec::new();
    loop {
        let read = volume.read_directory(directory, cursor)?;
        let (entries, next) = read.expect("the cursor is one");
        if entries.is_empty() {
            return Ok(all);
        }
        cursor = next;
        all.extend(entries.iter().map(|entry| {
            let name = String::from_utf8_lossy(&entry.name).into_owned();
            (name, entry.kind, entry.node)
        }));
    }
}

/// The whole content of a file.
pub(crate) fn content<D: BatchDevice>(
    volume: &mut FileSystem<D>,
    node: u64,
) -> Result<Vec<u8>, Error> {
    let size = volume.stat(node)?.size;
    let mut bytes = vec![0; size.min(64 << 20) as usize];
    let read = volume.read_at(node, 0, &mut bytes)?;
    bytes.truncate(read);
    Ok(bytes)
}

/// Makes a file with content.
pub(crate) fn file<D: BatchDevice>(
    volume: &mut FileSystem<D>,
    directory: u64,
    name: &str,
    bytes: &[u8],
) -> Result<Stat, Error> {
    let made = volume.create(directory, name.as_bytes(), 0o644)?;
    volume.write_at(made.node, 0, bytes)?;
    Ok(made)
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
