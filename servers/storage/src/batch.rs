//! One batch for one disk: from the queue to the driver and back.

use alloc::vec::Vec;

use libipc::codec::batch::{Outcomes, Ticket, Wake};
use libipc::ring::Descriptor;
use proto::block::{Batch, Error};

use crate::queue::{ClientPools, Job, Kind, Queue};
use crate::space::Space;
use crate::{Disk, SECTOR};

/// A request in the batch and its place in the pools shared with the driver.
struct Passenger {
    job: Job,
    part: Descriptor,
    ticket: Ticket<(), Error>,
}

/// Takes requests for one disk from the front of the queue until one does not fit or is for another
/// disk, has them carried out, and answers them. At least one is answered if there is one.
pub(crate) fn run<W: Wake>(disk: &mut Disk<W>, queue: &mut Queue, clients: &mut [ClientPools]) {
    let mut batch = Batch::new();
    let mut passengers = Vec::new();
    let mut spaces = disk.spaces();
    let number = queue.front().map(|job| job.disk);
    while let Some(job) = queue.pop_front_if(|job| Some(job.disk) == number) {
        match board(disk, clients, &job, &mut spaces, &mut batch) {
            Some((part, ticket)) => passengers.push(Passenger { job, part, ticket }),
            // It would not fit into the next batch either.
            None if passengers.is_empty() => job.reply.fail(Error::BadLength),
            None => {
                queue.push_front(job);
                break;
            }
        }
    }
    let outcomes = disk.run(&batch);
    for passenger in passengers {
        finish(disk, clients, passenger, outcomes.as_ref());
    }
}

/// Adds a request to the batch; nothing if there is no room.
fn board<W: Wake>(
    disk: &mut Disk<W>,
    clients: &[ClientPools],
    job: &Job,
    (inward, out): &mut (Space, Space),
    batch: &mut Batch,
) -> Option<(Descriptor, Ticket<(), Error>)> {
    let length = job.sectors.checked_mul(SECTOR)?;
    let (part, ticket) = match job.kind {
        Kind::Read => {
            let part = inward.take(length)?;
            (part, batch.read(job.sector, job.sectors, part.offset))
        }
        Kind::Write => {
            let part = out.take(length)?;
            let client = clients.iter().find(|pools| pools.client == job.client)?;
            let bytes = client.inward.part(job.part()).ok()?;
            disk.out.copy_from(part, bytes).ok()?;
            (part, batch.write(job.sector, job.sectors, part.offset))
        }
        Kind::Flush => (out.take(0)?, batch.flush()),
    };
    Some((part, ticket.ok()?))
}

/// Answers a request; what was read is copied to its client first.
fn finish<W: Wake>(
    disk: &Disk<W>,
    clients: &mut [ClientPools],
    passenger: Passenger,
    outcomes: Option<&Outcomes<'_>>,
) {
    let Passenger { job, part, ticket } = passenger;
    let Some(outcomes) = outcomes else {
        return job.reply.fail(Error::Gone);
    };
    let outcome = match outcomes.of(ticket) {
        Ok(()) if job.kind == Kind::Read => deliver(disk, clients, &job, part),
        Ok(()) => Ok(()),
        Err(libipc::Error::Server(error)) => Err(error),
        Err(libipc::Error::Transport(_)) => Err(Error::Device),
    };
    job.reply.answer(outcome);
}

fn deliver<W>(
    disk: &Disk<W>,
    clients: &mut [ClientPools],
    job: &Job,
    part: Descriptor,
) -> Result<(), Error> {
    let client = clients.iter_mut().find(|pools| pools.client == job.client);
    let pool = &mut client.ok_or(Error::BadBuffer)?.out;
    let bytes = disk.inward.part(part).map_err(|_| Error::BadBuffer)?;
    pool.copy_from(job.part(), bytes)
        .map_err(|_| Error::BadBuffer)
}
