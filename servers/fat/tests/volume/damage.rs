//! Volumes that are not what they should be: every one gives a reason, none a panic or an endless loop.

use std::cell::Cell;
use std::ops::Range;
use std::rc::Rc;
use std::sync::OnceLock;

use block_cache::{
    BatchDevice, BlockCache, Capacity, DeviceError, MemoryDevice, Operation, Request,
};
use fat::{Bad, Damage, Error, FileSystem, MountError};
use proptest::prelude::*;
use proto::filesystem::Existing;

use crate::image::{
    ALL, LARGE, MIDDLE, Made, ROOT, cache, clock, content, file, list, make, mount, noise, unmount,
};

fn refusal(disk: Vec<u8>) -> MountError {
    match FileSystem::mount(cache(disk), clock) {
        Ok(_) => panic!("the volume was mounted"),
        Err(error) => error,
    }
}

#[test]
fn disks_without_a_file_system_are_told() {
    for disk in [
        vec![0; 1 << 20],
        noise(1 << 20, 5),
        Vec::new(),
        vec![0; 400],
    ] {
        assert_eq!(refusal(disk), MountError::NotFat);
    }
}

#[test]
fn a_first_sector_that_makes_no_sense_names_what_does_not() {
    let with = |made: Made, at: usize, bytes: &[u8]| {
        let mut disk = make(made);
        disk[at..at + bytes.len()].copy_from_slice(bytes);
        refusal(disk)
    };
    assert_eq!(with(LARGE, 16, &[0]), MountError::Bad(Bad::Tables));
    assert_eq!(
        with(LARGE, 36, &[1, 0, 0, 0]),
        MountError::Bad(Bad::TableLength)
    );
    assert_eq!(with(LARGE, 44, &[0, 0, 0, 0]), MountError::Bad(Bad::Root));
    assert_eq!(with(LARGE, 44, &[255; 4]), MountError::Bad(Bad::Root));
    assert_eq!(with(LARGE, 42, &[1, 0]), MountError::Bad(Bad::Version));
    assert_eq!(
        with(LARGE, 32, &[9, 0, 0, 0]),
        MountError::Bad(Bad::Clusters)
    );
    assert_eq!(with(MIDDLE, 17, &[0, 0]), MountError::Bad(Bad::Root));
    assert_eq!(with(MIDDLE, 13, &[3]), MountError::NotFat);
    let cut = with(MIDDLE, 19, &[255, 255]);
    assert!(
        matches!(
            cut,
            MountError::Truncated {
                present: 10_240,
                ..
            }
        ),
        "{cut}"
    );
}

/// Where the table of FAT32 has the entry of a cluster, and where a cluster is.
fn places(disk: &[u8], cluster: usize) -> (usize, usize) {
    let word = |at: usize| usize::from(u16::from_le_bytes([disk[at], disk[at + 1]]));
    let (reserved, length) = (word(14) * 512, word(36) * 512);
    (
        reserved + cluster * 4,
        reserved + 2 * length + (cluster - 2) * 512,
    )
}

fn set_link(disk: &mut [u8], cluster: usize, to: u32) {
    let (at, _) = places(disk, cluster);
    disk[at..at + 4].copy_from_slice(&to.to_le_bytes());
}

/// A volume with a file of 5 clusters from 3 on, a directory at 8, and a file of 40 clusters from 9 on.
fn prepared() -> Vec<u8> {
    let mut volume = mount(make(LARGE));
    file(&mut volume, ROOT, "FILE", &noise(2_500, 1)).expect("made");
    volume.make_directory(ROOT, b"FOLDER", 0o755).expect("made");
    file(&mut volume, ROOT, "BIG", &noise(20_000, 1)).expect("made");
    unmount(volume)
}

#[test]
fn chains_that_lead_nowhere_are_errors_that_name_the_cluster() {
    for to in [0, 1, 0x0fff_fff7, 200_000] {
        let mut disk = prepared();
        set_link(&mut disk, 4, to);
        let mut volume = mount(disk);
        let node = volume.walk(b"/FILE").expect("found").node;
        let damage = Err(Error::Damaged(Damage::Link { cluster: 4, to }));
        assert_eq!(content(&mut volume, node), damage);
        assert_eq!(
            volume.write_at(node, 2_500, &[1; 600]),
            damage.clone().map(drop)
        );
        // It can be removed all the same.
        assert_eq!(volume.unlink(ROOT, b"FILE"), Ok(()));
        assert_eq!(volume.sync(), damage.map(drop));
        assert_eq!(volume.sync(), Ok(()));
    }
}

