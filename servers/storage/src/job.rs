//! One request for a disk: from the client's pool to the driver's and back.

use alloc::rc::Rc;

use libipc::codec::batch::Wake;
use libipc::ring::{Descriptor, Pool, Untrusted};
use libipc::submit::{Room, Side};
use proto::block::Error;

use crate::queue::{Clients, Job, Kind};
use crate::{Disk, SECTOR};

/// Has a request carried out, and answers it. What was read is copied to its client first.
pub(crate) async fn carry_out<W: Wake>(disk: Rc<Disk<W>>, clients: Clients, job: Job) {
    let outcome = attempt(&disk, &clients, &job).await;
    job.reply.answer(outcome);
}

async fn attempt<W: Wake>(disk: &Disk<W>, clients: &Clients, job: &Job) -> Result<(), Error> {
    if disk.is_gone() {
        return Err(Error::Gone);
    }
    let length = job.sectors.checked_mul(SECTOR).ok_or(Error::BadLength)?;
    let room = |side| disk.submitter.room(side, length).ok_or(Error::BadLength);
    let submits = disk.submits();
    let (sector, sectors) = (job.sector, job.sectors);
    match job.kind {
        Kind::Read => {
            let room = room(Side::In)?;
            let read = submits.read(sector, sectors, room.part().offset);
            disk.judge(read.with(&room).await)?;
            deliver(disk, clients, job, &room)
        }
        Kind::Write => {
            let room = room(Side::Out)?;
            collect(disk, clients, job, &room)?;
            let write = submits.write(sector, sectors, room.part().offset);
            disk.judge(write.with(&room).await)
        }
        Kind::Flush => disk.judge(submits.flush().await),
    }
}

/// Copies what a client writes to the pool that the driver takes from.
fn collect<W: Wake>(
    disk: &Disk<W>,
    clients: &Clients,
    job: &Job,
    room: &Room<'_, W>,
) -> Result<(), Error> {
    let clients = clients.borrow();
    let client = clients.iter().find(|pools| pools.client == job.client);
    let from = client.ok_or(Error::BadBuffer)?.inward;
    copy(
        (from, job.part()),
        (&mut disk.out.borrow_mut(), room.part()),
    )
}

fn deliver<W: Wake>(
    disk: &Disk<W>,
    clients: &Clients,
    job: &Job,
    room: &Room<'_, W>,
) -> Result<(), Error> {
    let mut clients = clients.borrow_mut();
    let client = clients.iter_mut().find(|pools| pools.client == job.client);
    let pool = &mut client.ok_or(Error::BadBuffer)?.out;
    copy((disk.inward, room.part()), (pool, job.part()))
}

fn copy(
    (from, source): (Untrusted<'_>, Descriptor),
    (pool, target): (&mut Pool<'_>, Descriptor),
) -> Result<(), Error> {
    let bytes = from.part(source).map_err(|_| Error::BadBuffer)?;
    pool.copy_from(target, bytes).map_err(|_| Error::BadBuffer)
}
