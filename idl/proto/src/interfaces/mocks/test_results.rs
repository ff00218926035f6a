//! What tests put in the place of a server of `test_results`.
//!
//! Made by `idlc`.

pub use crate::test_results::*;

/// A server whose methods a test writes; one that it did not write is a panic.
#[allow(clippy::type_complexity, reason = "the types are those of the methods")]
pub struct Mock {
    /// What `begin` does.
    pub begin: alloc::boxed::Box<dyn FnMut(libipc::Caller, &str)>,
    /// What `passed` does.
    pub passed: alloc::boxed::Box<dyn FnMut(libipc::Caller)>,
    /// What `failed` does.
    pub failed: alloc::boxed::Box<dyn FnMut(libipc::Caller, &str)>,
    /// What `finished` does.
    pub finished: alloc::boxed::Box<
        dyn FnMut(libipc::Caller, libipc::Reply<(), core::convert::Infallible>),
    >,
}

impl Default for Mock {
    fn default() -> Self {
        Self {
            begin: alloc::boxed::Box::new(|_, _| {
                panic!("`test_results.begin` was called, which the test does not expect")
            }),
            passed: alloc::boxed::Box::new(|_| {
                panic!(
                    "`test_results.passed` was called, which the test does not expect"
                )
            }),
            failed: alloc::boxed::Box::new(|_, _| {
                panic!(
                    "`test_results.failed` was called, which the test does not expect"
                )
            }),
            finished: alloc::boxed::Box::new(|_, _| {
                panic!(
                    "`test_results.finished` was called, which the test does not expect"
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
    fn begin(&mut self, caller: libipc::Caller, name: &str) {
        (self.begin)(caller, name)
    }

    fn passed(&mut self, caller: libipc::Caller) {
        (self.passed)(caller)
    }

    fn failed(&mut self, caller: libipc::Caller, reason: &str) {
        (self.failed)(caller, reason)
    }

    fn finished(
        &mut self,
        caller: libipc::Caller,
        reply: libipc::Reply<(), core::convert::Infallible>,
    ) {
        (self.finished)(caller, reply)
    }
}

/// A server that answers every method with one error, and ABANDONED where a method has none.
#[derive(Clone, Copy, Debug)]
pub struct Failing;

impl libipc::Service for Failing {
    fn request(&mut self, request: libipc::Request<'_>) {
        let message = request.message;
        match message.label() {
            labels::BEGIN | labels::PASSED | labels::FAILED | labels::FINISHED => {
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
    fn begin(&mut self, _: libipc::Caller, name: &str) {}
    #[allow(unused_variables, reason = "what it is asked changes nothing")]
    fn passed(&mut self, _: libipc::Caller) {}
    #[allow(unused_variables, reason = "what it is asked changes nothing")]
    fn failed(&mut self, _: libipc::Caller, reason: &str) {}
    #[allow(unused_variables, reason = "what it is asked changes nothing")]
    fn finished(
        &mut self,
        _: libipc::Caller,
        reply: libipc::Reply<(), core::convert::Infallible>,
    ) {
        if self.random.value() {
            reply.ok(());
        }
    }
}

fn arguments(
    label: u32,
    random: &mut crate::sample::Random,
    w: &mut libipc::Message,
) -> Result<(), libipc::TooLong> {
    use libipc::codec::Sink as _;
    match label {
        labels::BEGIN => {
            w.put(&random.value::<libipc::codec::Text<120>>())?;
        }
        labels::FAILED => {
            w.put(&random.value::<libipc::codec::Text<400>>())?;
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
    const ALL: &[u32] = &[
        labels::BEGIN,
        labels::PASSED,
        labels::FAILED,
        labels::FINISHED,
    ];
    let server = Anything::new(random.number());
    crate::sample::attack(random, ALL, arguments, &mut Dispatcher(server));
}

/// Tries the codec with a value of every type that the interface declares.
pub fn round_trips(_random: &mut crate::sample::Random) {}
