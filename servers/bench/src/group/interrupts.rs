//! Interrupts.
//!
//! The benchmark is the process that is interrupted; a more urgent thread in another process waits as the driver and
//! reads the counter first of all. What is counted begins at the last counter that the benchmark has read, so that
//! up to one turn of its loop (a handful of instructions) is counted with it.

use bench::figure::{IRQ_LOADED_MAX, IRQ_LOADED_P99, IRQ_TO_USER};
use bench::report::Report;
use bench::samples::{Batch, Samples};
use libipc::abi::MessageInfo;
use libipc::objects::{CNode, Frame, Notification, Untyped};
use libipc::{CPtr, Kind, Refusal, clock_ns};
use weft_sys::measure::{mark_begin, mark_none};

use super::Group;
use super::notifications::sleeper;
use crate::check::{Outcome, done};
use crate::interrupter::Interrupter;
use crate::meter::{Run, SAMPLES, runs};
use crate::pages::{BASE, PAGE_BITS, flags, plain};
use crate::stage::{READ_WRITE, Stage};
use crate::worker::{HIGH, Part};

/// From the interrupted process to the driver's.
pub(crate) const TO_USER: Group = Group {
    figures: &[IRQ_TO_USER],
    run: to_user,
};

/// The same, of the clock's interrupt, while this process does what keeps interrupts masked longest.
pub(crate) const LOADED: Group = Group {
    figures: &[IRQ_LOADED_P99, IRQ_LOADED_MAX],
    run: loaded,
};

/// How often the urgent process waits.
const WAITS: usize = 1000;
/// For how long at least, and by how much that may be longer, in nanoseconds.
const LEAST: u64 = 2_000;
const SPREAD: u64 = 60_000;

fn loaded(stage: &mut Stage, report: &mut Report) -> Outcome {
    let told: CPtr = stage.object(Kind::Endpoint, 0)?;
    let reply: CPtr = stage.object(Kind::Reply, 0)?;
    let (whole, _) = stage.notification()?;
    let worker = stage.peer_worker(HIGH)?;
    worker.waits(whole.cptr())?;
    worker.sends(told)?;
    let (entry, load) = (stage.entries.oversleeps, Load::new(stage)?);
    worker.play(Part {
        entry,
        arguments: [LEAST, SPREAD],
    })?;
    let mut all = alloc::vec::Vec::with_capacity(WAITS);
    let mut works = Work::ALL.into_iter().cycle();
    for _ in 0..WAITS {
        let [late, ..] = done("hearing of it", weft_sys::recv(told, reply))?.words;
        all.push(late);
        let begins = clock_ns();
        let empty = MessageInfo::new(0, 0, 0);
        done("answering", weft_sys::reply(reply, empty, [0; 6]))?;
        while clock_ns() - begins < LEAST + SPREAD {
            works.next().map_or(Ok(()), |work| load.turn(work))?;
        }
    }
    all.sort_unstable();
    for (figure, at) in [
        (IRQ_LOADED_P99, WAITS - WAITS / 100 - 1),
        (IRQ_LOADED_MAX, WAITS - 1),
    ] {
        let mut one = Samples::with_capacity(1);
        one.push(all[at]);
        report.add_unmarked(figure, one);
    }
    Ok(())
}

/// What this process does meanwhile.
#[derive(Clone, Copy)]
enum Work {
    /// Maps and unmaps many pages by a call each.
    Map,
    /// Makes and revokes frames, clearing included.
    Frames,
    /// Copies and revokes capabilities.
    Copies,
    /// Calls.
    Calls,
}

impl Work {
    const ALL: [Self; 4] = [Self::Map, Self::Frames, Self::Copies, Self::Calls];
}

/// What it does that with.
struct Load<'a> {
    stage: &'a Stage,
    memory: Untyped,
    pages: Frame,
    frames: CPtr,
    copied: CPtr,
    copies: CPtr,
}

