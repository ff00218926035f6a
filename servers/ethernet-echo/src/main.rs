//! The program: waits for a link, and then for frames.

#![no_std]
#![no_main]

use ethernet_echo::Station;
use libipc::lend::Lender;
use libipc::{Error, Never, Startup, clock_ns, log_line};
use proto::ethernet::{Client, Error as Refused};

/// Between two looks whether there is a link.
const LOOK_NS: u64 = 1_000_000_000;

#[libipc::main]
fn main(env: Startup) -> Never {
    let ethernet: Client = env.connect("ethernet");
    let Some(lender) = Lender::open(&env, "ethernet") else {
        panic!("the manifest must give connection `ethernet` a ring with both pools");
    };
    match Station::new(ethernet, lender) {
        Ok(station) => {
            let why = work(&env, station);
            log_line(format_args!("the network is given up: {why}"));
        }
        Err(why) => log_line(format_args!("no network: {why}")),
    }
    loop {
        // Nothing signals it: there is nothing left to do.
        let _ = env.notification().wait();
    }
}

/// Answers frames until the interface is gone.
fn work(env: &Startup, mut station: Station<libipc::Connection>) -> Error<Refused> {
    loop {
        match station.has_link() {
            Ok(true) => {}
            Ok(false) => {
                // Ends by its deadline, which the kernel reports as a refusal.
                let _ = env.notification().wait_until(clock_ns() + LOOK_NS);
                continue;
            }
            Err(why) => return why,
        }
        log_line(format_args!("there is a link"));
        let why = loop {
            if let Err(why) = station.serve() {
                break why;
            }
        };
        match why {
            Error::Server(Refused::NoLink | Refused::Device) => {
                log_line(format_args!("no frames: {why}"));
            }
            why => return why,
        }
    }
}
