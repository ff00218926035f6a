//! `timer`.

use alloc::format;
use alloc::string::String;

use libipc::Transport;

use crate::command::Builtin;
use crate::shell::Shell;
use crate::trouble::{Outcome, Trouble};

pub(crate) const fn command<T: Transport + 'static>() -> Builtin<T> {
    Builtin {
        name: "timer",
        arguments: "[MICROSECONDS]",
        summary: "tells the system timer, or waits by it and tells what passed by both clocks",
        run,
    }
}

fn run<T: Transport + 'static>(shell: &mut Shell<T>, arguments: &[String]) -> Outcome {
    let timer = shell.clients.system_timer()?;
    match arguments {
        [] => {
            let us = timer.now().map_err(Trouble::because)?;
            shell.print(format_args!("{us} us since the chip was reset\n"))
        }
        [wait] => {
            let us = wait.parse();
            let us = us.map_err(|_| Trouble::Usage(format!("no time in microseconds: {wait}")))?;
            let (us, ns) = timer.wait(us).map_err(Trouble::because)?;
            let clock_us = ns / 1000;
            shell.print(format_args!(
                "{us} us by the timer, {clock_us} us by the processor's clock\n"
            ))
        }
        _ => Err(Trouble::Usage("there is more than one argument".into())),
    }
}
