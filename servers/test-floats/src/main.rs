//! A component of an image that computes with vector registers (`fpu = true` in the manifest).
//!
//! Its turns are longer than a time slice, so that what it has in vector registers is put away and brought back between
//! them, and answers are calls, which clear them.

#![no_std]
#![no_main]

use libipc::{Caller, Never, Startup};
use proto::test_floats;

/// It keeps nothing.
struct Floats;

impl test_floats::Server for Floats {
    fn quarter_circles(&mut self, _: Caller, terms: u32) -> u64 {
        let sum: f64 = (0..terms)
            .map(|term| {
                let part = 4.0 / (2.0 * f64::from(term) + 1.0);
                if term.is_multiple_of(2) { part } else { -part }
            })
            .sum();
        (sum * 1e9) as u64
    }
}

#[libipc::main]
fn main(env: Startup) -> Never {
    test_floats::serve(env.endpoint("test_floats"), Floats)
}
