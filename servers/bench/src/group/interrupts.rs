//! Interrupts.
//!
//! A thread in another process does nothing but store the counter; the timer interrupts it, and this process
//! wakes as the driver. What is counted begins at the last counter that was stored, so that up to one turn of
//! that loop (a handful of instructions) is counted with it, and has no marked run: no instruction begins it.

use bench::figure::IRQ_TO_USER;
use bench::report::{Mark, Report};
use bench::samples::{Batch, Samples};
use libipc::abi::startup::EntryKind;
use libipc::objects::{Notification, PortWidth};
use libipc::{CPtr, Irq, PortRange};
use weft_sys::measure::counter;

use super::Group;
use crate::check::{Outcome, done};
use crate::meter::{Run, SAMPLES, runs};
use crate::stage::Stage;
use crate::worker::LOW;

/// From the interrupted process to the driver's.
pub(crate) const TO_USER: Group = Group {
    figures: &[IRQ_TO_USER],
    run: to_user,
};

/// Registers of the 8254 (data sheet, "Programming the 8254"), from the first port.
const COUNT: u16 = 0;
const COMMAND: u16 = 3;
/// Channel 0, low byte then high byte, mode 0: one interrupt when the count ends.
const ONCE: u32 = 0x30;
/// About 100 µs at 1.193182 MHz.
const TICKS: u32 = 119;

/// Lets the timer interrupt once, soon.
fn arm(PortRange { ports, first, .. }: PortRange) -> Outcome {
    for (register, value) in [(COMMAND, ONCE), (COUNT, TICKS & 0xff), (COUNT, TICKS >> 8)] {
        let written = ports.write(first + register, PortWidth::One, value);
        done("writing the timer's port", written)?;
    }
    Ok(())
}

fn to_user(stage: &mut Stage, report: &mut Report) -> Outcome {
    if stage.env.find(EntryKind::Irq, "timer").is_none() {
        return Err("the board has no timer that a program can set".into());
    }
    let (ports, Irq { handler, .. }) = (stage.env.ports("timer"), stage.env.irq("timer"));
    let (whole, badged) = stage.notification()?;
    done("binding the interrupt", handler.bind(badged))?;
    let spinner = stage.peer_worker(LOW)?;
    spinner.play(stage.entries.spins)?;
    let mut samples = Samples::with_capacity(SAMPLES);
    for purpose in runs().filter(|purpose| *purpose != Run::Marked) {
        done("allowing the interrupt", handler.acknowledge())?;
        arm(ports)?;
        let woken = whole.wait();
        let came = counter();
        done("waiting for the interrupt", woken)?;
        let spun = done("asking for the last counter", stage.peer.last_spin())?;
        if purpose == Run::Sample {
            samples.push(came.wrapping_sub(spun));
        }
    }
    let nobody = Notification::from(CPtr::NULL);
    done("unbinding the interrupt", handler.bind(nobody))?;
    report.add(IRQ_TO_USER, Batch::ONE, Mark::None, samples);
    Ok(())
}
