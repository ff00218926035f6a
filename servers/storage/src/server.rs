//! The interfaces `storage` and `block` over all disks.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use libipc::codec::List;
use libipc::codec::batch::Wake;
use libipc::{Caller, Events, Reply};
use proto::block::{self, Access, Info};
use proto::storage::{self, Volume};

use crate::catalogue::Catalogue;
use crate::queue::{ClientPools, Job, Kind, Queue};
use crate::{Disk, SECTOR, batch};

/// The most requests that wait for a batch: as many as rings can hold answers for.
const MAX_QUEUED: usize = 256;

/// Whether [`Storage::work`] has answered anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// It has.
    Made,
    /// Nothing was queued.
    None,
}

/// The storage server.
pub struct Storage<W> {
    disks: Vec<Disk<W>>,
    catalogue: Catalogue,
    clients: Vec<ClientPools>,
    /// Which volume a client means.
    selected: BTreeMap<u32, u32>,
    queue: Queue,
}

impl<W: Wake> Storage<W> {
    /// Serves `disks`, numbered in their order, to `clients`. Reads the disks' partition tables.
    pub fn new(mut disks: Vec<Disk<W>>, clients: Vec<ClientPools>) -> Self {
        let mut catalogue = Catalogue::default();
        for disk in &mut disks {
            catalogue.add(disk);
        }
        Self {
            disks,
            catalogue,
            clients,
            selected: BTreeMap::new(),
            queue: Queue::new(),
        }
    }

    /// Carries out everything that is queued.
    pub fn work(&mut self) -> Progress {
        if self.queue.is_empty() {
            return Progress::None;
        }
        while let Some(job) = self.queue.front() {
            let Some(disk) = self.disks.get_mut(job.disk) else {
                self.queue.clear();
                break;
            };
            batch::run(disk, &mut self.queue, &mut self.clients);
        }
        Progress::Made
    }

    /// Returns the volume that a client means, and its disk.
    fn volume(&self, caller: Caller) -> Result<(&Volume, &Disk<W>), block::Error> {
        let number = self.selected.get(&caller.client());
        let number = number.ok_or(block::Error::NoVolume)?;
        let volume = self.catalogue.volumes.get(*number as usize);
        let volume = volume.ok_or(block::Error::NoVolume)?;
        let disk = self.disks.get(volume.disk as usize);
        let disk = disk.ok_or(block::Error::NoVolume)?;
        if disk.is_gone() {
            return Err(block::Error::Gone);
        }
        Ok((volume, disk))
    }

    /// Checks a read or write against volume and pools. Returns the disk and the sector on it.
    fn check(
        &self,
        caller: Caller,
        kind: Kind,
        (sector, sectors, offset): (u64, u32, u32),
    ) -> Result<(usize, u64), block::Error> {
        let (volume, disk) = self.volume(caller)?;
        if kind == Kind::Write && volume.access == Access::ReadOnly {
            return Err(block::Error::ReadOnly);
        }
        if sectors == 0 || sectors > disk.info().max_sectors {
            return Err(block::Error::BadLength);
        }
        let end = sector.checked_add(sectors.into());
        if end.is_none_or(|end| end > volume.sectors) {
            return Err(block::Error::OutOfRange);
        }
        let pool = self.pool_length(caller.client(), kind);
        let inside = u64::from(offset) + u64::from(sectors) * u64::from(SECTOR) <= pool;
        if !inside || !offset.is_multiple_of(SECTOR) {
            return Err(block::Error::BadBuffer);
        }
        Ok((volume.disk as usize, volume.start + sector))
    }

    fn pool_length(&self, client: u32, kind: Kind) -> u64 {
        let pools = self.clients.iter().find(|pools| pools.client == client);
        pools.map_or(0, |pools| match kind {
            Kind::Read => pools.out.len(),
            Kind::Write | Kind::Flush => pools.inward.len(),
        } as u64)
    }

