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

/// Tries the codec with a value of every type that the interface declares.
pub fn round_trips(_random: &mut crate::sample::Random) {}
