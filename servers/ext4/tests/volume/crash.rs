//! Power cuts and dying devices.

use block_cache::{
    BatchDevice, BlockCache, Capacity, DeviceError, MemoryDevice, Operation, Request, SECTOR_SIZE,
};
use ext4::{Error, FileSystem, Node, Options};

use crate::image::{assert_clean, check, clock, content, find, make, mount, names, unmount};

const ROOT: Node = Node::ROOT;

/// A device that loses power, or dies, after a number of batches.
///
/// Writes since the last flush are kept apart, and a power cut keeps some of them. What is written as
/// one piece of up to 4 KiB is kept or lost whole, as drives promise: the format itself relies on it,
/// because the superblock has two sectors and one checksum.
struct Mortal {
    medium: MemoryDevice,
    /// First sector and content.
    volatile: Vec<(u64, Vec<u8>)>,
    durable: Vec<u8>,
    batches_left: u32,
}

impl Mortal {
    fn new(disk: Vec<u8>, batches_left: u32) -> Self {
        let durable = disk.clone();
        Self {
            medium: MemoryDevice::new(disk),
            volatile: Vec::new(),
            durable,
            batches_left,
        }
    }

    /// Returns what is on the disk after power failed.
    fn power_cut(self, seed: u64) -> Vec<u8> {
        let mut disk = self.durable;
        let mut dice = seed;
        for (sector, bytes) in self.volatile {
            dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            if dice >> 63 == 1 {
                let at = sector as usize * SECTOR_SIZE;
                disk[at..at + bytes.len()].copy_from_slice(&bytes);
            }
        }
        disk
    }

    fn note(&mut self, operation: &Operation<'_>) {
        match operation {
            Operation::Write { start, pieces } => {
                let mut sector = start.0;
                for piece in *pieces {
                    self.volatile.push((sector, piece.to_vec()));
                    sector += (piece.len() / SECTOR_SIZE) as u64;
                }
            }
            Operation::Flush => {
                for (sector, bytes) in self.volatile.drain(..) {
                    let at = sector as usize * SECTOR_SIZE;
                    self.durable[at..at + bytes.len()].copy_from_slice(&bytes);
                }
            }
            Operation::Read { .. } => {}
        }
    }
}

impl BatchDevice for Mortal {
    fn sector_count(&self) -> u64 {
        self.medium.sector_count()
    }

    fn submit(&mut self, batch: &mut [Request<'_>]) {
        let writes = batch
            .iter()
            .any(|r| !matches!(r.operation, Operation::Read { .. }));
        if writes && self.batches_left == 0 {
            for request in batch {
                request.outcome = Err(DeviceError::Gone);
            }
            return;
        }
        self.batches_left -= u32::from(writes);
        self.medium.submit(batch);
        for request in batch {
            self.note(&request.operation);
        }
    }
}

/// Works on a volume until the device dies; returns how many rounds were synced, and the device.
fn work(disk: Vec<u8>, batches: u32) -> (u32, Mortal) {
    let cache = BlockCache::new(Mortal::new(disk, batches), Capacity::blocks(256))
        .expect("there is memory");
    let options = Options {
        journal_memory: 40_000,
        ..Options::new(clock)
    };
    let Ok(mut volume) = FileSystem::mount(cache, options) else {
        return (0, Mortal::new(Vec::new(), 0));
    };
    let mut synced = 0;
    for round in 0..40 {
        if one_round(&mut volume, round).is_err() {
            break;
        }
        synced = round + 1;
    }
    let cache = volume.into_cache().expect("the cache is free");
    (synced, cache.into_device())
}

/// Makes a directory with files, replaces a file, removes an older directory, and syncs.
fn one_round(volume: &mut FileSystem<Mortal>, round: u32) -> Result<(), Error> {
    let directory = volume
        .mkdir(ROOT, format!("dir-{round}").as_bytes(), 0o755)?
        .node;
    for n in 0..6 {
        let file = volume
            .create(directory, format!("file-{n}").as_bytes(), 0o644)?
            .node;
        volume.write_at(file, 0, &vec![round as u8; 2_500])?;
    }
    let fresh = volume.create(ROOT, b"fresh", 0o644)?.node;
    volume.write_at(fresh, 0, &round.to_le_bytes())?;
    volume.rename((ROOT, b"fresh"), (ROOT, b"state"), ext4::Existing::Replace)?;
    if round >= 3 {
        let old = format!("dir-{}", round - 3);
        let directory = volume.lookup_child(ROOT, old.as_bytes())?.node;
        for n in 0..6 {
            volume.unlink(directory, format!("file-{n}").as_bytes())?;
        }
        volume.rmdir(ROOT, old.as_bytes())?;
    }
    volume.sync()
}

/// Checks that the volume is whole and holds at least what was synced.
fn check_survival(disk: Vec<u8>, synced: u32) {
    // The host replays the journal and finds nothing else to do.
    let (code, report) = check(&disk, "-fp");
    assert!(matches!(code, Some(0 | 1)), "{report}");
    assert!(!report.contains("UNEXPECTED"), "{report}");
    // So do we.
    let mut volume = mount(disk);
    if let Some(last) = synced.checked_sub(1) {
        let state = find(&mut volume, "state").expect("synced").node;
        let state = content(&mut volume, state).expect("readable");
        let round = u32::from_le_bytes(state.try_into().expect("four bytes"));
        assert!(
            round == last || round == synced,
            "{round} is not {last} or the one after"
        );
        let directory = find(&mut volume, &format!("dir-{last}"))
            .expect("synced")
            .node;
        for n in 0..6 {
            let file = volume.lookup_child(directory, format!("file-{n}").as_bytes());
            let file = file.expect("synced").node;
            assert_eq!(
                content(&mut volume, file).expect("readable"),
                [last as u8; 2_500]
            );
        }
    }
    assert!(names(&mut volume, ROOT).is_ok());
    assert_clean(&unmount(volume));
}

fn survive(disk: &[u8], batches: impl Iterator<Item = u32>) {
    for batches in batches {
        let (synced, device) = work(disk.to_vec(), batches);
        if device.durable.is_empty() {
            continue;
        }
        check_survival(device.power_cut(u64::from(batches) * 77), synced);
    }
}

#[test]
fn synced_changes_survive_a_power_cut_at_any_time() {
    survive(&make(16, &[], None), (8..200).step_by(17));
}

#[test]
#[ignore = "takes minutes"]
fn synced_changes_survive_power_cuts_everywhere() {
    survive(&make(16, &[], None), 1..250);
    survive(&make(24, &["-b", "4096"], None), 1..250);
}

#[test]
fn dead_device_gives_errors_for_ever() {
    let disk = make(16, &[], None);
    let cache =
        BlockCache::new(Mortal::new(disk, 30), Capacity::blocks(256)).expect("there is memory");
    let mut volume = FileSystem::mount(cache, Options::new(clock)).expect("it lives yet");
    let error = (0..).find_map(|round| one_round(&mut volume, round).err());
    assert_eq!(error, Some(Error::Gone));
    for _ in 0..3 {
        assert_eq!(volume.sync(), Err(Error::Gone));
        assert_eq!(volume.create(ROOT, b"more", 0o644).err(), Some(Error::Gone));
    }
    assert_eq!(volume.unmount(), Err(Error::Gone));
    assert_eq!(volume.sync(), Err(Error::Gone));
}
