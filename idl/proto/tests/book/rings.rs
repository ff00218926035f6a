//! What stands in the chapter on rings.

use std::error::Error as AnyError;
use std::num::NonZeroU32;
use std::rc::Rc;

use libipc::codec::batch::ClientRing;
use libipc::lend::Borrower;
use libipc::ring::{RingClient, RingEnds, RingService, Runs};
use libipc::submit::{NO_DEADLINE, Side, Submitter};
use libipc::task::{Doze, Reactor, Sleeper, Tasks, block_on};
use libipc::{Caller, Never, Reply, Startup};
use libipc_mock::{HostRing, Idle, InProcess, Mock};
use proto::block::{self, Error, Submits};

use super::disk::Disk;

type Outcome = Result<(), Box<dyn AnyError>>;
type Done = Reply<(), Error>;
type Server = InProcess<block::Dispatcher<Disk>>;
type Ring = ClientRing<'static, Server>;

/// A disk whose sectors are numbered, and a ring to it.
fn disk() -> (Ring, Server, HostRing) {
    let memory = HostRing::new(8, 8192, 8192);
    let caller = Caller::new(1, 0);
    let mut borrower = Borrower::default();
    assert!(borrower.add(caller, memory.pools()));
    let sectors = (0..1000 * 512).map(|byte| (byte / 512) as u8).collect();
    let disk = block::Dispatcher(Disk { sectors, borrower });
    let (ring, server) = memory.connect(disk, caller);
    (ring, server, memory)
}

/// What a program does; there is a start-up page only on a machine.
fn read_two(env: &Startup) -> Outcome {
    let mut disk = RingClient::open(env, "block").expect("the manifest gives a ring");
    let mut batch = block::Batch::new();
    let first = batch.read(0, 8, 0)?; // 8 sectors from sector 0 to the pool's start
    let second = batch.read(800, 8, 4096)?;
    let outcomes = batch.run(&mut disk.ring)?; // one doorbell; waits for both
    outcomes.of(first)?;
    outcomes.of(second)?;
    Ok(())
}

#[test]
fn two_reads_are_one_batch() -> Outcome {
    let _on_a_machine: fn(&Startup) -> _ = read_two;
    let (mut ring, _server, memory) = disk();
    let mut batch = block::Batch::new();
    let first = batch.read(0, 8, 0)?;
    let second = batch.read(800, 8, 4096)?;
    let beyond = batch.read(1000, 1, 0)?;
    let outcomes = batch.run(&mut ring)?;
    assert_eq!((outcomes.of(first), outcomes.of(second)), (Ok(()), Ok(())));
    assert_eq!(
        outcomes.of(beyond),
        Err(libipc::Error::Server(Error::OutOfRange))
    );
    let inward = memory.lender().inward().ok_or("it has a pool")?;
    assert_eq!(inward.number_at(4096)?.to_le_bytes(), [800_u32 as u8; 4]);
    Ok(())
}

/// The server runs while its client sleeps.
struct Turn(Server, Doze);

impl Sleeper for Turn {
    fn doze(&self) -> &Doze {
        &self.1
    }

    fn now_ns(&self) -> u64 {
        0
    }

    fn sleep(&self, _: u64) {
        self.0.run();
    }
}

fn runs() -> Option<Runs> {
    NonZeroU32::new(512).map(|block| Runs::new(8192, block))
}

#[test]
fn requests_end_on_their_own() {
    let (ring, server, _memory) = disk();
    let (out_runs, inward_runs, deadline_ns) = (runs(), runs(), NO_DEADLINE);
    let disk = Submitter::new(ring).lending(out_runs, inward_runs);
    let both = async {
        let room = disk.room(Side::In, 4096).expect("a part of the pool");
        let read = Submits(&disk).read(0, 8, room.part().offset);
        let read = read.with(&room).until(deadline_ns);
        let flush = Submits(&disk).flush();
        let (read, flush) = (read.await?, flush.await?);
        Ok::<_, libipc::Error<Error>>((read, flush))
    };
    let sleeper = Turn(server, Doze::default());
    assert_eq!(block_on(&sleeper, &[&disk], both), Ok(((), ())));
}

/// What a program does; there is a start-up page only on a machine.
fn serve(env: &Startup, driver: Disk) -> Never {
    let ring = RingEnds::served(env).next();
    RingService::new(block::Dispatcher(driver))
        .with(ring.expect("the manifest gives a ring"))
        .serve(env.endpoint("block"))
}

/// Another server's disk.
struct Driver(Submitter<Server>);

impl Driver {
    async fn read(&self, sector: u64, sectors: u32, offset: u32) -> Result<(), Error> {
        let read = Submits(&self.0).read(sector, sectors, offset).await;
        read.map_err(|_| Error::Device)
    }
}

/// A server that is a client of another one.
struct Between {
    disk: Rc<Driver>,
    tasks: Tasks,
}

impl Between {
    fn turn(&mut self) {
        self.disk.0.turn();
        self.tasks.run();
    }
}

impl block::Server for Between {
    fn info(&mut self, _: Caller) -> Result<block::Info, Error> {
        Err(Error::Device)
    }

    fn read(&mut self, caller: Caller, sector: u64, sectors: u32, offset: u32, reply: Done) {
        let disk = Rc::clone(&self.disk);
        self.tasks.spawn(caller.client(), async move {
            reply.answer(disk.read(sector, sectors, offset).await);
        });
    }

    fn write(&mut self, _: Caller, _: u64, _: u32, _: u32, reply: Done) {
        reply.answer(Err(Error::Device));
    }

    fn flush(&mut self, _: Caller, reply: Done) {
        reply.answer(Err(Error::Device));
    }
}

#[test]
fn a_server_goes_on_while_it_waits_for_another() {
    let _on_a_machine: fn(&Startup, Disk) -> Never = serve;
    let (ring, driver, memory) = disk();
    let between = Between {
        disk: Rc::new(Driver(Submitter::new(ring))),
        tasks: Tasks::default(),
    };
    let server = Mock::new(block::Dispatcher(between));
    server.when_idle(move |server| {
        server.0.turn();
        driver.run();
        server.0.turn();
        Idle::Progress
    });
    let client = block::Client::new(server.connect(1));
    assert_eq!(client.read(7, 1, 512), Ok(()));
    let inward = memory.lender().inward().expect("it has a pool");
    assert_eq!(inward.number_at(512), Ok(0x0707_0707));
    assert_eq!(
        client.read(1000, 1, 0),
        Err(libipc::Error::Server(Error::Device))
    );
}
