//! `kill`.

use alloc::format;
use alloc::string::String;

use libipc::Transport;

use crate::command::Builtin;
use crate::options;
use crate::shell::Shell;
use crate::trouble::{Outcome, Trouble};

pub(crate) const fn command<T: Transport + 'static>() -> Builtin<T> {
    Builtin {
        name: "kill",
        arguments: "PID|NAME...",
        summary: "ends processes, by number or by a name that only one has",
        run,
    }
}

fn run<T: Transport + 'static>(shell: &mut Shell<T>, arguments: &[String]) -> Outcome {
    let (_, names) = options::take(arguments, "")?;
    for name in options::some(&names, "a process")? {
        let killed = find(shell, name).and_then(|process| {
            let killed = shell.clients.processes()?.kill(process);
            killed.map_err(|error| Trouble::at(name, error))
        });
        shell.note(killed)?;
    }
    Ok(())
}

/// The number of a process.
fn find<T: Transport + 'static>(shell: &Shell<T>, name: &str) -> Outcome<u32> {
    if let Ok(number) = name.parse() {
        return Ok(number);
    }
    let all = shell.processes()?;
    let mut named = all.iter().filter(|info| info.name == name);
    match (named.next(), named.count()) {
        (None, _) => Err(Trouble::at(name, "there is no such process")),
        (Some(only), 0) => Ok(only.process),
        (Some(_), more) => {
            let why = format!("{} processes have this name; give a number", more + 1);
            Err(Trouble::at(name, why))
        }
    }
}
