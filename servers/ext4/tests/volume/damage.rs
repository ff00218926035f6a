//! Disks that are not what they should be: every one gives a reason, none a panic.

use ext4::{Damage, Error, MountError, Node, Restriction};

use crate::image::{assert_clean, check, content, find, make, names, noise, try_mount, unmount};

/// Where the superblock begins.
const SUPERBLOCK: usize = 1024;

fn refusal(disk: Vec<u8>) -> MountError {
    match try_mount(disk) {
        Ok(_) => panic!("the volume was mounted"),
        Err(error) => error,
    }
}

#[test]
fn disk_without_a_file_system_is_told_from_a_damaged_one() {
    assert_eq!(refusal(vec![0; 1 << 20]), MountError::NotExt4);
    assert_eq!(refusal(noise(1 << 20, 4)), MountError::NotExt4);
    assert_eq!(refusal(Vec::new()), MountError::NotExt4);
    assert_eq!(refusal(vec![0; 1500]), MountError::NotExt4);
}

#[test]
fn overwritten_superblock_is_recognised_by_its_backup() {
    for options in [&["-b", "1024"][..], &["-b", "4096"]] {
        let mut disk = make(256, options, None);
        disk[..4096].fill(0);
        assert_eq!(refusal(disk), MountError::Superblock(Damage::Overwritten));
    }
}

#[test]
fn flipped_bit_in_the_superblock_is_found_by_its_checksum() {
    for byte in [0x78, 0x20, 0x54, 0x100, 0x3FC] {
        let mut disk = make(16, &[], None);
        disk[SUPERBLOCK + byte] ^= 4;
        assert!(
            matches!(refusal(disk), MountError::Superblock(_)),
            "a flipped bit in byte {byte:#x} of the superblock",
        );
    }
}

#[test]
fn impossible_sizes_in_a_superblock_without_checksum_are_refused() {
    let good = make(16, &["-O", "^metadata_csum"], None);
    let set = |at: usize, value: u32| {
        let mut disk = good.clone();
        disk[SUPERBLOCK + at..SUPERBLOCK + at + 4].copy_from_slice(&value.to_le_bytes());
        refusal(disk)
    };
    assert_eq!(set(0x18, 6), MountError::BlockSize(65_536));
    for (at, value) in [
        (0x18, 900),
        (0x14, 77),
        (0x20, 0),
        (0x28, 0),
        (0x20, u32::MAX),
    ] {
        let error = set(at, value);
        assert!(
            matches!(error, MountError::Superblock(Damage::Geometry(_))),
            "{at:#x}: {error}"
        );
    }
    let error = set(0x4, 40_000);
    assert_eq!(
        error,
        MountError::Truncated {
            needed: 80_000,
            present: 32_768
        }
    );
    assert!(error.to_string().contains("cut short"));
}

#[test]
fn disk_that_was_cut_short_is_refused() {
    let mut disk = make(32, &["-b", "4096"], None);
    disk.truncate(20 << 20);
    let cut = MountError::Truncated {
        needed: 65_536,
        present: 40_960,
    };
    assert_eq!(refusal(disk), cut);
}

#[test]
fn journal_with_fast_commits_is_left_to_linux() {
    let mut disk = make(16, &["-O", "fast_commit,^metadata_csum"], None);
    disk[SUPERBLOCK + 0x60] |= 4;
    assert_eq!(refusal(disk), MountError::FastCommits);
}

#[test]
fn volume_with_recorded_errors_is_mounted_read_only() {
    let mut disk = make(16, &["-O", "^metadata_csum"], None);
    disk[SUPERBLOCK + 0x3A] |= 2;
    let volume = try_mount(disk).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(volume.restriction(), Some(Restriction::ErrorsRecorded));
}

#[test]
fn volume_without_journal_that_was_in_use_is_mounted_read_only() {
    let mut disk = make(16, &["-O", "^metadata_csum,^has_journal"], None);
    disk[SUPERBLOCK + 0x3A] &= !1;
    let volume = try_mount(disk).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(volume.restriction(), Some(Restriction::NotUnmounted));
}

