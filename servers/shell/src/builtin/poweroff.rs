//! `poweroff`.

use alloc::format;
use alloc::string::String;

use libipc::Transport;

use crate::command::Builtin;
use crate::shell::Shell;
use crate::trouble::{Outcome, Trouble};

pub(crate) const fn command<T: Transport + 'static>() -> Builtin<T> {
    Builtin {
        name: "poweroff",
        arguments: "[STATUS]",
        summary: "unmounts all volumes and switches the machine off",
        run,
    }
}

fn run<T: Transport + 'static>(shell: &mut Shell<T>, arguments: &[String]) -> Outcome {
    let status = match arguments {
        [] => 0,
        [status] => status
            .parse()
            .map_err(|_| Trouble::Usage(format!("no status from 0 to 255: {status}")))?,
        _ => return Err(Trouble::Usage("there is more than one status".into())),
    };
    shell.leaving = Some(status);
    Ok(())
}
