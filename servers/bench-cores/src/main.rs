//! Counts what operations of one core's own things cost while all cores do the same, in the place of root.
//!
//! It is the only program of its image: the machine has as many cores as it was started with, and nobody else is there to
//! disturb. This thread (the director) makes on each core a process that measures and one that serves it, all
//! of that core's own memory ([`stage`]); then the cores go through the operations in step, and it waits ([`parts`]). What
//! they found is on a sheet a core ([`board`]), and is told at the end ([`tell`]).
//!
//! No component of a manifest does this, because each core needs the same few objects, and sixty-four of each would
//! be a long manifest.

#![no_std]
#![no_main]
#![allow(
    unsafe_code,
    reason = "copies its own program into other processes, shares pages with them, and touches pages that are missing"
)]

extern crate alloc;

mod board;
mod parts;
mod stage;
mod tell;

use alloc::format;
use alloc::string::String;

use libipc::abi::boot::{self, BootInfo};
use libipc::objects::Machine;
use libipc::{Never, Refusal};

use stage::Stage;

/// Why nothing was measured.
type Failure = String;

/// The machine's exit code when something was not measured.
const UNMEASURED: u8 = 1;

#[libipc::root_main]
fn main(info: &'static BootInfo) -> Never {
    let told = measure(info);
    if let Err(failure) = &told {
        tell::line(&format!("bench error scale {failure}\nbench end 0 1\n"));
    }
    let code = if told.is_ok() { 0 } else { UNMEASURED };
    let refused = Machine::from(boot::MACHINE).off(code);
    panic!("the machine stays on: {refused:?}");
}

fn measure(info: &BootInfo) -> Result<(), Failure> {
    let mut stage = Stage::new(info)?;
    let crews = stage.cores().map(|core| stage.crew(core));
    let crews = crews.collect::<Result<alloc::vec::Vec<_>, _>>()?;
    crews.iter().try_for_each(stage::Crew::start)?;
    stage.wait()?;
    tell::figures(crews.len())
}

/// Turns a refusal into a failure that says of what.
fn done<T>(what: &str, result: Result<T, Refusal>) -> Result<T, Failure> {
    result.map_err(|refusal| format!("{what} was refused: {refusal:?}"))
}
