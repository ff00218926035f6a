//! `ps`.

use alloc::string::String;

use libipc::Transport;
use proto::processes::{Role, State};

use crate::command::Builtin;
use crate::options;
use crate::shell::Shell;
use crate::table::{Side, Table};
use crate::text::{Seconds, Size};
use crate::trouble::{Outcome, Trouble};

pub(crate) const fn command<T: Transport + 'static>() -> Builtin<T> {
    Builtin {
        name: "ps",
        arguments: "",
        summary: "shows all processes",
        run,
    }
}

fn run<T: Transport + 'static>(shell: &mut Shell<T>, arguments: &[String]) -> Outcome {
    options::none(arguments)?;
    let (left, right) = (Side::Left, Side::Right);
    let mut table = Table::new(
        [right, left, left, left, right, right, right, right],
        [
            "PID", "NAME", "ROLE", "STATE", "PRIO", "CPU TIME", "MEMORY", "CAPS",
        ],
    );
    let root = shell.clients.system.usage().map_err(Trouble::because)?;
    if let Some((cpu_ns, memory, capabilities, priority)) = root {
        // Root only ever answers: while somebody else runs, it waits.
        table.row([
            &0,
            &"root",
            &role(Role::Server),
            &state(State::Waiting),
            &priority,
            &Seconds(cpu_ns),
            &Size(memory),
            &capabilities,
        ]);
    }
    for info in shell.processes()? {
        table.row([
            &info.process,
            &info.name,
            &role(info.role),
            &state(info.state),
            &info.priority,
            &Seconds(info.cpu_ns),
            &Size(info.memory),
            &info.capabilities,
        ]);
    }
    shell.write(table.text().as_bytes())
}

fn role(role: Role) -> &'static str {
    match role {
        Role::Server => "server",
        Role::Driver => "driver",
        Role::Program => "program",
    }
}

fn state(state: State) -> &'static str {
    match state {
        State::Starting => "starting",
        State::Running => "running",
        State::Waiting => "waiting",
        State::Faulted => "faulted",
        State::Ended => "ended",
    }
}