#[test]
fn a_chain_that_is_too_short_names_where_it_begins() {
    let mut disk = prepared();
    set_link(&mut disk, 5, 0x0fff_ffff);
    let mut volume = mount(disk);
    let node = volume.walk(b"/FILE").expect("found").node;
    let damage = Error::Damaged(Damage::Short { first: 3 });
    assert_eq!(content(&mut volume, node), Err(damage));
    assert_eq!(
        volume.truncate(node, 1_000),
        Ok(()),
        "it may be cut where it is whole"
    );
    assert_eq!(
        content(&mut volume, node),
        Ok(noise(2_500, 1)[..1_000].to_vec())
    );
}

#[test]
fn a_directory_without_end_is_told() {
    let mut disk = prepared();
    set_link(&mut disk, 8, 8);
    let (_, at) = places(&disk, 8);
    for slot in disk[at..at + 512].chunks_exact_mut(32).skip(2) {
        slot[0] = 0xe5;
    }
    let mut volume = mount(disk);
    assert_eq!(
        volume.walk(b"/FOLDER"),
        Err(Error::Damaged(Damage::Endless { first: 8 }))
    );
    let number = 8 << 32;
    let made = volume.create(number, b"X", 0o644);
    assert!(made.is_ok(), "there is room in its first cluster: {made:?}");
    assert_eq!(list(&mut volume, number).map(|all| all.len() > 1), Ok(true));
}

#[test]
fn entries_that_lead_nowhere_name_their_place() {
    for cluster in [0u32, 1, 2, 200_000] {
        let mut disk = prepared();
        let (_, at) = places(&disk, 2);
        let slot = disk[at..at + 512]
            .chunks_exact_mut(32)
            .find(|slot| slot.starts_with(b"FOLDER"))
            .expect("it is there");
        slot[26..28].copy_from_slice(&(cluster as u16).to_le_bytes());
        slot[20..22].copy_from_slice(&((cluster >> 16) as u16).to_le_bytes());
        let mut volume = mount(disk);
        let damage = Damage::Start {
            directory: 1,
            index: 1,
            cluster,
        };
        assert_eq!(volume.walk(b"/FOLDER/x"), Err(Error::Damaged(damage)));
        assert_eq!(list(&mut volume, ROOT).map(|all| all.len()), Ok(3));
        assert_eq!(
            volume.remove_directory(ROOT, b"FOLDER"),
            Err(Error::Damaged(damage))
        );
    }
    let mut disk = prepared();
    let (_, at) = places(&disk, 8);
    disk[at] = b'X';
    let damage = Damage::NoDirectory { cluster: 8 };
    assert_eq!(mount(disk).stat(8 << 32), Err(Error::Damaged(damage)));
}

#[test]
fn numbers_that_are_no_nodes_are_refused() {
    let mut volume = mount(prepared());
    for number in [
        0,
        1,
        2 << 32,
        3 << 32,
        (3 << 32) | 1,
        (1 << 32) | 700,
        (8 << 32) | 3,
        u64::MAX,
    ] {
        assert!(volume.stat(number).is_err(), "{number:#x}");
        assert!(volume.open(number).is_err(), "{number:#x}");
        assert!(volume.close(number).is_err(), "{number:#x}");
    }
}

#[test]
fn a_volume_that_was_in_use_keeps_its_mark_and_one_of_ours_goes() {
    let mut volume = mount(prepared());
    assert!(!volume.was_in_use());
    volume.create(ROOT, b"new", 0o644).expect("made");
    volume.sync().expect("synced");
    let disk = volume.into_cache().into_device().into_bytes();
    assert_eq!(disk[0x41] & 1, 1, "it is in use");
    let mut volume = mount(disk);
    assert!(volume.was_in_use());
    volume.create(ROOT, b"newer", 0o644).expect("made");
    assert_eq!(unmount(volume)[0x41] & 1, 1, "nobody has checked it");
    assert_eq!(unmount(mount(prepared()))[0x41] & 1, 0);
}

