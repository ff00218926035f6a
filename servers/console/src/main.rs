//! The console's program: serves the terminal behind the serial driver that it is connected to, and its text to the driver
//! of a display if it provides `screen`.

#![no_std]
#![no_main]

use console::Terminal;
use libipc::abi::startup::EntryKind;
use libipc::objects::{CNode, Notification};
use libipc::{Cap, Never, Rights, Router, Startup, slots};
use proto::{console as interface, processes, screen, serial};

/// The bit of the own notification that the driver signals. Bits from 0 up are the image's to give.
const ARRIVAL: u64 = 1 << 63;

#[libipc::main]
fn main(env: Startup) -> Never {
    let line: serial::Client = env.connect("serial");
    if let Err(error) = line.subscribe(arrival(env.notification())) {
        panic!("the serial driver does not answer: {error}");
    }
    let processes: Option<processes::Client> = env.try_connect("processes");
    let terminal = Terminal::new(line, processes, ARRIVAL);
    let own = env.endpoint("console");
    if env.find(EntryKind::Server, "screen").is_none() {
        return interface::serve(own, terminal);
    }
    Router::new(terminal.with_display())
        .with(own, interface::dispatch)
        .shortly(own, interface::dispatch_short)
        .with(env.endpoint("screen"), screen::dispatch)
        .serve()
}

/// A capability to signal the own notification with the bit for arrivals.
fn arrival(own: Notification) -> Cap<Notification> {
    let Some(slot) = slots::allocate() else {
        panic!("no free slot for the driver's signal");
    };
    match CNode::OWN.mint(slot, CNode::OWN, own.cptr(), Rights::WRITE, ARRIVAL) {
        Ok(()) => Cap::from_slot(slot),
        Err(refusal) => panic!("no signal for the driver: {}", refusal.text().trim()),
    }
}
