//! Faults: a thread in another process makes them, this one handles them.
//!
//! The thread tells how long its last one took by a call to the same endpoint, and the answer says whether the
//! next is the marked one; the handler is one `reply_recv` a fault.

use bench::figure::{FAULT_PAGER_ROUND_TRIP, FAULT_ROUND_TRIP, Figure};
use bench::report::Report;
use bench::samples::{Batch, Samples};
use libipc::abi::syscall::ThreadUses;
use libipc::abi::{FaultLabel, MessageInfo};
use libipc::objects::Frame;
use libipc::{CPtr, Kind, Refusal, Rights};

use super::Group;
use crate::check::{Outcome, done};
use crate::meter::{Run, SAMPLES, runs};
use crate::pages::{BASE, PAGE, PAGE_BITS, flags, plain};
use crate::stage::Stage;
use crate::worker::{LOW, Part, Place};

/// An exception that the handler lets pass.
pub(crate) const EXCEPTION: Group = Group {
    figures: &[FAULT_ROUND_TRIP],
    run: exception,
};

/// A missing page that a pager maps.
pub(crate) const PAGER: Group = Group {
    figures: &[FAULT_PAGER_ROUND_TRIP],
    run: pager,
};

/// Where the page is missing.
const HOLE: u64 = BASE + 64 * PAGE;
const RESUME: MessageInfo = MessageInfo::new(FaultLabel::RESUME, 1, 0);

/// How a fault is handled, and what is done between two.
struct Handler<F, B> {
    fault: F,
    between: B,
}

fn exception(stage: &mut Stage, report: &mut Report) -> Outcome {
    let part = Part {
        entry: stage.entries.breaks,
        arguments: [FAULT_ROUND_TRIP.number, 0],
    };
    let handler = Handler {
        fault: || Ok(()),
        between: || Ok(()),
    };
    handle(stage, part, handler, (FAULT_ROUND_TRIP, report))
}

fn pager(stage: &mut Stage, report: &mut Report) -> Outcome {
    let part = Part {
        entry: stage.entries.touches,
        arguments: [FAULT_PAGER_ROUND_TRIP.number, HOLE],
    };
    let space = stage.peer_space;
    stage.tables(space, HOLE)?;
    let frame: Frame = stage.object(Kind::Frame, PAGE_BITS)?;
    let handler = Handler {
        fault: || space.map(frame, HOLE, flags(Rights::READ)).map_err(plain),
        between: || match frame.unmap() {
            Ok(()) | Err(Refusal::NotMapped) => Ok(()),
            Err(refusal) => Err(refusal),
        },
    };
    handle(stage, part, handler, (FAULT_PAGER_ROUND_TRIP, report))
}

/// Handles the faults of a thread that plays a part.
fn handle<F, B>(
    stage: &mut Stage,
    part: Part,
    handler: Handler<F, B>,
    (figure, report): (Figure, &mut Report),
) -> Outcome
where
    F: Fn() -> Result<(), Refusal>,
    B: Fn() -> Result<(), Refusal>,
{
    let endpoint: CPtr = stage.object(Kind::Endpoint, 0)?;
    let reply: CPtr = stage.object(Kind::Reply, 0)?;
    let place = Place {
        space: stage.peer_space,
        priority: LOW,
        faults: endpoint,
        uses: ThreadUses::empty(),
    };
    let worker = stage.worker(place)?;
    worker.sends(endpoint)?;
    worker.play(part)?;
    let mut samples = Samples::with_capacity(SAMPLES);
    done("receiving", weft_sys::recv(endpoint, reply))?;
    for purpose in runs() {
        done("between two faults", (handler.between)())?;
        let command = [u64::from(purpose == Run::Marked), 0, 0, 0, 0, 0];
        let mut received = weft_sys::reply_recv(endpoint, RESUME, command, reply);
        while let Ok(fault) = received
            && fault.info.is_fault()
        {
            received = (handler.fault)()
                .and_then(|()| weft_sys::reply_recv(endpoint, RESUME, command, reply));
        }
        let [took, ..] = done("handling a fault", received)?.words;
        if purpose == Run::Sample {
            samples.push(took);
        }
    }
    report.add(figure, Batch::ONE, samples);
    Ok(())
}