    fn transfer(
        &mut self,
        caller: Caller,
        kind: Kind,
        place: (u64, u32, u32),
        reply: Reply<(), block::Error>,
    ) {
        let (disk, sector) = match self.check(caller, kind, place) {
            Ok(found) => found,
            Err(error) => return reply.fail(error),
        };
        let (_, sectors, offset) = place;
        self.enqueue(Job {
            client: caller.client(),
            disk,
            kind,
            sector,
            sectors,
            offset,
            reply,
        });
    }

    fn enqueue(&mut self, job: Job) {
        if self.queue.len() < MAX_QUEUED {
            self.queue.push_back(job);
        } else {
            job.reply.fail(block::Error::Device);
        }
    }

    /// Whether another client uses sectors of the volume.
    fn is_taken(&self, caller: Caller, wanted: &Volume) -> bool {
        self.selected.iter().any(|(client, number)| {
            let used = self.catalogue.volumes.get(*number as usize);
            *client != caller.client() && used.is_some_and(|used| overlap(used, wanted))
        })
    }
}

fn overlap(a: &Volume, b: &Volume) -> bool {
    a.disk == b.disk && a.start < b.start + b.sectors && b.start < a.start + a.sectors
}

impl<W: Wake> storage::Server for Storage<W> {
    fn disks(&mut self, _: Caller, first: u32) -> List<storage::Disk, 6> {
        let disks = self.catalogue.disks.iter().skip(first as usize);
        disks.take(6).cloned().collect()
    }

    fn volumes(&mut self, _: Caller, first: u32) -> List<Volume, 6> {
        let volumes = self.catalogue.volumes.iter().skip(first as usize);
        volumes.take(6).cloned().collect()
    }

    fn select(&mut self, caller: Caller, volume: u32) -> Result<(), storage::Error> {
        let wanted = self.catalogue.volumes.get(volume as usize);
        let wanted = wanted.ok_or(storage::Error::UnknownVolume)?;
        if self.is_taken(caller, wanted) {
            return Err(storage::Error::Taken);
        }
        let disk = self.disks.get(wanted.disk as usize);
        if disk.is_none_or(Disk::is_gone) {
            return Err(storage::Error::Gone);
        }
        self.selected.insert(caller.client(), volume);
        Ok(())
    }
}

impl<W: Wake> block::Server for Storage<W> {
    fn info(&mut self, caller: Caller) -> Result<Info, block::Error> {
        let (volume, disk) = self.volume(caller)?;
        Ok(Info {
            sectors: volume.sectors,
            ..disk.info()
        })
    }

    fn read(
        &mut self,
        caller: Caller,
        sector: u64,
        sectors: u32,
        offset: u32,
        reply: Reply<(), block::Error>,
    ) {
        self.transfer(caller, Kind::Read, (sector, sectors, offset), reply);
    }

    fn write(
        &mut self,
        caller: Caller,
        sector: u64,
        sectors: u32,
        offset: u32,
        reply: Reply<(), block::Error>,
    ) {
        self.transfer(caller, Kind::Write, (sector, sectors, offset), reply);
    }

    fn flush(&mut self, caller: Caller, reply: Reply<(), block::Error>) {
        let disk = match self.volume(caller) {
            Ok((volume, _)) => volume.disk as usize,
            Err(error) => return reply.fail(error),
        };
        self.enqueue(Job {
            client: caller.client(),
            disk,
            kind: Kind::Flush,
            sector: 0,
            sectors: 0,
            offset: 0,
            reply,
        });
    }
}

impl<W: Wake> Events for Storage<W> {
    /// Lets others have the volume of a client that is gone, and forgets its pools and what it asked. A client that loses
    /// one of its connections loses both.
    fn client_gone(&mut self, client: Caller) {
        let number = client.client();
        self.selected.remove(&number);
        self.queue.retain(|job| job.client != number);
        self.clients.retain(|pools| pools.client != number);
    }
}
