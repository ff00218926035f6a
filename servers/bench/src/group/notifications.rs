//! Signals.

use bench::figure::{
    NOTIFICATION_PING_PONG, NOTIFICATION_PING_PONG_APART, NOTIFICATION_SIGNAL,
    NOTIFICATION_SIGNAL_SWITCH,
};
use bench::report::Report;
use bench::samples::{Batch, Samples};
use libipc::objects::Notification;
use libipc::{CPtr, Kind};
use weft_sys::measure::{begin, counter};

use super::Group;
use crate::check::{Outcome, done};
use crate::meter::{Operation, Run, SAMPLES, measure, measure_plain, runs};
use crate::stage::Stage;
use crate::worker::{HIGH, Part, SAME};

/// For which nobody waits.
pub(crate) const SIGNAL: Group = Group {
    figures: &[NOTIFICATION_SIGNAL],
    run: signal,
};

/// For which somebody more urgent waits.
pub(crate) const SWITCH: Group = Group {
    figures: &[NOTIFICATION_SIGNAL_SWITCH],
    run: switch,
};

/// To and fro.
pub(crate) const PING_PONG: Group = Group {
    figures: &[NOTIFICATION_PING_PONG, NOTIFICATION_PING_PONG_APART],
    run: ping_pong,
};

fn signal(stage: &mut Stage, report: &mut Report) -> Outcome {
    let (whole, badged) = stage.notification()?;
    let operation = Operation {
        before: |_: &mut Stage| Ok(()),
        run: |(): &()| badged.signal(),
        after: |_: &mut Stage, (), ()| done("taking the signal", whole.poll()).map(|_| ()),
    };
    measure(stage, operation, (NOTIFICATION_SIGNAL, Batch::ONE), report)
}

/// A more urgent thread that waits, what wakes it, and where it tells when it woke.
pub(super) fn sleeper(stage: &mut Stage, part: impl Into<Part>) -> Outcome<(Notification, CPtr)> {
    let endpoint: CPtr = stage.object(Kind::Endpoint, 0)?;
    let (whole, badged) = stage.notification()?;
    let worker = stage.peer_worker(HIGH)?;
    worker.waits(whole.cptr())?;
    worker.sends(endpoint)?;
    worker.play(part)?;
    Ok((badged, endpoint))
}

fn switch(stage: &mut Stage, report: &mut Report) -> Outcome {
    let figure = NOTIFICATION_SIGNAL_SWITCH;
    let (telling, told) = sleeper(stage, stage.entries.wakes)?;
    let marked = Part {
        entry: stage.entries.wakes_marked,
        arguments: [figure.number, 0],
    };
    let (marking, marks) = sleeper(stage, marked)?;
    let mut samples = Samples::with_capacity(SAMPLES);
    for purpose in runs() {
        if purpose == Run::Marked {
            begin(figure.number);
            let signalled = marking.signal();
            done("the marked signal", signalled)?;
            done("hearing of it", weft_sys::recv(marks, CPtr::NULL))?;
            continue;
        }
        let start = counter();
        let signalled = telling.signal();
        done("a signal", signalled)?;
        let [woke, ..] = done("hearing of it", weft_sys::recv(told, CPtr::NULL))?.words;
        if purpose == Run::Sample {
            samples.push(woke.wrapping_sub(start));
        }
    }
    report.add(figure, Batch::ONE, samples);
    Ok(())
}

/// Another process that plays a part of echoing, what it waits for, and where its answer is waited for.
fn echo(stage: &mut Stage, part: u64) -> Outcome<(Notification, Notification)> {
    let (there, ping) = stage.notification()?;
    let (back, pong) = stage.notification()?;
    let worker = stage.peer_worker(SAME)?;
    worker.waits(there.cptr())?;
    worker.signals(pong.cptr())?;
    worker.play(part)?;
    Ok((ping, back))
}

fn ping_pong(stage: &mut Stage, report: &mut Report) -> Outcome {
    let (ping, back) = echo(stage, stage.entries.echoes)?;
    let to_and_fro = || ping.signal_and_wait(back);
    measure_plain(stage, to_and_fro, NOTIFICATION_PING_PONG, report)?;
    let (ping, back) = echo(stage, stage.entries.echoes_apart)?;
    let to_and_fro = || {
        ping.signal()?;
        back.wait()
    };
    measure_plain(stage, to_and_fro, NOTIFICATION_PING_PONG_APART, report)
}
