//! Interrupts.
//!
//! The benchmark is the process that is interrupted; a more urgent thread in another process waits as the driver and
//! reads the counter first of all. What is counted begins at the last counter that the benchmark has read, so that
//! up to one turn of its loop (a handful of instructions) is counted with it.

use bench::figure::IRQ_TO_USER;
use bench::report::Report;
use bench::samples::{Batch, Samples};
use libipc::CPtr;
use libipc::objects::Notification;
use weft_sys::measure::{mark_begin, mark_none};

use super::Group;
use super::notifications::sleeper;
use crate::check::{Outcome, done};
use crate::interrupter::Interrupter;
use crate::meter::{Run, SAMPLES, runs};
use crate::stage::Stage;
use crate::worker::Part;

/// From the interrupted process to the driver's.
pub(crate) const TO_USER: Group = Group {
    figures: &[IRQ_TO_USER],
    run: to_user,
};

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
