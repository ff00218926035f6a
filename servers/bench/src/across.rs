//! Measures a ring whose server runs on another core: what both sides take for batches in the steady state, in which neither
//! sleeps.
//!
//! A server that is kept busy looks in at the kernel after a while. So that all samples lie between two such visits, each begins with a
//! server that has fallen asleep, and with batches that wake it and do not count.

use alloc::format;
use alloc::string::String;
use core::cell::RefCell;
use core::fmt::{self, Write};

use bench::figure::{COUNTER_READ, Figure};
use bench::report::write_figure;
use bench::samples::{Batch, Overhead, Samples, Summary};
use libipc::Startup;
use libipc::ring::{RingClient, Wake};
use libipc::submit::Submitter;
use libipc::task::{Signals, block_on, join_all};
use libipc_ring::WINDOW;
use proto::bench_ring;
use weft_sys::measure::{counter, mark_begin, mark_end};

use crate::check::{Outcome, done};
use crate::group::rings::touch;
use crate::meter::{Run, runs};

/// Batches before those that are counted: the first one wakes the server.
const FIRST: u32 = 2;

/// What is measured: so many batches of so many requests.
struct Series {
    figure: Figure,
    requests: u32,
    batches: u32,
}

/// Batches. The marks are of this image only.
const BATCHES: [Series; 2] = [
    Series {
        figure: Figure {
            number: 2,
            name: "ring.across_1",
        },
        requests: 1,
        batches: 64,
    },
    Series {
        figure: Figure {
            number: 3,
            name: "ring.across_64",
        },
        requests: 64,
        batches: 8,
    },
];

/// Requests that a program in an executor submits one by one and awaits together.
const SUBMITTED: Series = Series {
    figure: Figure {
        number: 4,
        name: "ring.across_submitted_64",
    },
    requests: 64,
    batches: 8,
};

/// Measures, and gives the lines that tell it.
pub(crate) fn measure(env: &Startup, unit: &str) -> Outcome<String> {
    let mut client = RingClient::open(env, "bench_ring").ok_or("there is no ring")?;
    let nothing = sample(COUNTER_READ, || Ok(()), || Ok(()))?;
    let nothing = summary(nothing, 1, Overhead::default())?;
    let overhead = Overhead(nothing.median.whole());
    let mut lines = String::new();
    tell(&mut lines, COUNTER_READ, unit, &nothing)?;
    for series in BATCHES {
        let batch = || done("a batch", touch(&mut client, series.requests));
        let summary = series.measure(batch, overhead)?;
        tell(&mut lines, series.figure, unit, &summary)?;
    }
    let submitter = Submitter::new(client.ring);
    let signals = Signals::new(env.notification());
    let batch = || submit(&submitter, &signals, SUBMITTED.requests);
    let summary = SUBMITTED.measure(batch, overhead)?;
    tell(&mut lines, SUBMITTED.figure, unit, &summary)?;
    writeln!(lines, "bench end {} 0", BATCHES.len() + 2).map_err(unwritten)?;
    Ok(lines)
}

impl Series {
    fn measure(&self, mut batch: impl FnMut() -> Outcome, overhead: Overhead) -> Outcome<Summary> {
        let batch = RefCell::new(&mut batch);
        let run = |batches: u32| (0..batches).try_for_each(|_| batch.borrow_mut()());
        let before = || {
            fall_asleep();
            run(FIRST)
        };
        let samples = sample(self.figure, before, || run(self.batches))?;
        summary(samples, self.requests * self.batches, overhead)
    }
}

/// So many requests that end one by one, waited for by the executor.
fn submit<W: Wake>(submitter: &Submitter<W>, signals: &Signals, count: u32) -> Outcome {
    let requests = (0..count).map(|word| bench_ring::Submits(submitter).touch(word.into()));
    let answers = block_on(signals, &[submitter], join_all(requests));
    let refused = answers.into_iter().find_map(Result::err);
    refused.map_or(Ok(()), |error| {
        Err(format!("a submitted request: {error:?}"))
    })
}

/// Gives the server time to look in vain.
fn fall_asleep() {
    (0..4 * WINDOW).for_each(|_| weft_sys::relax());
}

fn sample(
    figure: Figure,
    mut before: impl FnMut() -> Outcome,
    mut run: impl FnMut() -> Outcome,
) -> Outcome<Samples> {
    let mut samples = Samples::default();
    for purpose in runs() {
        before()?;
        if purpose == Run::Marked {
            mark_begin(figure.number);
        }
        let start = counter();
        let outcome = run();
        let end = counter();
        if purpose == Run::Marked {
            mark_end(figure.number);
        }
        outcome?;
        if purpose == Run::Sample {
            samples.push(end.wrapping_sub(start));
        }
    }
    Ok(samples)
}

fn summary(samples: Samples, times: u32, overhead: Overhead) -> Outcome<Summary> {
    let batch = Batch::new(times).ok_or("no requests")?;
    Ok(samples.summary(batch, overhead).ok_or("no samples")?)
}

fn tell(lines: &mut String, figure: Figure, unit: &str, summary: &Summary) -> Outcome {
    write_figure((figure.name, figure.number), unit, summary, lines).map_err(unwritten)
}

fn unwritten(_: fmt::Error) -> String {
    "no room for the lines".into()
}
