//! The built-in commands, one file each.

mod call;
mod cat;
mod cd;
mod cp;
mod date;
mod df;
mod dmesg;
mod echo;
mod gpio;
mod help;
mod hexdump;
mod kill;
mod ls;
mod mem;
mod mkdir;
pub(crate) mod mounts;
mod mv;
mod poweroff;
mod ps;
mod pwd;
mod reboot;
mod rm;
mod rmdir;
mod run;
mod sha256sum;
mod stat;
mod stats;
mod sync;
mod time;
mod timer;
mod wait;
mod watchdog;

use alloc::format;
use alloc::string::String;
use core::marker::PhantomData;

use libipc::Transport;

use crate::command::Builtin;

/// The table of a shell with this transport.
struct Table<T>(PhantomData<T>);

impl<T: Transport + 'static> Table<T> {
    /// All commands, by name.
    const ALL: &'static [Builtin<T>] = &[
        call::command(),
        cat::command(),
        cd::command(),
        cp::command(),
        date::command(),
        df::command(),
        dmesg::command(),
        echo::command(),
        gpio::command(),
        help::command(),
        hexdump::command(),
        kill::command(),
        ls::command(),
        mem::command(),
        mkdir::command(),
        mounts::command(),
        mv::command(),
        poweroff::command(),
        ps::command(),
        pwd::command(),
        reboot::command(),
        rm::command(),
        rmdir::command(),
        run::command(),
        sha256sum::command(),
        stat::command(),
        stats::command(),
        sync::command(),
        time::command(),
        wait::command(),
        timer::command(),
        watchdog::command(),
    ];
}

/// All commands, by name.
pub(crate) fn all<T: Transport + 'static>() -> &'static [Builtin<T>] {
    Table::<T>::ALL
}

/// Whether a command starts a program, which may then run in the background.
pub(crate) fn starts_program(name: &str) -> bool {
    name == run::NAME
}

/// A command by its name.
pub(crate) fn find<T: Transport + 'static>(name: &str) -> Option<&'static Builtin<T>> {
    all().iter().find(|builtin| builtin.name == name)
}

/// How a command is used, as a line; empty if there is no such command.
pub(crate) fn usage<T: Transport + 'static>(name: &str) -> String {
    find::<T>(name).map_or_else(String::new, |builtin| {
        format!("usage: {} {}\n", builtin.name, builtin.arguments)
    })
}
