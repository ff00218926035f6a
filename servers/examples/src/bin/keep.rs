//! `keep FILE…`: opens files and keeps them open until a key is pressed. It shows that a file without a name lives as long
//! as somebody has it open, and no longer: not even if the program is killed, and closes nothing.

#![no_std]
#![no_main]

use core::fmt::{self, Write};

use examples::Terminal;
use libipc::{ExitCode, Startup};
use proto::vfs::{Client, OpenFlags};

#[libipc::main]
fn main(env: Startup) -> ExitCode {
    let mut terminal = Terminal::new(&env);
    let files: Client = env.connect("vfs");
    for name in env.args() {
        if let Err(why) = files.open(name.as_bytes(), OpenFlags::READ, 0) {
            // Whoever does not see this line knows as much.
            let _ = writeln!(terminal, "keep: {name}: {why}");
            return ExitCode::FAILURE;
        }
    }
    let kept = writeln!(terminal, "keep: press a key").and_then(|()| {
        let key = terminal.key();
        key.map(|_| ()).map_err(|_| fmt::Error)
    });
    kept.map_or(ExitCode::FAILURE, |()| ExitCode::SUCCESS)
}
