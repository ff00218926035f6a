//! `echo`.

use alloc::string::String;

use libipc::Transport;

use crate::command::Builtin;
use crate::shell::Shell;
use crate::trouble::Outcome;

pub(crate) const fn command<T: Transport + 'static>() -> Builtin<T> {
    Builtin {
        name: "echo",
        arguments: "[-n] [WORD...]",
        summary: "writes words; with -n without a line's end",
        run,
    }
}

fn run<T: Transport + 'static>(shell: &mut Shell<T>, arguments: &[String]) -> Outcome {
    // Anything but -n is a word: what is echoed may well begin with a dash.
    let (words, end) = match arguments.split_first() {
        Some((first, words)) if first == "-n" => (words, ""),
        _ => (arguments, "\n"),
    };
    shell.print(format_args!("{}{end}", words.join(" ")))
}
