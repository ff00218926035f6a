//! The shell's program: a session, then the machine is off.

#![no_std]
#![no_main]

use libipc::{Never, Startup, log};
use shell::{Clients, Shell};

#[libipc::main]
fn main(env: Startup) -> Never {
    let mut shell = Shell::new(Clients {
        console: env.connect("console"),
        system: env.connect("system"),
        vfs: env.try_connect("vfs"),
        processes: env.try_connect("processes"),
        memory: env.try_connect("memory"),
        outlets: env.try_connect("outlets"),
        clock: env.try_connect("clock"),
    });
    let ending = shell.session();
    let system: proto::system::Client = env.connect("system");
    let refused = system.power_off(ending.status);
    log!("the machine was not switched off: {refused:?}");
    loop {
        // Nothing signals it: the shell has nothing left to do.
        let _ = env.notification().wait();
    }
}
