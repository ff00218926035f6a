//! The way into the kernel and back.

use core::convert::Infallible;

use bench::figure::{COUNTER_READ, SYSCALL_NULL};
use bench::report::Report;
use bench::samples::Overhead;
use weft_sys::measure::counter;

use super::Group;
use crate::check::Outcome;
use crate::meter::{SAMPLES, measure_plain};
use crate::stage::Stage;

/// What reading the counter costs.
pub(crate) const COUNTER: Group = Group {
    figures: &[COUNTER_READ],
    run: counter_read,
};

/// A system call that does nothing.
pub(crate) const NULL: Group = Group {
    figures: &[SYSCALL_NULL],
    run: null,
};

/// Measured as everything else, with nothing between the counters; the least of it is taken off from all others.
fn counter_read(stage: &mut Stage, report: &mut Report) -> Outcome {
    measure_plain(stage, || Ok::<(), Infallible>(()), COUNTER_READ, report)?;
    let mut least = u64::MAX;
    for _ in 0..SAMPLES {
        let start = counter();
        least = least.min(counter().wrapping_sub(start));
    }
    report.set_overhead(Overhead(least));
    Ok(())
}

fn null(stage: &mut Stage, report: &mut Report) -> Outcome {
    let run = || {
        weft_sys::null();
        Ok::<(), Infallible>(())
    };
    measure_plain(stage, run, SYSCALL_NULL, report)
}
