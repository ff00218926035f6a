//! Random system calls, faults, interrupts and passing time: nothing that user mode does may break the kernel.
//!
//! Several threads share two CNodes that hold themselves, each other and every kind of object. The running
//! thread makes a random call whose arguments are mostly of the kinds that its signature names. The checked store
//! panics when a reference to a retired object is followed; between calls the invariants of `state` are checked.
//! At the end of a round root, whom nobody else can reach, revokes everything, and nothing may be left.

pub(super) mod choice;
mod population;
mod state;
mod twins;
mod world;

pub(super) use choice::Random;
use world::World;

/// Rounds, each with a population of its own.
const ROUNDS: u64 = 40;
/// Events in a round.
const STEPS: u64 = 1000;

fn run(seeds: core::ops::Range<u64>, steps: u64) {
    let mut world = World::new();
    for seed in seeds {
        world.populate(seed);
        for step in 0..steps {
            world.step();
            if step % 25 == seed % 25 {
                world.check();
            }
        }
        world.tear_down();
    }
}

#[test]
fn random_system_calls_keep_the_invariants() {
    run(0..ROUNDS, STEPS);
}

#[test]
#[ignore = "takes minutes"]
fn many_random_system_calls_keep_the_invariants() {
    // Other seeds each time; a failure names the one that led to it.
    let first = Random::new(std::process::id().into()).next() & 0xffff_ffff;
    run(first..first + 250, 4 * STEPS);
}
