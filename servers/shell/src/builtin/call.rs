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
        arguments: "[CONNECTION:]SERVER[.METHOD [ARGUMENT=VALUE...]]",
        summary: "calls a method of a server, or lists its methods",
        run,
    }
}

fn run<T: Transport + 'static>(shell: &mut Shell<T>, arguments: &[String]) -> Outcome {
    let (_, words) = options::take(arguments, "")?;
    let (target, rest) = words
        .split_first()
        .ok_or_else(|| Trouble::Usage(format!("a server is missing; {}", known(shell))))?;
    let (server, method) = match target.split_once('.') {
        Some((server, method)) => (server, Some(method)),
        None => (target.as_str(), None),
    };
    // A connection has its interface's name, or says whose it is.
    let (_, interface) = server.split_once(':').unwrap_or(("", server));
    let described = reflections::ALL
        .iter()
        .find(|one| one.interface == interface);
    let described = *described.ok_or_else(|| misuse(server, known(shell)))?;
    let mut text = String::new();
    match method {
        None => {
            options::none(rest)?;
            // Neither the description nor a `String` can fail.
            let _ = reflect::methods(described, &mut text);
        }
        Some(method) => {
            let given = given(rest)?;
            with(shell, server, |transport| {
                reflect::call(transport, described, method, &given, &mut text)
                    .map_err(|trouble| told(described, target, trouble))
            })?;
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

/// Does something with the connection to a server.
pub(super) fn with<T: Transport + 'static, R>(
    shell: &Shell<T>,
    server: &str,
    act: impl FnOnce(&T) -> Outcome<R>,
) -> Outcome<R> {
    let (own, name) = match server.split_once(':') {
        Some((connection, _)) => (None, connection),
        None => (transport(&shell.clients, server), server),
    };
    match (own, shell.connection(name)) {
        (Some(known), _) => act(known?),
        (None, Some(other)) => act(&other),
        (None, None) => Err(misuse(server, known(shell))),
    }
}

/// The connection that the shell has for itself to a server, if it is one of those that it may have.
fn transport<'a, T: Transport>(clients: &'a Clients<T>, server: &str) -> Option<Outcome<&'a T>> {
    Some(Ok(match server {
        "clock" => return Some(clients.clock().map(|client| client.transport())),
        "memory" => return Some(clients.memory().map(|client| client.transport())),
        "outlets" => return Some(clients.outlets().map(|client| client.transport())),
        "processes" => return Some(clients.processes().map(|client| client.transport())),
        "vfs" => return Some(clients.vfs().map(|client| client.transport())),
        "system" => clients.system.transport(),
        "console" => clients.console.transport(),
        _ => return None,
    }))
}

/// The servers that can be called.
fn known<T: Transport + 'static>(shell: &Shell<T>) -> String {
    let can_be_called = |one: &&Described| {
        let own = transport(&shell.clients, one.interface);
        own.is_some_and(|own| own.is_ok()) || shell.connection(one.interface).is_some()
    };
    let all = reflections::ALL.iter().filter(can_be_called);
    let names: Vec<_> = all.map(|one| one.interface).collect();
    format!("the shell is connected to {}", names.join(", "))
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
