//! Sizes that a user's disk has: 256 MiB with 5,000 small files and a file of 64 MiB.

use block_cache::{BlockCache, Capacity, MemoryDevice};
use ext4::{Error, FileSystem, Node, Options};

use crate::image::{
    Scratch, assert_clean, cache, clock, content, debugfs, find, make, mount, names, noise, unmount,
};

const ROOT: Node = Node::ROOT;

#[test]
fn five_thousand_files_are_made_listed_and_removed() {
    let mut volume = mount(make(64, &[], None));
    let directory = volume.mkdir(ROOT, b"many", 0o755).unwrap().node;
    for n in 0..5_000 {
        let name = format!("file-{n}");
        let file = volume
            .create(directory, name.as_bytes(), 0o644)
            .unwrap()
            .node;
        volume.write_at(file, 0, name.as_bytes()).unwrap();
    }
    assert_eq!(names(&mut volume, directory).unwrap().len(), 5_000);
    let disk = unmount(volume);
    assert_clean(&disk);
    let mut volume = mount(disk);
    let directory = find(&mut volume, "many").unwrap().node;
    for n in (0..5_000).step_by(2) {
        volume
            .unlink(directory, format!("file-{n}").as_bytes())
            .unwrap();
    }
    let file = volume.lookup_child(directory, b"file-4999").unwrap().node;
    assert_eq!(content(&mut volume, file).unwrap(), b"file-4999");
    assert_eq!(
        volume.lookup_child(directory, b"file-4998"),
        Err(Error::NotFound)
    );
    assert_clean(&unmount(volume));
}

/// Copies a file in chunks as `cp` does.
fn copy(volume: &mut FileSystem<MemoryDevice>, from: Node, to: Node) -> Result<(), Error> {
    let mut chunk = vec![0; 65_536];
    let mut at = 0;
    loop {
        let read = volume.read_at(from, at, &mut chunk)?;
        if read == 0 {
            return Ok(());
        }
        volume.write_at(to, at, &chunk[..read])?;
        at += read as u64;
    }
}

#[test]
fn large_file_of_the_host_is_copied_whole() {
    let scratch = Scratch::new();
    let tree = scratch.path("tree");
    std::fs::create_dir(&tree).unwrap();
    let data = noise(64 << 20, 11);
    std::fs::write(tree.join("big"), &data).unwrap();
    let mut volume = mount(make(256, &[], Some(&tree)));
    let big = find(&mut volume, "big").unwrap().node;
    let twin = volume.create(ROOT, b"twin", 0o644).unwrap().node;
    copy(&mut volume, big, twin).unwrap();
    let statistics = volume.cache_statistics();
    assert!(statistics.blocks_per_batch() >= 15, "{statistics:?}");
    let free = volume.statfs().unwrap().free_blocks;
    volume.unlink(ROOT, b"big").unwrap();
    assert!(volume.statfs().unwrap().free_blocks >= free + 65_536);
    let disk = unmount(volume);
    assert_clean(&disk);
    assert!(debugfs(&disk, "cat twin") == data);
}

#[test]
fn small_writes_to_one_file_are_not_flushed_one_by_one() {
    let mut volume = mount(make(32, &[], None));
    let file = volume.create(ROOT, b"f", 0o644).unwrap().node;
    let data = noise(1_500 * 4_000, 8);
    for (n, piece) in data.chunks(1_500).enumerate() {
        volume.write_at(file, n as u64 * 1_500, piece).unwrap();
    }
    let statistics = volume.cache_statistics();
    assert!(statistics.flushes < 80, "{statistics:?}");
    let disk = unmount(volume);
    assert_clean(&disk);
    assert!(debugfs(&disk, "cat f") == data);
}

#[test]
fn volume_works_with_the_smallest_cache() {
    let cache = BlockCache::new(MemoryDevice::new(make(32, &[], None)), Capacity::MINIMUM);
    let options = Options {
        journal_memory: 0,
        ..Options::new(clock)
    };
    let mut volume = FileSystem::mount(cache.unwrap(), options).unwrap();
    let data = noise(2_000_000, 2);
    let file = volume.create(ROOT, b"f", 0o644).unwrap().node;
    volume.write_at(file, 0, &data).unwrap();
    assert_eq!(content(&mut volume, file).unwrap(), data);
    assert_clean(&unmount(volume));
}

#[test]
fn restart_of_the_engine_keeps_everything() {
    let options = Options {
        journal_memory: 10_000,
        ..Options::new(clock)
    };
    let mut volume = FileSystem::mount(cache(make(32, &[], None)), options).unwrap();
    let directory = volume.mkdir(ROOT, b"d", 0o755).unwrap().node;
    let held = volume.create(ROOT, b"held", 0o600).unwrap().node;
    volume.write_at(held, 0, b"held open").unwrap();
    volume.open(held).unwrap();
    for n in 0..600 {
        if n == 200 {
            volume.unlink(ROOT, b"held").unwrap();
        }
        if n == 400 {
            assert_eq!(content(&mut volume, held).unwrap(), b"held open");
            volume.close(held).unwrap();
        }
        volume
            .create(directory, format!("file-{n}").as_bytes(), 0o644)
            .unwrap();
    }
    assert_eq!(names(&mut volume, directory).unwrap().len(), 600);
    assert_clean(&unmount(volume));
}
