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
    fn add(&mut self, _: libipc::Caller, by: u64) -> Result<u64, Error> {
        match self.random.value() {
            true => Ok(self.random.value()),
            false => Err(self.random.value()),
        }
    }

    #[allow(unused_variables, reason = "what it is asked changes nothing")]
    fn get(&mut self, _: libipc::Caller) -> u64 {
        self.random.value()
    }

    #[allow(unused_variables, reason = "what it is asked changes nothing")]
    fn wait_for(
        &mut self,
        _: libipc::Caller,
        value: u64,
        reply: libipc::Reply<u64, core::convert::Infallible>,
    ) {
        if self.random.value() {
            reply.ok(self.random.value());
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
        labels::ADD => {
            w.put(&random.value::<u64>())?;
        }
        labels::WAIT_FOR => {
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
    const ALL: &[u32] = &[labels::ADD, labels::GET, labels::WAIT_FOR];
    let server = Anything::new(random.number());
    crate::sample::attack(random, ALL, arguments, &mut Dispatcher(server));
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
