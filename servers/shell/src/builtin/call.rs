//! `call`.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use libipc::{Transport, reflect};
use proto::reflections;

use crate::command::Builtin;
use crate::options;
use crate::shell::Shell;
use crate::trouble::{Outcome, Trouble};

pub(crate) const fn command<T: Transport + 'static>() -> Builtin<T> {
    Builtin {
        name: "call",
        arguments: "SERVER[.METHOD [ARGUMENT=VALUE...]]",
        summary: "calls a method of a server, or lists its methods",
        run,
    }
}

fn run<T: Transport + 'static>(shell: &mut Shell<T>, arguments: &[String]) -> Outcome {
    let (_, words) = options::take(arguments, "")?;
    let (target, rest) = match words {
        [target, rest @ ..] => (target.as_str(), rest),
        [] => return Err(Trouble::Usage("a server is missing".into())),
    };
    let (server, method) = match target.split_once('.') {
        Some((server, method)) => (server, Some(method)),
        None => (target, None),
    };
    let all = reflections::ALL.iter();
    let known = all.copied().find(|(name, _)| *name == server);
    let Some((name, description)) = known else {
        return Err(Trouble::at(server, "there is no such interface"));
    };
    let mut text = String::new();
    match method {
        // A `String` takes everything.
        None => {
            let _ = reflect::methods(description, &mut text);
        }
        Some(method) => {
            let given = given(rest)?;
            let transport = transport(shell, server)?;
            let called = (name, description);
            reflect::call(transport, called, method, &given, &mut text)
                .map_err(|trouble| Trouble::at(target, trouble))?;
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

fn transport<'a, T: Transport + 'static>(shell: &'a Shell<T>, server: &str) -> Outcome<&'a T> {
    let clients = &shell.clients;
    Ok(match server {
        "console" => clients.console.transport(),
        "system" => clients.system.transport(),
        "vfs" => clients.vfs()?.transport(),
        "processes" => clients.processes()?.transport(),
        "memory" => clients.memory()?.transport(),
        _ => {
            let why = "the shell has no connection to such a server";
            return Err(Trouble::at(server, why));
        }
    })
}
