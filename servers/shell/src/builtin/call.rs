//! `call`.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use libipc::Transport;
use libipc::reflect::{self, Described};
use proto::reflections;

use crate::clients::Clients;
use crate::command::Builtin;
use crate::options;
use crate::shell::Shell;
use crate::trouble::{MISUSE, Outcome, Trouble};

pub(crate) const fn command<T: Transport + 'static>() -> Builtin<T> {
    Builtin {
        name: "call",
        arguments: "SERVER[.METHOD [ARGUMENT=VALUE...]]",
        summary: "calls a method of a server, or lists its methods",
        run,
    }
}

/// The servers that the shell may be connected to.
const SERVERS: &[Described] = &[
    reflections::CLOCK,
    reflections::CONSOLE,
    reflections::MEMORY,
    reflections::OUTLETS,
    reflections::PROCESSES,
    reflections::SYSTEM,
    reflections::VFS,
];

fn run<T: Transport + 'static>(shell: &mut Shell<T>, arguments: &[String]) -> Outcome {
    let (_, words) = options::take(arguments, "")?;
    let (target, rest) = words
        .split_first()
        .ok_or_else(|| Trouble::Usage(format!("a server is missing; {}", known())))?;
    let (server, method) = match target.split_once('.') {
        Some((server, method)) => (server, Some(method)),
        None => (target.as_str(), None),
    };
    let described = SERVERS.iter().find(|one| one.interface == server);
    let described = *described.ok_or_else(|| misuse(server, known()))?;
    let mut text = String::new();
    match method {
        None => {
            options::none(rest)?;
            // Neither the description nor a `String` can fail.
            let _ = reflect::methods(described, &mut text);
        }
        Some(method) => {
            let given = given(rest)?;
            let transport = transport(&shell.clients, server)?;
            reflect::call(transport, described, method, &given, &mut text)
                .map_err(|trouble| told(described, target, trouble))?;
        }
    }
    shell.write(text.as_bytes())
}

/// Names and values of arguments.
fn given(words: &[String]) -> Outcome<Vec<(&str, &str)>> {
    let pair = |word: &'_ String| format!("{word}: an argument is written NAME=VALUE");
    let pairs = words.iter().map(|word| {
        let pair = word.split_once('=').ok_or_else(|| pair(word));
        pair.map_err(Trouble::Usage)
    });
    pairs.collect()
}

fn transport<'a, T: Transport>(clients: &'a Clients<T>, server: &str) -> Outcome<&'a T> {
    Ok(match server {
        "clock" => clients.clock()?.transport(),
        "memory" => clients.memory()?.transport(),
        "outlets" => clients.outlets()?.transport(),
        "processes" => clients.processes()?.transport(),
        "system" => clients.system.transport(),
        "vfs" => clients.vfs()?.transport(),
        _ => clients.console.transport(),
    })
}

/// What the servers are.
fn known() -> String {
    let names: Vec<_> = SERVERS.iter().map(|one| one.interface).collect();
    format!("the servers are {}", names.join(", "))
}

/// What is wrong with a call: what the server says, or what was written, with the methods if there is no such.
fn told(described: Described, target: &str, trouble: reflect::Trouble<'_>) -> Trouble {
    use reflect::Trouble as Reason;
    match trouble {
        Reason::Failed(name) => Trouble::at(target, format!("the server answers {name}")),
        Reason::Transport(error) => Trouble::at(target, error),
        Reason::NoMethod(_) => {
            let mut why = format!("{trouble}; the methods are\n");
            let _ = reflect::methods(described, &mut why);
            misuse(target, why.trim_end())
        }
        _ => misuse(target, trouble),
    }
}

fn misuse(name: &str, why: impl core::fmt::Display) -> Trouble {
    Trouble::With(MISUSE, format!("{name}: {why}"))
}