#[test]
fn damaged_directory_is_an_error_and_the_rest_stays_readable() {
    let mut volume = try_mount(make(16, &[], None)).unwrap_or_else(|error| panic!("{error}"));
    let directory = volume.mkdir(Node::ROOT, b"d", 0o755).unwrap().node;
    volume.create(directory, b"a-name-to-find", 0o644).unwrap();
    let file = volume.create(Node::ROOT, b"intact", 0o644).unwrap().node;
    volume.write_at(file, 0, b"fine").unwrap();
    let mut disk = unmount(volume);
    let places: Vec<usize> = disk
        .windows(14)
        .enumerate()
        .filter_map(|(at, bytes)| (bytes == b"a-name-to-find").then_some(at))
        .collect();
    for at in places {
        disk[at] ^= 1;
    }
    let mut volume = try_mount(disk).unwrap_or_else(|error| panic!("{error}"));
    let directory = find(&mut volume, "d").unwrap().node;
    assert!(matches!(
        names(&mut volume, directory),
        Err(Error::Damaged(_))
    ));
    let file = find(&mut volume, "intact").unwrap().node;
    assert_eq!(content(&mut volume, file).unwrap(), b"fine");
}

/// Reads everything that can be reached and changes a little, whatever comes of it.
fn use_up(disk: Vec<u8>) {
    let Ok(mut volume) = try_mount(disk) else {
        return;
    };
    let mut directories = vec![Node::ROOT];
    for _ in 0..20 {
        let Some(directory) = directories.pop() else {
            break;
        };
        let entries = volume
            .read_dir(directory, ext4::Cursor::START, 40)
            .unwrap_or_default();
        for entry in entries {
            let _ = volume.lookup_child(directory, &entry.name);
            let mut output = [0; 3000];
            let _ = volume.read_at(entry.node, 0, &mut output);
            let _ = volume.readlink(entry.node);
            let _ = volume.write_at(entry.node, 1_000, &output);
            let _ = volume.truncate(entry.node, 10);
            directories.push(entry.node);
        }
        let _ = volume.create(directory, b"new", 0o644);
        let _ = volume.unlink(directory, b"new");
        let _ = volume.mkdir(directory, b"newdir", 0o755);
        let _ = volume.rmdir(directory, b"newdir");
    }
    let _ = volume.statfs();
    let _ = volume.unmount();
}

/// Makes a volume with a little of everything.
fn prepared(options: &[&str]) -> Result<Vec<u8>, Error> {
    let mut volume = try_mount(make(16, options, None)).unwrap_or_else(|error| panic!("{error}"));
    let directory = volume.mkdir(Node::ROOT, b"dir", 0o755)?.node;
    for n in 0..120 {
        let name = format!("a-file-with-a-long-name-{n}");
        let file = volume.create(directory, name.as_bytes(), 0o644)?.node;
        volume.write_at(file, 0, &noise(n * 50, 1))?;
    }
    volume.symlink(Node::ROOT, b"link", b"dir/a-file-with-a-long-name-3")?;
    Ok(unmount(volume))
}

/// Damages random bytes of what is not zero and uses the volume.
fn damage_at_random(options: &[&str], rounds: u64) {
    let disk = prepared(options).expect("the volume works");
    assert_clean(&disk);
    let used: Vec<usize> = (0..disk.len()).filter(|at| disk[*at] != 0).collect();
    for seed in 1..=rounds {
        let mut damaged = disk.clone();
        let dice = noise(64, seed * 0x9E37_79B9);
        for pair in dice.chunks_exact(8).take(1 + seed as usize % 8) {
            let pick = u32::from_le_bytes([pair[0], pair[1], pair[2], 0]) as usize;
            let at = used[pick % used.len()] & !3;
            damaged[at + usize::from(pair[3] % 4)] = pair[4];
        }
        use_up(damaged);
    }
}

#[test]
fn random_damage_without_checksums_never_panics() {
    damage_at_random(&["-O", "^metadata_csum"], 60);
}

#[test]
fn random_damage_with_checksums_never_panics() {
    damage_at_random(&[], 40);
}

#[test]
#[ignore = "takes minutes"]
fn much_random_damage_never_panics() {
    damage_at_random(&["-O", "^metadata_csum"], 5_000);
    damage_at_random(&["-b", "4096", "-O", "^metadata_csum"], 2_000);
}

#[test]
fn e2fsck_itself_finds_damage() {
    let mut disk = make(16, &["-O", "^metadata_csum"], None);
    disk[SUPERBLOCK + 0x3A] |= 2;
    assert_ne!(
        check(&disk, "-fn").0,
        None,
        "the judge of these tests works"
    );
}
