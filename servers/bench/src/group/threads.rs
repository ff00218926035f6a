//! Threads: taking turns, and being made.

use bench::figure::{THREAD_CREATE_RUN_SIGNAL, THREAD_YIELD};
use bench::report::Report;
use bench::samples::{Batch, Samples};
use libipc::abi::syscall::ThreadUses;
use libipc::objects::{CNode, Notification, SchedContext, Thread, ThreadConfiguration, Untyped};
use libipc::{CPtr, Kind};
use weft_sys::measure::{begin, counter};

use super::Group;
use crate::check::{Outcome, done};
use crate::meter::{Operation, Run, SAMPLES, measure, runs};
use crate::pages::{BASE, PAGE};
use crate::stage::Stage;
use crate::worker::{HIGH, Part, SAME, Worker, start};

/// Taking turns.
pub(crate) const YIELD: Group = Group {
    figures: &[THREAD_YIELD],
    run: take_turns,
};

/// Being made.
pub(crate) const CREATE: Group = Group {
    figures: &[THREAD_CREATE_RUN_SIGNAL],
    run: create,
};

/// log2 of the memory of which a thread is made, with what it takes.
const NURSERY: u8 = 16;

/// A thread of this one's priority that yields when this one does, and where it tells when it went on.
fn turner(stage: &mut Stage, part: impl Into<Part>) -> Outcome<CPtr> {
    let endpoint: CPtr = stage.object(Kind::Endpoint, 0)?;
    let worker = stage.peer_worker(SAME)?;
    worker.sends(endpoint)?;
    worker.play(part)?;
    Ok(endpoint)
}

fn take_turns(stage: &mut Stage, report: &mut Report) -> Outcome {
    let mut samples = Samples::with_capacity(SAMPLES);
    let told = turner(stage, stage.entries.yields)?;
    for purpose in runs().filter(|purpose| *purpose != Run::Marked) {
        // Lets the other come to where it yields.
        weft_sys::yield_now();
        let start = counter();
        weft_sys::yield_now();
        let [went_on, ..] = done("hearing of it", weft_sys::recv(told, CPtr::NULL))?.words;
        if purpose == Run::Sample {
            samples.push(went_on.wrapping_sub(start));
        }
    }
    stage.clear()?;
    let marked = Part {
        entry: stage.entries.yields_marked,
        arguments: [THREAD_YIELD.number, 0],
    };
    let marks = turner(stage, marked)?;
    weft_sys::yield_now();
    begin(THREAD_YIELD.number);
    weft_sys::yield_now();
    done("hearing of it", weft_sys::recv(marks, CPtr::NULL))?;
    report.add(THREAD_YIELD, Batch::ONE, samples);
    Ok(())
}

/// What each thread that is made shares with the others.
struct Cradle {
    worker: Worker,
    signalled: Notification,
    part: Part,
    slots: [CPtr; 2],
}

fn create(stage: &mut Stage, report: &mut Report) -> Outcome {
    let worker = stage.peer_worker(HIGH)?;
    let (signalled, signal) = stage.notification()?;
    let (never, _) = stage.notification()?;
    worker.signals(signal.cptr())?;
    worker.waits(never.cptr())?;
    let cradle = Cradle {
        worker,
        signalled,
        part: stage.entries.signals.into(),
        slots: [stage.slot(), stage.slot()],
    };
    let nursery: Untyped = stage.object(Kind::Untyped, NURSERY)?;
    let (space, control) = (stage.peer_space, stage.scheduler());
    let operation = Operation {
        before: |_: &mut Stage| Ok(()),
        run: |(): &()| {
            let [thread, sched] = cradle.slots;
            nursery.retype(Kind::Thread, 0, CNode::OWN, thread)?;
            nursery.retype(Kind::SchedContext, 0, CNode::OWN, sched)?;
            let (thread, sched) = (Thread::from(thread), SchedContext::from(sched));
            thread.configure(ThreadConfiguration {
                cnode: cradle.worker.cnode,
                space,
                fault_endpoint: CPtr::NULL,
                timeout_endpoint: CPtr::NULL,
                uses: ThreadUses::empty(),
            })?;
            control.schedule(sched, HIGH)?;
            sched.bind(thread)?;
            thread.set_start(start(cradle.part, BASE + 3 * PAGE))?;
            thread.resume()?;
            cradle.signalled.wait()
        },
        after: |_: &mut Stage, (), _| {
            let gone = CNode::OWN.revoke(nursery.cptr());
            done("taking the thread back", gone)
        },
    };
    let figure = (THREAD_CREATE_RUN_SIGNAL, Batch::ONE);
    measure(stage, operation, figure, report)
}
