//! `count LAST`: prints the numbers from 1 to LAST, a line each. Much output for little typing.

#![no_std]
#![no_main]

use core::fmt::Write;

use examples::{Terminal, count};
use libipc::{ExitCode, Startup};

/// The exit status for arguments that make no sense, as shells have it.
const USAGE: ExitCode = ExitCode(2);

#[libipc::main]
fn main(env: Startup) -> ExitCode {
    let mut terminal = Terminal::new(&env);
    let mut args = env.args();
    let last = args.next().and_then(|last| last.parse().ok());
    let (Some(last), None) = (last, args.next()) else {
        // Whoever does not see this line knows as much.
        let _ = writeln!(terminal, "usage: count LAST");
        return USAGE;
    };
    match count(&mut terminal, last) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}
