//! `date`.

use alloc::string::String;

use libipc::Transport;

use crate::command::Builtin;
use crate::options;
use crate::shell::Shell;
use crate::text::Date;
use crate::trouble::{Outcome, Trouble};

pub(crate) const fn command<T: Transport + 'static>() -> Builtin<T> {
    Builtin {
        name: "date",
        arguments: "",
        summary: "tells day and time of UTC, by the machine's clock",
        run,
    }
}

fn run<T: Transport + 'static>(shell: &mut Shell<T>, arguments: &[String]) -> Outcome {
    options::none(arguments)?;
    let now = shell.clients.clock()?.now().map_err(Trouble::because)?;
    let second = now.rem_euclid(60);
    shell.print(format_args!("{}:{second:02} UTC\n", Date(now)))
}
