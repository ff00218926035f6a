//! The `block` interface over a disk.

use heapless::{Deque, Vec};
use libipc::codec::Text;
use libipc::objects::IrqHandler;
use libipc::{Caller, Reply};
use proto::block::{Access as DiskAccess, Error, Info, Server};

use crate::device::Access;
use crate::disk::{Disk, Done, Finished, Operation, Segment, SlotId};
use crate::{Memory, Registers};

const SECTOR: u32 = 512;
/// The most sectors in one request: 1 MiB.
const MAX_SECTORS: u32 = 2048;
/// Requests that wait for a slot: as many as a ring holds.
const BACKLOG: usize = 256;
const SLOTS: usize = 64;
const SEGMENTS: usize = 2;

/// A pool of the client's ring, as the device reaches it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PoolMemory {
    /// Where it begins.
    pub physical: u64,
    /// Its length in bytes; 0 if there is none.
    pub length: u32,
}

#[derive(Clone, Copy)]
enum Kind {
    Read,
    Write,
    Flush,
}

/// A request that was checked.
struct Job {
    kind: Kind,
    sector: u64,
    segments: Vec<Segment, SEGMENTS>,
    reply: Reply<(), Error>,
}

/// The driver of one disk for one client.
pub struct Driver<R, M> {
    disk: Disk<R, M>,
    /// Where reads put data, and where writes take it.
    pools: (PoolMemory, PoolMemory),
    interrupt: IrqHandler,
    interrupt_bits: u64,
    model: Text<40>,
    under_way: [Option<Reply<(), Error>>; SLOTS],
    backlog: Deque<Job, BACKLOG>,
    gone: Option<Error>,
}

impl<R: Registers, M: Memory> Driver<R, M> {
    /// Serves `disk`, whose interrupt signals `interrupt_bits`. Reads fill the first pool, writes
    /// take from the second.
    pub fn new(
        disk: Disk<R, M>,
        pools: (PoolMemory, PoolMemory),
        (interrupt, interrupt_bits): (IrqHandler, u64),
        model: &str,
    ) -> Self {
        let model = model.chars().fold(Text::new(), |mut text, letter| {
            // What does not fit is cut off.
            let _ = text.push(letter);
            text
        });
        Self {
            disk,
            pools,
            interrupt,
            interrupt_bits,
            model,
            under_way: [const { None }; SLOTS],
            backlog: Deque::new(),
            gone: None,
        }
    }

    /// Shows the device what the last requests added; called once for a whole batch.
    pub fn ring_doorbell(&mut self) {
        self.disk.ring_doorbell();
    }

    /// Answers what the device has finished, lets its next interrupt through, and looks again: what
    /// was finished between the two raises none.
    pub fn attend(&mut self) {
        self.disk.lower_wire();
        self.collect();
        // Refused only if the interrupt was taken away; then later requests collect.
        let _ = self.interrupt.acknowledge();
        self.collect();
    }

    fn collect(&mut self) {
        loop {
            match self.disk.finished() {
                Finished::Nothing => break,
                Finished::Request(slot, done) => self.answer(slot, done),
                Finished::Broken => self.give_up(),
            }
        }
        self.start_waiting();
    }

    fn answer(&mut self, SlotId(slot): SlotId, done: Done) {
        let reply = self
            .under_way
            .get_mut(usize::from(slot))
            .and_then(Option::take);
        if let Some(reply) = reply {
            reply.answer(match done {
                Done::Ok => Ok(()),
                Done::Failed => Err(Error::Device),
            });
        }
    }

    fn give_up(&mut self) {
        self.gone = Some(Error::Gone);
        for reply in self.under_way.iter_mut().filter_map(Option::take) {
            reply.fail(Error::Gone);
        }
        while let Some(job) = self.backlog.pop_front() {
            job.reply.fail(Error::Gone);
        }
    }

    fn start_waiting(&mut self) {
        while self.disk.has_room()
            && let Some(job) = self.backlog.pop_front()
        {
            // Dropped, it answers that it was abandoned, which nobody waits for.
            if job.reply.is_wanted() {
                self.start(job);
            }
        }
    }

    fn start(&mut self, job: Job) {
        let (sector, segments) = (job.sector, &job.segments[..]);
        let operation = match job.kind {
            Kind::Read => Operation::Read { sector, segments },
            Kind::Write => Operation::Write { sector, segments },
            Kind::Flush => Operation::Flush,
        };
        let Ok(SlotId(slot)) = self.disk.add(operation) else {
            return job.reply.fail(Error::Device);
        };
        if let Some(place) = self.under_way.get_mut(usize::from(slot)) {
            *place = Some(job.reply);
        }
    }

