//! `watchdog`.

use alloc::format;
use alloc::string::String;

use libipc::Transport;

use crate::command::Builtin;
use crate::shell::Shell;
use crate::trouble::{Outcome, Trouble};

pub(crate) const fn command<T: Transport + 'static>() -> Builtin<T> {
    Builtin {
        name: "watchdog",
        arguments: "[SECONDS|feed|off]",
        summary: "starts the machine again unless it is fed within that time",
        run,
    }
}

fn run<T: Transport + 'static>(shell: &mut Shell<T>, arguments: &[String]) -> Outcome {
    let watchdog = shell.clients.watchdog()?;
    match arguments {
        [] => {
            let (left, all) = watchdog.left().map_err(Trouble::because)?;
            shell.print(format_args!("{left} ms of {all} ms are left\n"))
        }
        [what] if what == "feed" => watchdog.feed().map_err(Trouble::because),
        [what] if what == "off" => watchdog.disable().map_err(Trouble::because),
        [seconds] => {
            let ms = seconds.parse().ok().and_then(|s: u32| s.checked_mul(1000));
            let ms = ms.ok_or_else(|| Trouble::Usage(format!("no time in seconds: {seconds}")))?;
            watchdog.set(ms).map_err(Trouble::because)
        }
        _ => Err(Trouble::Usage("there is more than one argument".into())),
    }
}
