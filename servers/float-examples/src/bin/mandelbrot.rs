//! `mandelbrot SIDE`: computes the set of that name for SIDE by SIDE points, and prints one number for all of them.

#![no_std]
#![no_main]

extern crate alloc;

use alloc::format;

use float_examples::steps_to_leave;
use libipc::{ExitCode, Startup};
use proto::console;

/// The exit status for arguments that make no sense, as shells have it.
const USAGE: ExitCode = ExitCode(2);

#[libipc::main]
fn main(env: Startup) -> ExitCode {
    let terminal: console::Client = env.connect("console");
    let mut args = env.args();
    let side = args.next().and_then(|side| side.parse().ok());
    let (Some(side), None) = (side, args.next()) else {
        // Whoever does not see this line knows as much.
        let _ = terminal.write(b"usage: mandelbrot SIDE\n");
        return USAGE;
    };
    let line = format!("{} steps\n", steps_to_leave(side));
    match terminal.write(line.as_bytes()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}
