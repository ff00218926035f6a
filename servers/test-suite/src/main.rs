//! The tests of the kernel that run on the target.
//!
//! Each test makes the objects that it needs of one piece of memory, lets threads in the assistant's process follow
//! scripts, and looks at what became of them; afterwards the memory is revoked, and with it goes everything
//! that a test made or left running. Threads of greater priority run until they block before a call that
//! wakes them returns, so that no test sleeps. Results go to the runner.
//!
//! | module | tests |
//! |---|---|
//! | [`ipc`], [`death`], [`notifications`] | messages, ends of those who take part, signals |
//! | [`time`] | clock, deadlines, priorities, budgets |
//! | [`faults`], [`entry`] | mistakes of programs; registers and flags on the way through the kernel |
//! | [`memory`], [`objects`] | mappings; untyped memory, capabilities |
//! | [`devices`], [`random`] | interrupts, ports, log; random system calls |
//! | [`floats`] | a component that computes with vector registers |
//! | [`copies`] | copies of memory |
//!
//! What differs between processors is in [`machine`].

#![no_std]
#![no_main]
#![allow(
    unsafe_code,
    reason = "scripts and message pages of other threads are memory at addresses that the suite chose"
)]

extern crate alloc;

mod bench;
mod check;
mod copies;
mod death;
mod devices;
mod entry;
mod faults;
mod floats;
mod ipc;
mod machine;
mod many;
mod memory;
mod notifications;
mod objects;
mod random;
mod robot;
mod steps;
mod time;

use libipc::{Never, Startup};
use proto::test_results;

use bench::Bench;
use check::{Outcome, cut};

/// A test: a sentence and what shows it.
struct Test {
    name: &'static str,
    run: fn(&mut Bench) -> Outcome,
}

/// Makes a table of tests from the functions' names.
macro_rules! tests {
    ($($(#[$attribute:meta])* $name:ident)*) => {
        pub(crate) const TESTS: &[crate::Test] = &[
            $($(#[$attribute])* crate::Test { name: stringify!($name), run: $name },)*
        ];
    };
}
use tests;

const TABLES: [&[Test]; 13] = [
    floats::TESTS,
    copies::TESTS,
    ipc::TESTS,
    death::TESTS,
    notifications::TESTS,
    time::TESTS,
    faults::TESTS,
    entry::TESTS,
    memory::TESTS,
    many::TESTS,
    objects::TESTS,
    devices::TESTS,
    random::TESTS,
];

#[libipc::main]
fn main(env: Startup) -> Never {
    let results: test_results::Client = env.connect("results");
    let mut bench = Bench::new(&env);
    for test in TABLES.into_iter().flatten() {
        run(&results, test, &mut bench);
    }
    let ended = results.finished();
    panic!("the machine stays on: {ended:?}");
}

fn run(results: &test_results::Client, test: &Test, bench: &mut Bench) {
    let told = results.begin(test.name).and_then(|()| {
        let outcome = bench.reset().and_then(|()| (test.run)(bench));
        match outcome {
            Ok(()) => results.passed(),
            Err(reason) => results.failed(cut(&reason)),
        }
    });
    if let Err(error) = told {
        panic!("the runner does not answer: {error}");
    }
}
