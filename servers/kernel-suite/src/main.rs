//! Tests the kernel on the target, in the place of root: entry and exit, faults, time, calls, several cores, random calls.
//!
//! It is the only program of its image, so that a failure is the kernel's (or this program's) and no
//! server's. Each test runs a few instructions (`probe`) in a victim thread whose faults come here. It prints
//! `test NAME ... ok` or `test NAME ... FAILED reason` to the kernel log, and ends the machine with code 0 or 1.

#![no_std]
#![no_main]
#![allow(
    unsafe_code,
    reason = "probes are instructions that no compiler makes, and programs are copied to other processes"
)]

extern crate alloc;

mod boot;
mod calls;
mod cores;
mod counters;
mod entry;
mod faults;
mod fixture;
mod leak;
mod lodge;
mod mapping;
#[cfg(target_arch = "x86_64")]
mod ports;
mod probe;
mod random;
mod spaces;
mod time;

use alloc::format;
use alloc::string::String;

use libipc::Never;
use libipc::abi::boot::{BootInfo, LOG, MACHINE};
use libipc::objects::{Log, Machine};

use fixture::Fixture;

/// Why a test failed.
type Failure = String;

/// A test: a sentence and what shows it.
struct Test {
    name: &'static str,
    run: fn(&mut Fixture) -> Result<(), Failure>,
}

/// All tests, in the order in which they run.
fn tables() -> impl Iterator<Item = &'static Test> {
    let tables = [
        boot::TESTS,
        faults::TESTS,
        entry::TESTS,
        leak::TESTS,
        mapping::TESTS,
        time::TESTS,
        if cfg!(feature = "counted") {
            time::COUNTED
        } else {
            &[]
        },
        calls::TESTS,
        cores::TESTS,
        lodge::TESTS,
        counters::TESTS,
        spaces::TESTS,
        random::TESTS,
    ];
    #[cfg(target_arch = "x86_64")]
    let tables = tables.into_iter().chain([ports::TESTS]);
    tables.into_iter().flatten()
}

#[libipc::root_main]
fn main(info: &'static BootInfo) -> Never {
    let failed = match Fixture::new(info) {
        Ok(mut fixture) => tables().filter(|test| !passes(test, &mut fixture)).count(),
        Err(failure) => {
            print(&format!(
                "test the_objects_for_tests_can_be_made ... FAILED {failure}\n"
            ));
            1
        }
    };
    let refused = Machine::from(MACHINE).off(u8::from(failed != 0));
    panic!("the machine stays on: {refused:?}");
}

fn passes(test: &Test, fixture: &mut Fixture) -> bool {
    let result = (test.run)(fixture);
    match &result {
        Ok(()) => print(&format!("test {} ... ok\n", test.name)),
        Err(failure) => print(&format!("test {} ... FAILED {failure}\n", test.name)),
    }
    result.is_ok()
}

fn print(text: &str) {
    // A log that cannot be written has no place to complain to; the host then misses the line.
    let _ = Log::from(LOG).write(text.as_bytes());
}

/// Fails unless both are equal.
fn expect<T: PartialEq + core::fmt::Debug>(what: &str, found: T, wanted: T) -> Result<(), Failure> {
    if found == wanted {
        return Ok(());
    }
    Err(format!("{what}: {found:x?} instead of {wanted:x?}"))
}

/// Fails with `what` unless it holds.
fn ensure(holds: impl FnOnce() -> Option<()>, what: &str) -> Result<(), Failure> {
    holds().ok_or_else(|| String::from(what))
}
