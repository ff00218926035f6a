//! The benchmark's program: measures every figure, tells the host, and ends the machine.
//!
//! Each group of figures is a function that makes what it needs of one piece of memory, which is taken back
//! before the next. Peers in other address spaces are threads that this program makes in the process
//! `bench-peer`.

#![no_std]
#![no_main]

extern crate alloc;

mod check;
mod group;
mod line;
mod meter;
mod pages;
mod stage;
mod worker;

use bench::report::Report;
use libipc::objects::Machine;
use libipc::{Never, Startup};

use line::Line;
use stage::Stage;

/// The machine's exit code when the figures could not be written.
const UNWRITTEN: u8 = 71;

#[libipc::main]
fn main(env: Startup) -> Never {
    let machine: Machine = env.other("machine");
    let mut report = Report::default();
    let told = match meter::unit() {
        Ok(unit) => {
            measure(&env, &mut report);
            report.write(unit, &mut Line::open(&env))
        }
        Err(reason) => {
            let fail = |figure| report.fail(figure, reason);
            bench::figure::ALL.iter().copied().for_each(fail);
            report.write("none", &mut Line::open(&env))
        }
    };
    let refused = machine.off(if told.is_ok() { 0 } else { UNWRITTEN });
    panic!("the machine stays on: {refused:?}");
}

/// Measures group by group. A group that fails costs only what it had not measured yet.
fn measure(env: &Startup, report: &mut Report) {
    let mut stage = Stage::new(env);
    for group in group::ALL {
        let outcome = stage.clear().and_then(|()| (group.run)(&mut stage, report));
        if let Err(reason) = outcome {
            let fail = |figure| report.fail(figure, &reason);
            group.figures.iter().copied().for_each(fail);
        }
    }
}
