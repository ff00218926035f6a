//! What tests put in the place of a server of `test_floats`.
//!
//! Made by `idlc`.

pub use crate::test_floats::*;

/// A server whose methods a test writes; one that it did not write is a panic.
#[allow(clippy::type_complexity, reason = "the types are those of the methods")]
pub struct Mock {
    /// What `quarter_circles` does.
    pub quarter_circles: alloc::boxed::Box<dyn FnMut(libipc::Caller, u32) -> u64>,
}

impl Default for Mock {
    fn default() -> Self {
        Self {
            quarter_circles: alloc::boxed::Box::new(|_, _| {
                panic!(
                    "`test_floats.quarter_circles` was called, which the test does not expect"
                )
            }),
        }
    }
}

impl core::fmt::Debug for Mock {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Mock")
    }
}

impl Server for Mock {
    fn quarter_circles(&mut self, caller: libipc::Caller, terms: u32) -> u64 {
        (self.quarter_circles)(caller, terms)
    }
}

/// A server that answers every method with one error, and ABANDONED where a method has none.
#[derive(Clone, Copy, Debug)]
pub struct Failing;

impl libipc::Service for Failing {
    fn request(&mut self, request: libipc::Request<'_>) {
        let message = request.message;
        match message.label() {
            labels::QUARTER_CIRCLES => message.begin(libipc::label::ABANDONED),
            _ => {
                let _ = libipc::codec::stub::unknown(message, INTERFACE.id);
            }
        }
    }
}

/// A server that answers anything to everything.
#[allow(missing_debug_implementations, reason = "its numbers say nothing")]
pub struct Anything {
    random: crate::sample::Random,
}

impl Anything {
    /// A server whose answers come of a seed.
    pub fn new(seed: u64) -> Self {
        Self {
            random: crate::sample::Random::new(seed),
        }
    }
}

impl Server for Anything {
    #[allow(unused_variables, reason = "what it is asked changes nothing")]
    fn quarter_circles(&mut self, _: libipc::Caller, terms: u32) -> u64 {
        self.random.value()
    }
}

fn arguments(
    label: u32,
    random: &mut crate::sample::Random,
    w: &mut libipc::Message,
) -> Result<(), libipc::TooLong> {
    use libipc::codec::Sink as _;
    if label == labels::QUARTER_CIRCLES {
        w.put(&random.value::<u32>())?;
    }
    Ok(())
}

/// Hands a request that is made at random to the server's side: one that is right, or one that was right before a
/// part of it was changed.
///
/// # Panics
/// If a right one is not understood, or any is not answered.
pub fn attack(random: &mut crate::sample::Random) {
    const ALL: &[u32] = &[labels::QUARTER_CIRCLES];
    let server = Anything::new(random.number());
    crate::sample::attack(random, ALL, arguments, &mut Dispatcher(server));
}

/// Tries the codec with a value of every type that the interface declares.
pub fn round_trips(_random: &mut crate::sample::Random) {}
