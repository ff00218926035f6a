//! `nothing`: does nothing. What starting it costs is what starting a program costs.

#![no_std]
#![no_main]

use libipc::{ExitCode, Startup};

#[libipc::main]
fn main(_: Startup) -> ExitCode {
    ExitCode::SUCCESS
}