#[test]
fn a_device_that_cannot_be_written_is_unmounted_without_an_error() {
    use volume_server::Volume;
    for made in ALL {
        let mut volume = mounted(Odd {
            medium: MemoryDevice::new(make(made)),
            read_only: true,
            ..Odd::new()
        });
        // What is free is counted, and the volume's own count is another.
        Volume::space(&mut volume).expect("counted");
        assert_eq!(FileSystem::sync(&mut volume), Ok(()), "{made:?}");
        assert_eq!(FileSystem::unmount(&mut volume), Ok(()), "{made:?}");
    }
}

/// A device that cannot be written, or fails on purpose.
struct Odd {
    medium: MemoryDevice,
    read_only: bool,
    /// Sectors of which every request fails.
    fails: Vec<u64>,
    /// Whether every write fails.
    loses: Rc<Cell<bool>>,
}

impl Odd {
    fn new() -> Self {
        Self {
            medium: MemoryDevice::new(prepared()),
            read_only: false,
            fails: Vec::new(),
            loses: Rc::default(),
        }
    }
}

fn mounted(device: Odd) -> FileSystem<Odd> {
    let cache = BlockCache::new(device, Capacity::blocks(128)).expect("there is memory");
    FileSystem::mount(cache, clock).unwrap_or_else(|error| panic!("{error}"))
}

impl BatchDevice for Odd {
    fn sector_count(&self) -> u64 {
        self.medium.sector_count()
    }

    fn is_read_only(&self) -> bool {
        self.read_only
    }

