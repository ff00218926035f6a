//! `hello [NAME]…`: greets, and tells what the system knows of the program. The shortest program that uses
//! its arguments, its terminal and its exit status.

#![no_std]
#![no_main]

use core::fmt::{self, Write};

use examples::Terminal;
use libipc::{ExitCode, Startup};
use proto::process;

#[libipc::main]
fn main(env: Startup) -> ExitCode {
    match greet(&env) {
        Ok(()) => ExitCode::SUCCESS,
        Err(fmt::Error) => ExitCode::FAILURE,
    }
}

fn greet(env: &Startup) -> fmt::Result {
    let mut terminal = Terminal::new(env);
    let mut is_alone = true;
    for name in env.args() {
        writeln!(terminal, "Hello, {name}!")?;
        is_alone = false;
    }
    if is_alone {
        writeln!(terminal, "Hello!")?;
    }
    let process: process::Client = env.connect("process");
    let myself = process.myself().map_err(|_| fmt::Error)?;
    writeln!(
        terminal,
        "I am process {}, started by {}.",
        myself.process, myself.parent
    )
}
