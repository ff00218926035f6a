//! `reboot`.

use alloc::string::String;

use libipc::Transport;

use crate::command::Builtin;
use crate::options;
use crate::session::Then;
use crate::shell::Shell;
use crate::trouble::Outcome;

pub(crate) const fn command<T: Transport + 'static>() -> Builtin<T> {
    Builtin {
        name: "reboot",
        arguments: "",
        summary: "unmounts all volumes and starts the machine again",
        run,
    }
}

fn run<T: Transport + 'static>(shell: &mut Shell<T>, arguments: &[String]) -> Outcome {
    options::none(arguments)?;
    shell.clients.watchdog()?;
    (shell.leaving, shell.then) = (Some(0), Then::Restart);
    Ok(())
}
