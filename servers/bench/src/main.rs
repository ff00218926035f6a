//! The benchmark's program: measures every figure, tells the host, and ends the machine.
//!
//! Each group of figures is a function that makes what it needs of one piece of memory, which is taken back
//! before the next. Peers in other address spaces are threads that this program makes in the process
//! `bench-peer`. With the argument `throughput` it measures how many messages an instruction carries instead, and with `across` a ring
//! whose server runs on another core.

#![no_std]
#![no_main]

extern crate alloc;

mod across;
mod carry;
mod check;
mod group;
mod interrupter;
mod line;
mod meter;
mod pages;
mod stage;
mod worker;

use core::fmt::{self, Write};

use bench::report::Report;
use libipc::objects::Machine;
use libipc::{Never, Startup};
use proto::vfs;

use line::Line;
use stage::Stage;

/// The machine's exit code when the figures could not be written.
const UNWRITTEN: u8 = 71;

#[libipc::main]
fn main(env: Startup) -> Never {
    let machine: Machine = env.other("machine");
    let told = match env.args().next() {
        Some("throughput") => tell_throughput(&env),
        Some("across") => tell_across(&env),
        _ => tell_figures(&env),
    };
    let refused = machine.off(if told.is_ok() { 0 } else { UNWRITTEN });
    panic!("the machine stays on: {refused:?}");
}

fn tell_figures(env: &Startup) -> fmt::Result {
    let mut report = Report::default();
    let unit = meter::unit();
    match unit {
        Ok(_) => measure(env, &mut report),
        Err(reason) => {
            let fail = |figure| report.fail(figure, reason);
            bench::figure::ALL.iter().copied().for_each(fail);
        }
    }
    let mut line = Line::open(env);
    report.write(unit.unwrap_or("none"), &mut line)?;
    line.drain()
}

fn tell_throughput(env: &Startup) -> fmt::Result {
    let measured = match meter::unit() {
        Ok(_) => carry::measure(env),
        Err(reason) => Err(reason.into()),
    };
    let mut line = Line::open(env);
    match measured {
        Ok(points) => {
            for taken in &points {
                writeln!(line, "{taken}")?;
            }
            writeln!(line, "bench end {} 0", points.len())?;
        }
        Err(reason) => writeln!(line, "bench error throughput {reason}\nbench end 0 1")?,
    }
    line.drain()
}

fn tell_across(env: &Startup) -> fmt::Result {
    let measured = match meter::unit() {
        Ok(unit) => across::measure(env, unit),
        Err(reason) => Err(reason.into()),
    };
    let mut line = Line::open(env);
    match measured {
        Ok(lines) => line.write_str(&lines)?,
        Err(reason) => writeln!(line, "bench error ring.across {reason}\nbench end 0 1")?,
    }
    line.drain()
}

/// Waits until the servers that start on their own have nothing left to do: a volume that answers is mounted,
/// and whatever it lies on was read.
fn settle(env: &Startup) {
    if let Some(files) = env.try_connect::<vfs::Client>("vfs") {
        // A volume that is not there is told by the figures that need it.
        let _ = files.stat(b"/");
    }
}

/// Measures group by group. A group that fails costs only what it had not measured yet.
fn measure(env: &Startup, report: &mut Report) {
    settle(env);
    let mut stage = Stage::new(env);
    if let Err(reason) = stage.let_time_slices_end() {
        libipc::log!("the figures may hold interrupts of the clock: {reason}");
    }
    for group in group::ALL {
        let outcome = stage.clear().and_then(|()| (group.run)(&mut stage, report));
        if let Err(reason) = outcome {
            let fail = |figure| report.fail(figure, &reason);
            group.figures.iter().copied().for_each(fail);
        }
    }
}
