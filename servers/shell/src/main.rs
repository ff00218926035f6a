//! The shell's program: a session, then the machine is off.

#![no_std]
#![no_main]

extern crate alloc;

use alloc::boxed::Box;

use libipc::objects::{CNode, Notification};
use libipc::{Cap, Never, Rights, Startup, clock_ns, log, slots};
use proto::processes;
use shell::{Clients, Shell, Watch};

/// The bit of the own notification that the process server signals. Bits from 0 up are the image's to give.
const EVENTS: u64 = 1 << 63;

/// The longest that a watchdog which is to end at once may take.
const PATIENCE_NS: u64 = 2_000_000_000;

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
        gpio: env.try_connect("gpio"),
        watchdog: env.try_connect("watchdog"),
        system_timer: env.try_connect("system_timer"),
    });
    if let Some(watch) = watch(&env) {
        shell.watch(watch);
    }
    shell.connect(Box::new(move |name| env.try_connect(name)));
    let ending = shell.session();
    if shell.leave(ending) {
        // By the watchdog, in a moment.
        let _ = env.notification().wait_until(clock_ns() + PATIENCE_NS);
        log!("the watchdog did nothing");
    }
    let system: proto::system::Client = env.connect("system");
    let refused = system.power_off(ending.status);
    log!("the machine was not switched off: {refused:?}");
    loop {
        // Nothing signals it: the shell has nothing left to do.
        let _ = env.notification().wait();
    }
}

/// Lets the process server signal the own notification; the shell looks there for news. `None` if there is no
/// process server, or it has no room for a further watcher: then the shell asks instead.
fn watch(env: &Startup) -> Option<Watch> {
    let processes: processes::Client = env.try_connect("processes")?;
    let own = env.notification();
    let arrival = signal(own)?;
    let watched = processes.watch_events(&arrival);
    // The server has a copy.
    drop(arrival);
    (watched == Ok(true))
        .then(|| -> Watch { Box::new(move || own.poll().is_ok_and(|bits| bits & EVENTS != 0)) })
}

/// A capability to signal the own notification with the bit for events.
fn signal(own: Notification) -> Option<Cap<Notification>> {
    let slot = slots::allocate()?;
    CNode::OWN
        .mint(slot, CNode::OWN, own.cptr(), Rights::WRITE, EVENTS)
        .ok()?;
    Some(Cap::from_slot(slot))
}
