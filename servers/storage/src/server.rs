//! The interfaces `storage` and `block` over all disks.

use alloc::collections::BTreeMap;
use alloc::rc::Rc;
use alloc::vec::Vec;
use core::cell::RefCell;

use libipc::codec::List;
use libipc::codec::batch::Wake;
use libipc::task::{Arming, Doze, Reactor, Sleeper, Tasks};
use libipc::{Caller, Events, Reply};
use proto::block::{self, Access, Info};
use proto::storage::{self, Volume};

use crate::catalogue::Catalogue;
use crate::job::carry_out;
use crate::queue::{ClientPools, Clients, Job, Kind, Queue};
use crate::{Disk, SECTOR};

/// The most requests that wait for one disk: as many as rings can hold answers for.
const MAX_QUEUED: usize = 256;

/// Whether [`Storage::work`] has answered anything, or there may be more to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// It has, or there may.
    Made,
    /// Nobody has been answered, and nothing is left.
    None,
}

/// The drivers, of which some have no disk, or none yet.
pub trait Drivers<W: Wake> {
    /// What is slept by while disks are read.
    type Sleeper: Sleeper;

    /// Asks those without a disk, and gives the disks that were found.
    fn look(&mut self) -> Vec<Rc<Disk<W>>>;

    /// Gives that. Signals of others that it takes need not be kept: the server looks for everything afterwards.
    fn sleeper(&self) -> Self::Sleeper;
}

/// The storage server.
pub struct Storage<W: Wake, D> {
    drivers: D,
    disks: Vec<Served<W>>,
    catalogue: Catalogue,
    clients: Clients,
    /// Which volume a client means.
    selected: BTreeMap<u32, u32>,
    /// The requests that drivers were asked, by client.
    under_way: Tasks,
    /// Whether signals may have been lost, so that everybody is to be looked for.
    has_slept: bool,
    doze: Doze,
}

struct Served<W: Wake> {
    disk: Rc<Disk<W>>,
    queue: Queue,
}

impl<W: Wake + 'static, D: Drivers<W>> Storage<W, D> {
    /// Serves the drivers' disks, numbered in their order, to `clients`. Reads the disks' partition tables.
    pub fn new(drivers: D, clients: Vec<ClientPools>) -> Self {
        let mut storage = Self {
            drivers,
            disks: Vec::new(),
            catalogue: Catalogue::default(),
            clients: Rc::new(RefCell::new(clients)),
            selected: BTreeMap::new(),
            under_way: Tasks::default(),
            has_slept: false,
            doze: Doze::default(),
        };
        storage.find();
        storage
    }

    /// Adds the disks that drivers have found.
    fn find(&mut self) {
        let disks = self.drivers.look();
        if disks.is_empty() {
            return;
        }
        self.catalogue.extend(&disks, &self.drivers.sleeper());
        let served = disks.into_iter().map(|disk| Served {
            disk,
            queue: Queue::new(),
        });
        self.disks.extend(served);
        self.has_slept = true;
    }

    /// Answers what the drivers have answered, and asks them what is queued. Afterwards the drivers wake this server
    /// by what they answer next.
    pub fn work(&mut self) -> Progress {
        let mut answered = 0;
        loop {
            for Served { disk, .. } in &self.disks {
                disk.submitter.turn();
            }
            answered += self.under_way.run() + self.start();
            let submitters = self.disks.iter().map(|served| &served.disk.submitter);
            let busy = submitters.filter(|submitter| submitter.outstanding() != 0);
            if self.doze.over(busy.map(|one| one as &dyn Reactor)) == Arming::Armed {
                break;
            }
        }
        match (answered, core::mem::take(&mut self.has_slept)) {
            (0, false) => Progress::None,
            _ => Progress::Made,
        }
    }

    /// Begins with what is queued, a disk's requests in their order, as far as there is room. Tells how many were
    /// answered at once.
    fn start(&mut self) -> usize {
        let mut answered = 0;
        for Served { disk, queue } in &mut self.disks {
            let has_room = |job: &mut Job| {
                let (side, length) = job.needs();
                disk.has_room(side, length)
            };
            while let Some(job) = queue.pop_front_if(has_room) {
                if !job.reply.is_wanted() {
                    continue;
                }
                let (before, client) = (self.under_way.len(), job.client);
                let job = carry_out(Rc::clone(disk), Rc::clone(&self.clients), job);
                self.under_way.spawn(client, job);
                answered += usize::from(self.under_way.len() == before);
            }
        }
        answered
    }

    /// Returns the volume that a client means, and its disk.
    fn volume(&self, caller: Caller) -> Result<(&Volume, &Disk<W>), block::Error> {
        let number = self.selected.get(&caller.client());
        let number = number.ok_or(block::Error::NoVolume)?;
        let volume = self.catalogue.volumes.get(*number as usize);
        let volume = volume.ok_or(block::Error::NoVolume)?;
        let disk = self.disk(volume).ok_or(block::Error::NoVolume)?;
        if disk.is_gone() {
            return Err(block::Error::Gone);
        }
        Ok((volume, disk))
    }

    fn disk(&self, volume: &Volume) -> Option<&Disk<W>> {
        let served = self.disks.get(volume.disk as usize);
        served.map(|served| &*served.disk)
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
        let clients = self.clients.borrow();
        let pools = clients.iter().find(|pools| pools.client == client);
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
        let job = Job {
            client: caller.client(),
            kind,
            sector,
            sectors,
            offset,
            reply,
        };
        self.enqueue(disk, job);
    }

    fn enqueue(&mut self, disk: usize, job: Job) {
        let served = self.disks.get_mut(disk);
        match served.filter(|served| served.queue.len() < MAX_QUEUED) {
            Some(served) => served.queue.push_back(job),
            None => job.reply.fail(block::Error::Device),
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

impl<W: Wake + 'static, D: Drivers<W>> storage::Server for Storage<W, D> {
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
        if self.disk(wanted).is_none_or(Disk::is_gone) {
            return Err(storage::Error::Gone);
        }
        self.selected.insert(caller.client(), volume);
        Ok(())
    }

    fn look(&mut self, _: Caller) -> u32 {
        self.find();
        self.disks.len() as u32
    }
}

impl<W: Wake + 'static, D: Drivers<W>> block::Server for Storage<W, D> {
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
        let job = Job {
            client: caller.client(),
            kind: Kind::Flush,
            sector: 0,
            sectors: 0,
            offset: 0,
            reply,
        };
        self.enqueue(disk, job);
    }
}

impl<W: Wake + 'static, D> Events for Storage<W, D> {
    /// Lets others have the volume of a client that is gone, forgets its pools and cancels what it asked. A client that
    /// loses one of its connections loses both. It may also be a driver.
    fn client_gone(&mut self, client: Caller) {
        let number = client.client();
        self.selected.remove(&number);
        for Served { disk, queue } in &mut self.disks {
            queue.retain(|job| job.client != number);
            disk.note_gone(client);
        }
        self.under_way.drop_all(number);
        self.clients
            .borrow_mut()
            .retain(|pools| pools.client != number);
    }
}