/// Pages that are mapped together, frames that are made, capabilities that are copied, and calls.
const PAGES: u32 = 512;
const FRAMES: u32 = 32;
const COPIES: u32 = 128;
const CALLS: u64 = 32;
/// Where they are mapped.
const PLACE: u64 = BASE + 0x20_0000;

impl<'a> Load<'a> {
    fn new(stage: &'a mut Stage) -> Outcome<Self> {
        stage.tables(stage.peer_space, PLACE)?;
        let memory = stage.object(Kind::Untyped, PAGE_BITS + 6)?;
        let copied = stage.object(Kind::Notification, 0)?;
        let pages = stage.slots(PAGES);
        let made =
            stage
                .memory
                .retype_many(Kind::Frame, PAGE_BITS, CNode::OWN, pages, PAGES.into());
        done("making frames", made)?;
        let (frames, copies) = (stage.slots(FRAMES), stage.slots(COPIES));
        Ok(Self {
            stage,
            memory,
            pages: Frame::from(pages),
            frames,
            copied,
            copies,
        })
    }

    fn turn(&self, work: Work) -> Outcome {
        match work {
            Work::Map => done("mapping and unmapping", self.map()),
            Work::Frames => done("making and revoking frames", self.make()),
            Work::Copies => done("copying and revoking", self.copy()),
            Work::Calls => self.call(),
        }
    }

    fn map(&self) -> Result<(), Refusal> {
        let (space, count) = (self.stage.peer_space, PAGES.into());
        space
            .map_many(self.pages, PLACE, flags(READ_WRITE), count)
            .map_err(plain)?;
        self.pages.unmap_many(count).map(|_| ())
    }

    fn make(&self) -> Result<(), Refusal> {
        let count = FRAMES.into();
        self.memory
            .retype_many(Kind::Frame, PAGE_BITS, CNode::OWN, self.frames, count)?;
        CNode::OWN.revoke(self.memory.cptr())
    }

    fn copy(&self) -> Result<(), Refusal> {
        for index in 0..COPIES {
            let slot = CPtr(self.copies.0 + index);
            CNode::OWN.copy(slot, CNode::OWN, self.copied, READ_WRITE)?;
        }
        CNode::OWN.revoke(self.copied)
    }

    fn call(&self) -> Outcome {
        for word in 0..CALLS {
            done("calling", self.stage.peer.echo(word))?;
        }
        Ok(())
    }
}

fn to_user(stage: &mut Stage, report: &mut Report) -> Outcome {
    let figure = IRQ_TO_USER.number;
    let device = Interrupter::open(&stage.env)?;
    let (telling, told) = sleeper(stage, stage.entries.wakes)?;
    let marked = Part {
        entry: stage.entries.wakes_marked,
        arguments: [figure, 0],
    };
    let (marking, marks) = sleeper(stage, marked)?;
    let mut samples = Samples::with_capacity(SAMPLES);
    for purpose in runs() {
        if purpose == Run::Marked {
            interrupt(device, (marking, marks), || mark_begin(figure))?;
            mark_none();
            continue;
        }
        let (last, woke) = interrupt(device, (telling, told), || ())?;
        if purpose == Run::Sample {
            samples.push(woke.wrapping_sub(last));
        }
    }
    done("unbinding the interrupt", bind(device, CPtr::NULL.into()))?;
    report.add(IRQ_TO_USER, Batch::ONE, samples);
    Ok(())
}

/// Lets the device interrupt once; gives the last counter before that, and what the driver told.
#[inline(always)]
fn interrupt(
    device: Interrupter,
    (signals, told): (Notification, CPtr),
    begin: impl Fn(),
) -> Outcome<(u64, u64)> {
    done("binding the interrupt", bind(device, signals))?;
    let allowed = device.irq.handler.acknowledge();
    done("allowing the interrupt", allowed)?;
    let last = device.interrupt(begin)?;
    let [woke, ..] = done("hearing of it", weft_sys::recv(told, CPtr::NULL))?.words;
    device.quiet();
    Ok((last, woke))
}

fn bind(device: Interrupter, signals: Notification) -> Result<(), libipc::Refusal> {
    device.irq.handler.bind(signals)
}
