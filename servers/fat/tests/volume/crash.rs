//! Power cuts and dying devices.

use block_cache::{
    BatchDevice, BlockCache, Capacity, DeviceError, MemoryDevice, Operation, Request, SECTOR_SIZE,
};
use fat::{Error, FileSystem};
use proto::filesystem::Existing;

use crate::image::{LARGE, MIDDLE, Made, ROOT, check, clock, content, make, mount, seen};

/// A device that loses power, or dies, after a number of batches. Writes since the last flush are kept apart, and a power
/// cut keeps some of them, sector by sector.
struct Mortal {
    medium: MemoryDevice,
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

    /// What is on the disk after power failed.
    fn power_cut(self, seed: u64) -> Vec<u8> {
        let (mut disk, mut dice) = (self.durable, seed);
        for (sector, bytes) in self.volatile {
            for (piece, sector) in bytes.chunks(SECTOR_SIZE).zip(sector..) {
                dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                if dice >> 63 == 1 {
                    let at = sector as usize * SECTOR_SIZE;
                    disk[at..at + piece.len()].copy_from_slice(piece);
                }
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
            .any(|request| !matches!(request.operation, Operation::Read { .. }));
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

fn started(disk: Vec<u8>, batches: u32) -> FileSystem<Mortal> {
    let cache = BlockCache::new(Mortal::new(disk, batches), Capacity::blocks(128));
    FileSystem::mount(cache.expect("there is memory"), clock).expect("it mounts")
}

/// Works on a volume until the device dies; returns how many rounds were synced, and the device.
fn work(disk: Vec<u8>, batches: u32) -> (u32, Mortal) {
    let mut volume = started(disk, batches);
    let mut synced = 0;
    for round in 0..30 {
        if one_round(&mut volume, round).is_err() {
            break;
        }
        synced = round + 1;
    }
    (synced, volume.into_cache().into_device())
}

/// Makes a directory with files, replaces a file, shortens another, removes an older directory, and syncs.
fn one_round(volume: &mut FileSystem<Mortal>, round: u32) -> Result<(), Error> {
    let name = format!("directory {round}");
    let directory = volume.make_directory(ROOT, name.as_bytes(), 0o755)?.node;
    for number in 0..5 {
        let name = format!("file {number}");
        let file = volume.create(directory, name.as_bytes(), 0o644)?.node;
        volume.write_at(file, 0, &vec![round as u8; 2_500])?;
        if number == 3 {
            volume.sync()?;
            volume.truncate(file, 700)?;
        }
    }
    let fresh = volume.create(ROOT, b"fresh", 0o644)?.node;
    volume.write_at(fresh, 0, &round.to_le_bytes())?;
    volume.rename((ROOT, b"fresh"), (ROOT, b"state"), Existing::Replace)?;
    if round >= 2 {
        let old = format!("directory {}", round - 2);
        let directory = volume.lookup(ROOT, old.as_bytes())?.node;
        for number in 0..5 {
            volume.unlink(directory, format!("file {number}").as_bytes())?;
        }
        volume.remove_directory(ROOT, old.as_bytes())?;
    }
    volume.sync()
}

/// What `fsck.vfat` says of worse than clusters that nobody uses and what follows from them.
const HARM: [&str; 12] = [
    "share",
    "Contains a free",
    "starts with a free",
    "cluster chain length is <",
    "beyond",
    "Bad",
    "bad",
    "uplicate",
    "Invalid",
    "not a directory",
    "Start does point",
    "Circular",
];

/// Checks that nothing but clusters is lost, and that what was synced is there.
fn check_survival(disk: Vec<u8>, synced: u32, cut: u32) {
    let (_, report, repaired) = check(&disk, "-a");
    for sign in HARM {
        assert!(!report.contains(sign), "cut {cut}: {report}");
    }
    let (code, again, _) = check(&repaired, "-n");
    assert_eq!(code, Some(0), "cut {cut}: {again}");
    let mut volume = mount(disk);
    let found = seen(&mut volume).expect("everything can be read");
    let Some(last) = synced.checked_sub(1) else {
        return;
    };
    if let Ok(state) = volume.lookup(ROOT, b"state") {
        let state = content(&mut volume, state.node).expect("readable");
        let round = u32::from_le_bytes(state.try_into().expect("four bytes"));
        assert!(
            round == last || round == synced,
            "{round} is not {last} or the one after"
        );
    } else {
        panic!("cut {cut}: a name that existed all the time is gone");
    }
    for number in 0..5 {
        let size = if number == 3 { 700 } else { 2_500 };
        let path = format!("/directory {last}/file {number}");
        assert_eq!(
            found.get(&path),
            Some(&Some(vec![last as u8; size])),
            "cut {cut}: {path}"
        );
    }
}

fn survive(made: Made, batches: impl Iterator<Item = u32>) {
    let disk = make(made);
    for batches in batches {
        let (synced, device) = work(disk.clone(), batches);
        check_survival(device.power_cut(u64::from(batches) * 77), synced, batches);
    }
}

#[test]
fn a_power_cut_costs_at_most_clusters_that_nobody_uses() {
    survive(LARGE, (1..220).step_by(9));
    survive(MIDDLE, (2..220).step_by(9));
}

#[test]
#[ignore = "takes minutes"]
fn power_cuts_everywhere_cost_at_most_clusters() {
    survive(LARGE, 1..400);
    survive(MIDDLE, 1..400);
}

#[test]
fn a_dead_device_gives_errors_for_ever() {
    let mut volume = started(make(LARGE), 30);
    let error = (0..).find_map(|round| one_round(&mut volume, round).err());
    assert_eq!(error, Some(Error::Gone));
    for _ in 0..3 {
        assert_eq!(volume.sync(), Err(Error::Gone));
        assert_eq!(volume.create(ROOT, b"more", 0o644), Err(Error::Gone));
    }
    assert_eq!(volume.unmount(), Err(Error::Gone));
}
