//! `mandelbrot SIDE`: computes the set of that name for SIDE by SIDE points, and prints one number for all of them.

#![no_std]
#![no_main]

use core::fmt::Write;

use examples::Terminal;
use float_examples::steps_to_leave;
use libipc::{ExitCode, Startup};

/// The exit status for arguments that make no sense, as shells have it.
const USAGE: ExitCode = ExitCode(2);

#[libipc::main]
fn main(env: Startup) -> ExitCode {
    let mut terminal = Terminal::new(&env);
    let mut args = env.args();
    let side = args.next().and_then(|side| side.parse().ok());
    let (Some(side), None) = (side, args.next()) else {
        // Whoever does not see this line knows as much.
        let _ = writeln!(terminal, "usage: mandelbrot SIDE");
        return USAGE;
    };
    match writeln!(terminal, "{} steps", steps_to_leave(side)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}
