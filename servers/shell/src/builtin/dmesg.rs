//! `dmesg`.

use alloc::string::String;

use libipc::Transport;

use crate::command::Builtin;
use crate::options;
use crate::shell::Shell;
use crate::trouble::{Outcome, Trouble};

pub(crate) const fn command<T: Transport + 'static>() -> Builtin<T> {
    Builtin {
        name: "dmesg",
        arguments: "",
        summary: "shows the kernel's log",
        run,
    }
}

fn run<T: Transport + 'static>(shell: &mut Shell<T>, arguments: &[String]) -> Outcome {
    options::none(arguments)?;
    let mut position = 0;
    loop {
        let read = shell.clients.system.read_log(position);
        let (text, next) = read.map_err(Trouble::because)?;
        if text.is_empty() {
            return Ok(());
        }
        shell.write(&text)?;
        shell.checkpoint()?;
        position = next;
    }
}
