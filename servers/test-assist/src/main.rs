//! The process in which threads misbehave on order.
//!
//! Its main thread only tells the suite where threads can begin: one entry follows a script of system calls
//! and forbidden instructions, another makes random system calls. The suite makes the threads, so that
//! whatever becomes of them is no concern of this program's.

#![no_std]
#![no_main]
#![allow(
    unsafe_code,
    reason = "scripts and probes are instructions that no compiler makes"
)]

mod random;
mod script;

use libipc::objects::{AddressSpace, CNode};
use libipc::{Caller, Cap, Never, Rights, Startup, slots};
use proto::test_assist::{self, Entries};

/// The assistant: gives its address space away.
struct Assist {
    space: AddressSpace,
}

impl test_assist::Server for Assist {
    fn introduce(&mut self, _: Caller) -> (Entries, Cap<AddressSpace>) {
        let Some(slot) = slots::allocate() else {
            panic!("no slot is free");
        };
        let own = CNode::OWN;
        if let Err(refusal) = own.copy(slot, own, self.space.cptr(), Rights::all()) {
            panic!("the address space cannot be copied: {refusal:?}");
        }
        let entries = Entries {
            script: script::entry(),
            random: random::entry(),
            text: script::text(),
        };
        (entries, Cap::from_slot(slot))
    }
}

#[libipc::main]
fn main(env: Startup) -> Never {
    let assist = Assist {
        space: env.other("space"),
    };
    test_assist::serve(env.endpoint("test_assist"), assist)
}
