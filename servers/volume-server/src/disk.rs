//! A volume behind the storage server's ring, as the block cache wants it.
//!
//! One batch of the cache is one batch on the ring, or a few if the pools cannot hold it or a
//! request is longer than the server takes. Data is copied once between the cache and the pools,
//! because a cache block must not change while somebody reads it, which shared memory may.

use alloc::vec::Vec;

use block_cache::{BatchDevice, DeviceError, Operation, Request};
use libipc::codec::batch::{ClientRing, Ticket, Wake};
use libipc::ring::{Descriptor, Pool, Untrusted};
use libipc::{Error, Transport};
use proto::block::{self, Access, Batch, Client};

use crate::pieces;

const SECTOR: u32 = block_cache::SECTOR_SIZE as u32;

/// A volume behind a ring.
pub struct RingDisk<W> {
    ring: ClientRing<'static, W>,
    inward: Untrusted<'static>,
    out: Pool<'static>,
    sectors: u64,
    /// The most bytes in one call.
    longest: u32,
    access: Access,
    /// Set for ever once the ring failed.
    gone: Option<DeviceError>,
}

/// A part of a request that one call of the interface carries.
struct Call {
    request: usize,
    /// Where it begins in the request's bytes.
    at: usize,
    part: Descriptor,
    ticket: Ticket<(), block::Error>,
}

/// Calls that travel together.
#[derive(Default)]
struct Trip {
    batch: Batch,
    calls: Vec<Call>,
    /// Bytes taken of the pool that the server fills, and of ours.
    taken: (u32, u32),
}

impl<W: Wake> RingDisk<W> {
    /// Opens the volume that was selected for `client`. The pools are what the server fills, and
    /// what it takes from.
    ///
    /// # Errors
    /// The server has no volume for this client, or is gone.
    pub fn open<T: Transport>(
        client: &Client<T>,
        ring: ClientRing<'static, W>,
        (inward, out): (Untrusted<'static>, Pool<'static>),
    ) -> Result<Self, Error<block::Error>> {
        let info = client.info()?;
        let pool = inward.len().min(out.len()) / SECTOR as usize;
        let most = info
            .max_sectors
            .min(u32::try_from(pool).unwrap_or(u32::MAX));
        if info.sector_size != SECTOR || most == 0 {
            return Err(Error::Server(block::Error::BadBuffer));
        }
        Ok(Self {
            ring,
            inward,
            out,
            sectors: info.sectors,
            longest: most.saturating_mul(SECTOR),
            access: info.access,
            gone: None,
        })
    }

    /// Adds one request to trips; those that are full are made.
    fn add(&mut self, trip: &mut Trip, batch: &mut [Request<'_>], request: usize) {
        let Some(Request { operation, .. }) = batch.get(request) else {
            return;
        };
        let length = match operation {
            Operation::Read { pieces, .. } => pieces::length(pieces),
            Operation::Write { pieces, .. } => pieces::length(pieces),
            Operation::Flush => return self.add_call(trip, batch, request, (0, 0)),
        };
        let mut at = 0;
        while at < length {
            let step = (length - at).min(self.longest as usize);
            self.add_call(trip, batch, request, (at, step as u32));
            at += step;
        }
    }

    /// Adds one call; a trip that has no room for it is made first.
    fn add_call(
        &mut self,
        trip: &mut Trip,
        batch: &mut [Request<'_>],
        request: usize,
        (at, length): (usize, u32),
    ) {
        if self.try_call(trip, batch, request, (at, length)).is_none() {
            self.make(core::mem::take(trip), batch);
            // An empty trip holds any call; if not, the request keeps its failure.
            let _ = self.try_call(trip, batch, request, (at, length));
        }
    }

    fn try_call(
        &mut self,
        trip: &mut Trip,
        batch: &mut [Request<'_>],
        request: usize,
        (at, length): (usize, u32),
    ) -> Option<()> {
        let sectors = length / SECTOR;
        let further = (at / SECTOR as usize) as u64;
        let (part, ticket) = match &batch.get(request)?.operation {
            Operation::Read { start, .. } => {
                let part = take(&mut trip.taken.0, length, self.inward.len())?;
                (
                    part,
                    trip.batch.read(start.0 + further, sectors, part.offset),
                )
            }
            Operation::Write { start, pieces } => {
                let part = take(&mut trip.taken.1, length, self.out.len())?;
                pieces::store(pieces, at, part, &mut self.out).ok()?;
                (
                    part,
                    trip.batch.write(start.0 + further, sectors, part.offset),
                )
            }
            Operation::Flush => (Descriptor::default(), trip.batch.flush()),
        };
        let ticket = ticket.ok()?;
        trip.calls.push(Call {
            request,
            at,
            part,
            ticket,
        });
        Some(())
    }

    /// Makes a trip and sets the outcomes of the requests that it carried parts of.
    fn make(&mut self, trip: Trip, batch: &mut [Request<'_>]) {
        if trip.calls.is_empty() {
            return;
        }
        let outcomes = match self.gone {
            None => trip.batch.run(&mut self.ring).ok(),
            Some(_) => None,
        };
        if outcomes.is_none() {
            self.gone = Some(DeviceError::Gone);
        }
        for call in trip.calls {
            let Some(request) = batch.get_mut(call.request) else {
                continue;
            };
            let mut outcome = match &outcomes {
                Some(outcomes) => outcomes.of(call.ticket).map_err(device_error),
                None => Err(DeviceError::Gone),
            };
            if let (Ok(()), Operation::Read { pieces, .. }) = (outcome, &mut request.operation) {
                let filled = pieces::fill(pieces, call.at, call.part, self.inward);
                outcome = filled.map_err(|_| DeviceError::Io);
            }
            // The first part decides; later ones can only make it worse.
            request.outcome = match call.at {
                0 => outcome,
                _ => request.outcome.and(outcome),
            };
        }
    }
}

impl<W: Wake> BatchDevice for RingDisk<W> {
    fn sector_count(&self) -> u64 {
        self.sectors
    }

    fn is_read_only(&self) -> bool {
        self.access == Access::ReadOnly
    }

    fn submit(&mut self, batch: &mut [Request<'_>]) {
        let mut trip = Trip::default();
        for request in 0..batch.len() {
            self.add(&mut trip, batch, request);
        }
        self.make(trip, batch);
    }
}

/// Takes bytes from the front of what is left of a pool.
fn take(taken: &mut u32, length: u32, pool: usize) -> Option<Descriptor> {
    let offset = *taken;
    let end = offset.checked_add(length)?;
    if end as usize > pool {
        return None;
    }
    *taken = end;
    Some(Descriptor { offset, length })
}

fn device_error(error: Error<block::Error>) -> DeviceError {
    use libipc::TransportError::Dead;
    match error {
        Error::Server(block::Error::ReadOnly) => DeviceError::ReadOnly,
        Error::Server(block::Error::Gone | block::Error::NoVolume) | Error::Transport(Dead) => {
            DeviceError::Gone
        }
        _ => DeviceError::Io,
    }
}
