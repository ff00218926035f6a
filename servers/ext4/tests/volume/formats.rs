//! The variants of the format that the host makes.

use ext4::{Access, Error, FileSystem, MountError, Node, Options, Restriction};

use crate::image::{
    assert_clean, cache, clock, content, find, make, mount, names, noise, try_mount, unmount,
};

const ROOT: Node = Node::ROOT;

/// Writes, moves and removes a little of everything and checks the result.
fn exercise(disk: Vec<u8>) -> Result<(), Error> {
    let mut volume = mount(disk);
    let directory = volume.mkdir(ROOT, b"dir", 0o755)?.node;
    let data = noise(300_000, 5);
    for n in 0..150 {
        let file = volume
            .create(directory, format!("file-{n}").as_bytes(), 0o644)?
            .node;
        volume.write_at(file, 0, &data[..n * 100])?;
    }
    for n in (0..150).step_by(3) {
        volume.unlink(directory, format!("file-{n}").as_bytes())?;
    }
    let big = volume.create(ROOT, b"big", 0o644)?.node;
    volume.write_at(big, 0, &data)?;
    volume.symlink(ROOT, b"link", b"dir")?;
    let disk = unmount(volume);
    assert_clean(&disk);
    let mut volume = mount(disk);
    let big = find(&mut volume, "big")?.node;
    assert_eq!(content(&mut volume, big)?, data);
    let directory = find(&mut volume, "dir")?.node;
    assert_eq!(names(&mut volume, directory)?.len(), 100);
    Ok(())
}

#[test]
fn default_volume_works() {
    exercise(make(20, &[], None)).unwrap();
}

#[test]
fn every_block_size_works() {
    for size in ["1024", "2048", "4096"] {
        exercise(make(20, &["-b", size], None)).unwrap();
    }
}

#[test]
fn newer_and_older_features_work() {
    let features = [
        "^has_journal",
        "^64bit",
        "^metadata_csum",
        "^metadata_csum,uninit_bg",
        "^dir_index",
        "^flex_bg,^resize_inode",
        "^huge_file,^dir_nlink,^extra_isize",
        "metadata_csum_seed,orphan_file",
        "sparse_super2",
        "project",
        "fast_commit",
    ];
    for feature in features {
        exercise(make(20, &["-O", feature], None)).unwrap();
    }
}

#[test]
fn volumes_of_older_kinds_work() {
    for options in [["-t", "ext2"], ["-t", "ext3"], ["-I", "128"]] {
        exercise(make(20, &options, None)).unwrap();
    }
}

#[test]
fn volume_that_fills_less_than_its_device_works() {
    let mut disk = make(16, &["-b", "4096"], None);
    disk.extend_from_slice(&[0xEE; 5_000]);
    exercise(disk).unwrap();
}

#[test]
fn unsupported_feature_is_named() {
    for (feature, name) in [
        ("inline_data", "inline_data"),
        ("encrypt", "encrypt"),
        ("casefold", "casefold"),
        ("meta_bg,^resize_inode", "meta_bg"),
        ("ea_inode", "ea_inode"),
        ("large_dir", "large_dir"),
        ("bigalloc", "bigalloc"),
    ] {
        let Err(error) = try_mount(make(32, &["-O", feature], None)) else {
            panic!("{feature} was mounted");
        };
        assert!(matches!(error, MountError::Unsupported(_)), "{error}");
        let message = format!("the volume uses features that are not supported: {name}");
        assert_eq!(error.to_string(), message);
    }
}

#[test]
fn feature_that_only_forbids_writing_mounts_read_only() {
    for (feature, name) in [("quota", "quota"), ("mmp", "mmp")] {
        let disk = make(32, &["-O", feature], None);
        let mut volume =
            try_mount(disk.clone()).unwrap_or_else(|error| panic!("{feature}: {error}"));
        let restriction = volume.restriction().expect("it is read-only");
        let message = format!("read-only because writing is not supported with: {name}");
        assert_eq!(restriction.to_string(), message);
        assert_eq!(names(&mut volume, ROOT).unwrap(), ["lost+found"]);
        assert_eq!(volume.create(ROOT, b"f", 0o644), Err(Error::ReadOnly));
        assert!(unmount(volume) == disk, "a read-only mount wrote");
    }
}

#[test]
fn read_only_mount_changes_nothing() {
    let disk = make(16, &[], None);
    let options = Options {
        access: Access::ReadOnly,
        ..Options::new(clock)
    };
    let mut volume = FileSystem::mount(cache(disk.clone()), options).unwrap();
    assert_eq!(volume.restriction(), Some(Restriction::Asked));
    assert_eq!(volume.mkdir(ROOT, b"d", 0o755), Err(Error::ReadOnly));
    assert_eq!(volume.unlink(ROOT, b"none"), Err(Error::ReadOnly));
    assert_eq!(volume.sync(), Ok(()));
    assert_eq!(names(&mut volume, ROOT).unwrap(), ["lost+found"]);
    assert!(unmount(volume) == disk, "a read-only mount wrote");
}
