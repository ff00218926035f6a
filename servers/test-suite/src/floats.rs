//! A component of the image that computes with vector registers.

use crate::bench::Bench;
use crate::check::{Outcome, done, expect};

crate::tests! {
    a_component_computes_with_vector_registers
}

/// Terms of the sum: more than a time slice has room for.
const TERMS: u32 = 1_000_000;
/// The sum in billionths, by any arithmetic of IEEE 754 with 64 bits.
const SUM: u64 = 3_141_591_653;

fn a_component_computes_with_vector_registers(bench: &mut Bench) -> Outcome {
    for _ in 0..2 {
        let sum = done("computing", bench.given.floats.quarter_circles(TERMS))?;
        expect("the sum", sum, SUM)?;
    }
    Ok(())
}
