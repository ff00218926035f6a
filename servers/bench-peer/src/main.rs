//! The processes on the other side of what the benchmark measures.
//!
//! With the argument `ring` the program serves a ring. Without, its main thread serves the interface
//! `bench_peer`: it tells where threads can begin in this process, and the benchmark makes them. They play
//! their parts without any library between them and the kernel, so that what is measured is the kernel's path
//! and the least of stubs. It also supervises the benchmark: if that faults, the machine ends with a code
//! instead of waiting for ever.

#![no_std]
#![no_main]
#![allow(
    unsafe_code,
    reason = "breakpoints, reads that fault, and a program that is written into a page"
)]

mod parts;
mod program;

use bench_peer::Taker;
use libipc::objects::{AddressSpace, CNode, Machine};
use libipc::ring::{RingEnds, RingService};
use libipc::{Caller, Cap, Fault, FaultAnswer, Never, Rights, Startup, slots};
use proto::bench_peer::{self as interface, Entries};
use proto::bench_ring;

/// The machine's exit code when the benchmark has faulted.
const FAULTED: u8 = 70;

/// The process in which the benchmark makes threads.
struct Peer {
    space: AddressSpace,
    machine: Machine,
}

impl interface::Server for Peer {
    fn introduce(&mut self, _: Caller) -> (Entries, Cap<AddressSpace>) {
        let Some(slot) = slots::allocate() else {
            panic!("no slot is free");
        };
        let own = CNode::OWN;
        if let Err(refusal) = own.copy(slot, own, self.space.cptr(), Rights::all()) {
            panic!("the address space cannot be copied: {refusal:?}");
        }
        (parts::entries(), Cap::from_slot(slot))
    }

    fn echo(&mut self, _: Caller, word: u64) -> u64 {
        word
    }

    fn turns(&mut self, _: Caller) -> u64 {
        parts::turns()
    }

    fn write_program(&mut self, _: Caller, address: u64) {
        program::write(address);
    }

    fn fault(&mut self, fault: Fault) -> FaultAnswer {
        libipc::log!(
            "the benchmark ended: {} (address {:#x}, instruction {:#x})",
            fault.kind.text(),
            fault.address,
            fault.ip
        );
        let refused = self.machine.off(FAULTED);
        panic!("the machine stays on: {refused:?}");
    }
}

#[libipc::main]
fn main(env: Startup) -> Never {
    if env.args().any(|role| role == "ring") {
        return serve_ring(env);
    }
    let peer = Peer {
        space: env.other("space"),
        machine: env.other("machine"),
    };
    interface::serve(env.endpoint("bench_peer"), peer)
}

fn serve_ring(env: Startup) -> Never {
    let Some(ends) = RingEnds::served(&env).next() else {
        panic!("the manifest gives no ring");
    };
    let taker = Taker::new(ends.pools.inward);
    RingService::new(bench_ring::Dispatcher(taker))
        .with(ends)
        .serve(env.endpoint("bench_ring"))
}
