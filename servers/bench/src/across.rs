//! Measures a ring whose server runs on another core: what both sides take for batches in the steady state, in which neither
//! sleeps.
//!
//! A server that is kept busy looks in at the kernel after a while. So that all samples lie between two such visits, each begins with a
//! server that has fallen asleep, and with batches that wake it and do not count.

use alloc::string::String;
use core::fmt::{self, Write};

use bench::figure::{COUNTER_READ, Figure};
use bench::report::write_figure;
use bench::samples::{Batch, Overhead, Samples, Summary};
use libipc::Startup;
use libipc::ring::RingClient;
use libipc_ring::WINDOW;
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

/// All of it. The marks are of this image only.
const ALL: [Series; 2] = [
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

/// Measures, and gives the lines that tell it.
pub(crate) fn measure(env: &Startup, unit: &str) -> Outcome<String> {
    let mut client = RingClient::open(env, "bench_ring").ok_or("there is no ring")?;
    let nothing = sample(COUNTER_READ, || Ok(()), || Ok(()))?;
    let nothing = summary(nothing, 1, Overhead::default())?;
    let overhead = Overhead(nothing.median.whole());
    let mut lines = String::new();
    tell(&mut lines, COUNTER_READ, unit, &nothing)?;
    for Series {
        figure,
        requests,
        batches,
    } in ALL
    {
        let client = core::cell::RefCell::new(&mut client);
        let run = |batches: u32| {
            let mut client = client.borrow_mut();
            (0..batches).try_for_each(|_| done("a batch", touch(&mut client, requests)))
        };
        let before = || {
            fall_asleep();
            run(FIRST)
        };
        let samples = sample(figure, before, || run(batches))?;
        let summary = summary(samples, requests * batches, overhead)?;
        tell(&mut lines, figure, unit, &summary)?;
    }
    writeln!(lines, "bench end {} 0", ALL.len() + 1).map_err(unwritten)?;
    Ok(lines)
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
