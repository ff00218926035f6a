//! What tests put in the place of a server of `bench_host`.
//!
//! Made by `idlc`.

pub use crate::bench_host::*;

/// A server whose methods a test writes; one that it did not write is a panic.
#[allow(clippy::type_complexity, reason = "the types are those of the methods")]
pub struct Mock {
    /// What `put` does.
    pub put: alloc::boxed::Box<dyn FnMut(libipc::Caller, u64, u64, u64, u64, u64)>,
    /// What `ask` does.
    pub ask: alloc::boxed::Box<
        dyn FnMut(libipc::Caller, u64, u64, u64, u64, u64) -> u32,
    >,
    /// What `stop` does.
    pub stop: alloc::boxed::Box<
        dyn FnMut(libipc::Caller, u64, u64, u64, u64, u64) -> u32,
    >,
}

impl Default for Mock {
    fn default() -> Self {
        Self {
            put: alloc::boxed::Box::new(|_, _, _, _, _, _| {
                panic!("`bench_host.put` was called, which the test does not expect")
            }),
            ask: alloc::boxed::Box::new(|_, _, _, _, _, _| {
                panic!("`bench_host.ask` was called, which the test does not expect")
            }),
            stop: alloc::boxed::Box::new(|_, _, _, _, _, _| {
                panic!("`bench_host.stop` was called, which the test does not expect")
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
    fn put(&mut self, caller: libipc::Caller, a: u64, b: u64, c: u64, d: u64, e: u64) {
        (self.put)(caller, a, b, c, d, e)
    }

    fn ask(
        &mut self,
        caller: libipc::Caller,
        a: u64,
        b: u64,
        c: u64,
        d: u64,
        e: u64,
    ) -> u32 {
        (self.ask)(caller, a, b, c, d, e)
    }

    fn stop(
        &mut self,
        caller: libipc::Caller,
        a: u64,
        b: u64,
        c: u64,
        d: u64,
        e: u64,
    ) -> u32 {
        (self.stop)(caller, a, b, c, d, e)
    }
}

/// A server that answers every method with one error, and ABANDONED where a method has none.
#[derive(Clone, Copy, Debug)]
pub struct Failing;

impl libipc::Service for Failing {
    fn request(&mut self, request: libipc::Request<'_>) {
        let message = request.message;
        match message.label() {
            labels::PUT | labels::ASK | labels::STOP => {
                message.begin(libipc::label::ABANDONED)
            }
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
    fn put(&mut self, _: libipc::Caller, a: u64, b: u64, c: u64, d: u64, e: u64) {}
    #[allow(unused_variables, reason = "what it is asked changes nothing")]
    fn ask(&mut self, _: libipc::Caller, a: u64, b: u64, c: u64, d: u64, e: u64) -> u32 {
        self.random.value()
    }

    #[allow(unused_variables, reason = "what it is asked changes nothing")]
    fn stop(
        &mut self,
        _: libipc::Caller,
        a: u64,
        b: u64,
        c: u64,
        d: u64,
        e: u64,
    ) -> u32 {
        self.random.value()
    }
}

fn arguments(
    label: u32,
    random: &mut crate::sample::Random,
    w: &mut libipc::Message,
) -> Result<(), libipc::TooLong> {
    use libipc::codec::Sink as _;
    match label {
        labels::PUT => {
            w.put(&random.value::<u64>())?;
            w.put(&random.value::<u64>())?;
            w.put(&random.value::<u64>())?;
            w.put(&random.value::<u64>())?;
            w.put(&random.value::<u64>())?;
        }
        labels::ASK => {
            w.put(&random.value::<u64>())?;
            w.put(&random.value::<u64>())?;
            w.put(&random.value::<u64>())?;
            w.put(&random.value::<u64>())?;
            w.put(&random.value::<u64>())?;
        }
        labels::STOP => {
            w.put(&random.value::<u64>())?;
            w.put(&random.value::<u64>())?;
            w.put(&random.value::<u64>())?;
            w.put(&random.value::<u64>())?;
            w.put(&random.value::<u64>())?;
        }
        _ => {}
    }
    Ok(())
}

/// Hands a request that is made at random to the server's side: one that is right, or one that was right before a
/// part of it was changed.
///
/// # Panics
/// If a right one is not understood, or any is not answered.
pub fn attack(random: &mut crate::sample::Random) {
    const ALL: &[u32] = &[labels::PUT, labels::ASK, labels::STOP];
    let server = Anything::new(random.number());
    crate::sample::attack(random, ALL, arguments, &mut Dispatcher(server));
}

/// Tries the codec with a value of every type that the interface declares.
pub fn round_trips(_random: &mut crate::sample::Random) {}
