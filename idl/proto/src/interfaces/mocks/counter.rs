//! What tests put in the place of a server of `counter`.
//!
//! Made by `idlc`.

pub use crate::counter::*;

/// A server whose methods a test writes; one that it did not write is a panic.
#[allow(clippy::type_complexity, reason = "the types are those of the methods")]
pub struct Mock {
    /// What `add` does.
    pub add: alloc::boxed::Box<dyn FnMut(libipc::Caller, u64) -> Result<u64, Error>>,
    /// What `get` does.
    pub get: alloc::boxed::Box<dyn FnMut(libipc::Caller) -> u64>,
    /// What `wait_for` does.
    pub wait_for: alloc::boxed::Box<
        dyn FnMut(libipc::Caller, u64, libipc::Reply<u64, core::convert::Infallible>),
    >,
}

impl Default for Mock {
    fn default() -> Self {
        Self {
            add: alloc::boxed::Box::new(|_, _| {
                panic!("`counter.add` was called, which the test does not expect")
            }),
            get: alloc::boxed::Box::new(|_| {
                panic!("`counter.get` was called, which the test does not expect")
            }),
            wait_for: alloc::boxed::Box::new(|_, _, _| {
                panic!("`counter.wait_for` was called, which the test does not expect")
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
    fn add(&mut self, caller: libipc::Caller, by: u64) -> Result<u64, Error> {
        (self.add)(caller, by)
    }

    fn get(&mut self, caller: libipc::Caller) -> u64 {
        (self.get)(caller)
    }

    fn wait_for(
        &mut self,
        caller: libipc::Caller,
        value: u64,
        reply: libipc::Reply<u64, core::convert::Infallible>,
    ) {
        (self.wait_for)(caller, value, reply)
    }
}

/// A server that answers every method with one error, and ABANDONED where a method has none.
#[derive(Clone, Copy, Debug)]
pub struct Failing(pub Error);

impl libipc::Service for Failing {
    fn request(&mut self, request: libipc::Request<'_>) {
        let message = request.message;
        match message.label() {
            labels::ADD => {
                libipc::codec::stub::answer(
                    message,
                    Err::<(), _>(self.0),
                    |_, ()| Ok(()),
                );
            }
            labels::GET | labels::WAIT_FOR => message.begin(libipc::label::ABANDONED),
            _ => {
                let _ = libipc::codec::stub::unknown(message, INTERFACE.id);
            }
        }
    }
}

impl crate::sample::Sample for Error {
    fn sample(random: &mut crate::sample::Random) -> Self {
        random.one_of(Self::ALL)
    }
}

/// Tries the codec with a value of every type that the interface declares.
pub fn round_trips(random: &mut crate::sample::Random) {
    crate::sample::round_trip::<Error>(random, crate::sample::Encodings::One);
}
