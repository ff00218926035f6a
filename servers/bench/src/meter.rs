//! How everything is measured that one thread begins and ends.

use core::fmt::Debug;

use bench::figure::Figure;
use bench::report::Report;
use bench::samples::{Batch, Samples};
use weft_sys::measure::{CounterRate, counter, counter_rate, mark_begin, mark_end, may_read};

use crate::check::{Outcome, done};
use crate::stage::Stage;

/// Runs before the first sample, after which nothing is done for the first time any more.
pub(crate) const WARM_UP: usize = 16;
/// Samples of a figure.
pub(crate) const SAMPLES: usize = 64;

/// What a run is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Run {
    /// Not counted.
    WarmUp,
    /// A sample.
    Sample,
    /// The one run that is marked.
    Marked,
}

/// All runs of a figure, in order.
pub(crate) fn runs() -> impl Iterator<Item = Run> {
    let warm = core::iter::repeat_n(Run::WarmUp, WARM_UP);
    let samples = core::iter::repeat_n(Run::Sample, SAMPLES);
    warm.chain(samples).chain([Run::Marked])
}

/// What the counter counts.
///
/// # Errors
/// Why there is nothing to count with.
pub(crate) fn unit() -> Result<&'static str, &'static str> {
    if !may_read() {
        return Err("the manifest does not give `bench` the counters: add `counters = true`");
    }
    match counter_rate() {
        CounterRate::Processor => Ok("instructions"),
        CounterRate::Absent => Err("there is no counter"),
    }
}

/// An operation, in the parts that are measured and those that are not.
pub(crate) struct Operation<B, R, A> {
    /// Makes what one run needs.
    pub(crate) before: B,
    /// What is measured.
    pub(crate) run: R,
    /// Takes back what one run made.
    pub(crate) after: A,
}

/// Measures an operation.
pub(crate) fn measure<T, V, E, B, R, A>(
    stage: &mut Stage,
    mut operation: Operation<B, R, A>,
    (figure, batch): (Figure, Batch),
    report: &mut Report,
) -> Outcome
where
    E: Debug,
    B: FnMut(&mut Stage) -> Outcome<T>,
    R: FnMut(&T) -> Result<V, E>,
    A: FnMut(&mut Stage, T, V) -> Outcome,
{
    let mut samples = Samples::with_capacity(SAMPLES);
    for purpose in runs() {
        let made = (operation.before)(stage)?;
        if purpose == Run::Marked {
            mark_begin(figure.number);
        }
        let start = counter();
        let outcome = (operation.run)(&made);
        let end = counter();
        if purpose == Run::Marked {
            mark_end(figure.number);
        }
        let value = done("a run", outcome)?;
        (operation.after)(stage, made, value)?;
        if purpose == Run::Sample {
            samples.push(end.wrapping_sub(start));
        }
    }
    report.add(figure, batch, samples);
    Ok(())
}

/// Measures an operation that needs nothing and leaves nothing.
pub(crate) fn measure_plain<V, E: Debug>(
    stage: &mut Stage,
    mut run: impl FnMut() -> Result<V, E>,
    figure: Figure,
    report: &mut Report,
) -> Outcome {
    let operation = Operation {
        before: |_: &mut Stage| Ok(()),
        run: |(): &()| run(),
        after: |_: &mut Stage, (), _: V| Ok(()),
    };
    measure(stage, operation, (figure, Batch::ONE), report)
}
