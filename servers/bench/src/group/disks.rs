//! Disks: what the processor executes for a request, whatever the disk takes for it.
//!
//! A disk answers in the host's time, and a machine that has nothing to execute meanwhile jumps to its next timer. So a
//! thread in another process counts turns of a loop while everything else waits, and what these turns took is taken
//! off: the rest is what client, driver and kernel executed, switches to and from that thread included. How long a turn
//! is was measured before, by two waits of which one is longer. When the disk answers differs from run to run, so
//! these figures have a spread.
//!
//! In the marked run nobody counts turns: the onlooker counts what is executed, and while the processor waits that is
//! nothing. In the place of the switches to and from that thread it sees those to waiting.

use bench::figure::{DISK_READ_4K, DISK_READ_SEQ_PER_KIB, DISK_WRITE_4K, Figure};
use bench::report::Report;
use bench::samples::{Batch, Samples};
use libipc::ring::RingClient;
use libipc::{Refusal, clock_ns};
use proto::block;
use weft_sys::measure::{begin, counter, end};

use super::Group;
use crate::check::{Outcome, done};
use crate::meter::{Run, SAMPLES, runs};
use crate::stage::Stage;
use crate::worker::{LOW, Worker};

/// One request, and many in turn.
pub(crate) const REQUESTS: Group = Group {
    figures: &[DISK_READ_4K, DISK_WRITE_4K, DISK_READ_SEQ_PER_KIB],
    run: requests,
};

/// Sectors of 4 KiB.
const SMALL: u32 = 8;
/// Sectors of 64 KiB, which is the ring's pool.
const LARGE: u32 = 128;
/// KiB that are read one behind the other.
const KIB: u32 = 256;
/// Two waits by which the length of a turn is measured, in nanoseconds.
const WAITS: [u64; 2] = [100_000, 1_100_000];

/// What a request is to do.
#[derive(Clone, Copy)]
enum Direction {
    Read,
    Write,
}

/// The disk, and the thread that runs while everybody waits for it.
struct Waiting {
    disk: RingClient,
    filler: Worker,
    turn: u64,
}

fn requests(stage: &mut Stage, report: &mut Report) -> Outcome {
    let disk = RingClient::open(&stage.env, "disk").ok_or("the image has no connection `disk`")?;
    let filler = stage.peer_worker(LOW)?;
    filler.play(stage.entries.turns)?;
    let turn = turn(stage)?;
    let mut waiting = Waiting { disk, filler, turn };
    let small = |waiting: &mut Waiting, direction| waiting.request(direction, 0, SMALL);
    waiting.measure(stage, (DISK_READ_4K, 1), report, |waiting| {
        small(waiting, Direction::Read)
    })?;
    waiting.measure(stage, (DISK_WRITE_4K, 1), report, |waiting| {
        small(waiting, Direction::Write)
    })?;
    waiting.measure(stage, (DISK_READ_SEQ_PER_KIB, KIB), report, |waiting| {
        let mut pieces = (0..u64::from(KIB) * 2).step_by(LARGE as usize);
        pieces.try_for_each(|sector| waiting.request(Direction::Read, sector, LARGE))
    })
}

/// What one turn takes: by how much the longer wait is longer, shared by the turns that it has more.
fn turn(stage: &mut Stage) -> Outcome<u64> {
    let (whole, _) = stage.notification()?;
    let waited = |time: u64| -> Outcome<(u64, u64)> {
        let turns = turns(stage)?;
        let start = counter();
        match whole.wait_until(clock_ns() + time) {
            Err(Refusal::TimedOut) => {}
            other => return done("waiting", other).map(|_| (0, 0)),
        }
        let took = counter().wrapping_sub(start);
        Ok((took, self::turns(stage)?.wrapping_sub(turns)))
    };
    let [short, long] = WAITS;
    let ((less, few), (more, many)) = (waited(short)?, waited(long)?);
    let (took, turns) = (more.saturating_sub(less), many.saturating_sub(few));
    match (took + turns / 2).checked_div(turns) {
        Some(turn) if turn > 0 => Ok(turn),
        _ => Err("nothing ran while everybody waited".into()),
    }
}

fn turns(stage: &Stage) -> Outcome<u64> {
    done("asking for the turns", stage.peer.turns())
}

impl Waiting {
    fn measure(
        &mut self,
        stage: &mut Stage,
        (figure, times): (Figure, u32),
        report: &mut Report,
        run: impl Fn(&mut Self) -> Result<(), Refusal>,
    ) -> Outcome {
        let mut samples = Samples::with_capacity(SAMPLES);
        for purpose in runs() {
            if purpose == Run::Marked {
                self.marked(figure, &run)?;
                continue;
            }
            let before = turns(stage)?;
            let start = counter();
            let outcome = run(self);
            let took = counter().wrapping_sub(start);
            done("a request", outcome)?;
            let idle = turns(stage)?.wrapping_sub(before).saturating_mul(self.turn);
            if purpose == Run::Sample {
                samples.push(took.saturating_sub(idle));
            }
        }
        let batch = Batch::new(times).ok_or("no requests")?;
        report.add(figure, batch, samples);
        Ok(())
    }

    fn marked(
        &mut self,
        figure: Figure,
        run: impl Fn(&mut Self) -> Result<(), Refusal>,
    ) -> Outcome {
        done("stopping the count", self.filler.thread.suspend())?;
        begin(figure.number);
        let outcome = run(self);
        end(figure.number);
        done("the marked request", outcome)?;
        done("counting again", self.filler.thread.resume())
    }

    fn request(&mut self, direction: Direction, sector: u64, count: u32) -> Result<(), Refusal> {
        let mut batch = block::Batch::new();
        let queued = match direction {
            Direction::Read => batch.read(sector, count, 0),
            Direction::Write => batch.write(sector, count, 0),
        };
        let ticket = queued.map_err(|_| Refusal::OutOfRange)?;
        let outcomes = batch.run(&mut self.disk.ring).map_err(|_| Refusal::Dead)?;
        outcomes.of(ticket).map_err(|_| Refusal::InvalidArgument)
    }
}