    fn submit(&mut self, batch: &mut [Request<'_>]) {
        self.medium.submit(batch);
        for request in batch {
            let start = match &request.operation {
                Operation::Write { .. } if self.loses.get() => None,
                Operation::Read { start, .. } | Operation::Write { start, .. } => Some(start.0),
                Operation::Flush => continue,
            };
            let sectors = start.map(|start| start..start + request.sectors());
            let fails = |sectors| {
                self.fails
                    .iter()
                    .any(|sector| Range::contains(&sectors, sector))
            };
            if sectors.is_none_or(fails) {
                request.outcome = Err(DeviceError::Io);
            }
        }
    }
}

#[test]
fn a_device_that_cannot_be_written_is_read_and_says_why() {
    use volume_server::Volume;
    let mut volume = mounted(Odd {
        read_only: true,
        ..Odd::new()
    });
    assert_eq!(
        volume.restriction().as_deref(),
        Some("read-only because the device is")
    );
    let node = FileSystem::walk(&mut volume, b"/FILE").expect("found").node;
    assert_eq!(content(&mut volume, node), Ok(noise(2_500, 1)));
    let refused = Err(Error::ReadOnly);
    assert_eq!(
        FileSystem::create(&mut volume, ROOT, b"x", 0o644).map(drop),
        refused
    );
    assert_eq!(FileSystem::write_at(&mut volume, node, 0, b"x"), refused);
    assert_eq!(FileSystem::truncate(&mut volume, node, 0), refused);
    assert_eq!(FileSystem::unlink(&mut volume, ROOT, b"FILE"), refused);
    assert_eq!(
        FileSystem::rename(&mut volume, (ROOT, b"FILE"), (ROOT, b"y"), Existing::Keep),
        refused
    );
    assert_eq!(FileSystem::sync(&mut volume), Ok(()));
    assert_eq!(FileSystem::unmount(&mut volume), Ok(()));
}

#[test]
fn a_sector_that_cannot_be_read_is_an_error_of_its_file_only() {
    let (_, at) = places(&prepared(), 40);
    let mut volume = mounted(Odd {
        fails: vec![at as u64 / 512],
        ..Odd::new()
    });
    let node = volume.walk(b"/BIG").expect("found").node;
    assert_eq!(content(&mut volume, node), Err(Error::Device));
    let mut start = [0; 600];
    assert_eq!(volume.read_at(node, 0, &mut start), Ok(600));
    assert!(volume.walk(b"/FOLDER").is_ok());
}

#[test]
fn a_write_that_is_lost_is_told_and_nothing_is_written_after() {
    let loses = Rc::new(Cell::new(false));
    let mut volume = mounted(Odd {
        loses: Rc::clone(&loses),
        ..Odd::new()
    });
    file(&mut volume, ROOT, "before", &noise(3_000, 2)).expect("made");
    volume.sync().expect("synced");
    loses.set(true);
    volume.create(ROOT, b"after", 0o644).expect("it is kept");
    assert_eq!(volume.sync(), Err(Error::Failed));
    loses.set(false);
    let refused = volume.create(ROOT, b"later", 0o644).map(drop);
    assert_eq!(refused, Err(Error::Failed));
    assert_eq!(volume.sync(), Err(Error::Failed));
    let node = volume.walk(b"/before").expect("found").node;
    assert_eq!(content(&mut volume, node), Ok(noise(3_000, 2)));
    assert_eq!(volume.unmount(), Err(Error::Failed));
}

/// Uses everything of a volume; whatever comes of it.
fn use_up(disk: Vec<u8>) {
    let Ok(mut volume) = FileSystem::mount(cache(disk), clock) else {
        return;
    };
    let mut directories = vec![ROOT];
    let mut seen = 0;
    while let Some(directory) = directories.pop() {
        let entries = list(&mut volume, directory).unwrap_or_default();
        for (name, kind, node) in entries.into_iter().take(40) {
            seen += 1;
            if seen > 400 {
                break;
            }
            let _ = volume.lookup(directory, name.as_bytes());
            let _ = volume.open(node);
            let mut output = vec![0; 3_000];
            let _ = volume.read_at(node, 0, &mut output);
            let _ = volume.write_at(node, 1_000, &output);
            let _ = volume.truncate(node, 10);
            let _ = volume.rename(
                (directory, name.as_bytes()),
                (directory, b"renamed too"),
                Existing::Replace,
            );
            let _ = volume.rename(
                (directory, b"renamed too"),
                (ROOT, name.as_bytes()),
                Existing::Keep,
            );
            let _ = volume.close(node);
            if kind == proto::filesystem::NodeKind::Directory {
                directories.push(node);
            }
        }
        let _ = volume.create(directory, b"a new name of some length", 0o644);
        let _ = volume.unlink(directory, b"a new name of some length");
        let _ = volume.make_directory(directory, b"newdir", 0o755);
        let _ = volume.remove_directory(directory, b"newdir");
    }
    let _ = volume.sync();
    let _ = volume.unmount();
}

/// A volume of each kind with a little of everything.
fn filled(kind: usize) -> Vec<u8> {
    static FILLED: OnceLock<[Vec<u8>; 3]> = OnceLock::new();
    FILLED.get_or_init(|| ALL.map(fill))[kind].clone()
}

fn fill(made: Made) -> Vec<u8> {
    let mut volume = mount(make(made));
    let mut directory = ROOT;
    for depth in 0..3 {
        let name = format!("a directory at depth {depth}");
        directory = volume
            .make_directory(directory, name.as_bytes(), 0o755)
            .expect("made")
            .node;
        for number in 0..12 {
            let name = format!("file number {number}");
            file(&mut volume, directory, &name, &noise(number * 300, 1)).expect("made");
        }
    }
    unmount(volume)
}

/// The bytes that say how a volume is built: everything before the files' content that is not zero.
fn telling(disk: &[u8]) -> Vec<usize> {
    let noisy = |at: &usize| disk[*at] != 0;
    (0..disk.len().min(1 << 20)).filter(noisy).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 80, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_damage_never_panics_or_loops(
        kind in 0..ALL.len(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..24),
    ) {
        let mut disk = filled(kind);
        let telling = telling(&disk);
        for (at, byte) in changes {
            disk[*at.get(&telling)] = byte;
        }
        use_up(disk);
    }

    #[test]
    fn random_damage_of_the_first_sectors_never_panics_or_loops(
        kind in 0..ALL.len(),
        changes in prop::collection::vec((0..1600usize, any::<u8>()), 1..6),
    ) {
        let mut disk = filled(kind);
        for (at, byte) in changes {
            // Beyond the first sector, the start of the table.
            let at = if at < 90 { at } else { disk[14] as usize * 512 + at - 90 };
            disk[at] = byte;
        }
        use_up(disk);
    }
}