    fn submit(&mut self, job: Job) {
        if let Some(error) = self.gone {
            return job.reply.fail(error);
        }
        if self.disk.has_room() && self.backlog.is_empty() {
            return self.start(job);
        }
        // One too many is dropped, which answers ABANDONED; a ring does not hold so many.
        let _ = self.backlog.push_back(job);
    }

    /// Checks a range of sectors and its place in a pool.
    fn check(
        &self,
        pool: PoolMemory,
        sector: u64,
        sectors: u32,
        offset: u32,
    ) -> Result<Vec<Segment, SEGMENTS>, Error> {
        if sectors == 0 || sectors > self.max_sectors() {
            return Err(Error::BadLength);
        }
        let end = sector
            .checked_add(u64::from(sectors))
            .ok_or(Error::OutOfRange)?;
        if end > self.disk.limits().sectors {
            return Err(Error::OutOfRange);
        }
        let bytes = sectors * SECTOR;
        let inside = offset
            .checked_add(bytes)
            .is_some_and(|end| end <= pool.length);
        if !inside || !offset.is_multiple_of(SECTOR) {
            return Err(Error::BadBuffer);
        }
        self.segments(pool.physical + u64::from(offset), bytes)
    }

    /// Cuts a buffer into segments that the device takes.
    fn segments(&self, physical: u64, bytes: u32) -> Result<Vec<Segment, SEGMENTS>, Error> {
        let most = self.segment_bytes();
        let mut segments = Vec::new();
        let mut done = 0;
        while done < bytes {
            let segment = Segment {
                physical: physical + u64::from(done),
                length: most.min(bytes - done),
            };
            segments.push(segment).map_err(|_| Error::BadLength)?;
            done += segment.length;
        }
        Ok(segments)
    }

    /// The device's greatest segment, in whole sectors.
    fn segment_bytes(&self) -> u32 {
        (self.disk.limits().segment_bytes / SECTOR).clamp(1, MAX_SECTORS) * SECTOR
    }

    fn max_sectors(&self) -> u32 {
        let segments = self.disk.limits().segments.min(SEGMENTS as u32);
        (self.segment_bytes() / SECTOR * segments).min(MAX_SECTORS)
    }
}

impl<R: Registers, M: Memory> Server for Driver<R, M> {
    fn info(&mut self, _: Caller) -> Result<Info, Error> {
        let limits = self.disk.limits();
        Ok(Info {
            sectors: limits.sectors,
            sector_size: SECTOR,
            max_sectors: self.max_sectors(),
            depth: u32::from(self.disk.depth()),
            access: match limits.access {
                Access::ReadWrite => DiskAccess::ReadWrite,
                Access::ReadOnly => DiskAccess::ReadOnly,
            },
            model: self.model.clone(),
        })
    }

    fn read(&mut self, _: Caller, sector: u64, sectors: u32, offset: u32, reply: Reply<(), Error>) {
        match self.check(self.pools.0, sector, sectors, offset) {
            Ok(segments) => self.submit(Job {
                kind: Kind::Read,
                sector,
                segments,
                reply,
            }),
            Err(error) => reply.fail(error),
        }
    }

    fn write(
        &mut self,
        _: Caller,
        sector: u64,
        sectors: u32,
        offset: u32,
        reply: Reply<(), Error>,
    ) {
        if self.disk.limits().access == Access::ReadOnly {
            return reply.fail(Error::ReadOnly);
        }
        match self.check(self.pools.1, sector, sectors, offset) {
            Ok(segments) => self.submit(Job {
                kind: Kind::Write,
                sector,
                segments,
                reply,
            }),
            Err(error) => reply.fail(error),
        }
    }

    fn flush(&mut self, _: Caller, reply: Reply<(), Error>) {
        if !self.disk.needs_flush() && self.gone.is_none() {
            return reply.ok(());
        }
        self.submit(Job {
            kind: Kind::Flush,
            sector: 0,
            segments: Vec::new(),
            reply,
        });
    }

    fn signal(&mut self, bits: u64) {
        if bits & self.interrupt_bits != 0 {
            self.attend();
        }
    }
}

#[cfg(test)]
#[path = "driver_tests.rs"]
mod tests;
