//! What tests put in the place of a server of `system_timer`.
//!
//! Made by `idlc`.

pub use crate::system_timer::*;

/// A server whose methods a test writes; one that it did not write is a panic.
#[allow(clippy::type_complexity, reason = "the types are those of the methods")]
pub struct Mock {
    /// What `now` does.
    pub now: alloc::boxed::Box<dyn FnMut(libipc::Caller) -> u64>,
    /// What `wait` does.
    pub wait: alloc::boxed::Box<
        dyn FnMut(libipc::Caller, u32) -> Result<(u64, u64), Error>,
    >,
}

impl Default for Mock {
    fn default() -> Self {
        Self {
            now: alloc::boxed::Box::new(|_| {
                panic!("`system_timer.now` was called, which the test does not expect")
            }),
            wait: alloc::boxed::Box::new(|_, _| {
                panic!("`system_timer.wait` was called, which the test does not expect")
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
    fn now(&mut self, caller: libipc::Caller) -> u64 {
        (self.now)(caller)
    }

    fn wait(&mut self, caller: libipc::Caller, us: u32) -> Result<(u64, u64), Error> {
        (self.wait)(caller, us)
    }
}

/// A server that answers every method with one error, and ABANDONED where a method has none.
#[derive(Clone, Copy, Debug)]
pub struct Failing(pub Error);

impl libipc::Service for Failing {
    fn request(&mut self, request: libipc::Request<'_>) {
        let message = request.message;
        match message.label() {
            labels::WAIT => {
                libipc::codec::stub::answer(
                    message,
                    Err::<(), _>(self.0),
                    |_, ()| Ok(()),
                );
            }
            labels::NOW => message.begin(libipc::label::ABANDONED),
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
    fn now(&mut self, _: libipc::Caller) -> u64 {
        self.random.value()
    }

    #[allow(unused_variables, reason = "what it is asked changes nothing")]
    fn wait(&mut self, _: libipc::Caller, us: u32) -> Result<(u64, u64), Error> {
        match self.random.value() {
            true => Ok((self.random.value(), self.random.value())),
            false => Err(self.random.value()),
        }
    }
}

fn arguments(
    label: u32,
    random: &mut crate::sample::Random,
    w: &mut libipc::Message,
) -> Result<(), libipc::TooLong> {
    use libipc::codec::Sink as _;
    if label == labels::WAIT {
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
    const ALL: &[u32] = &[labels::NOW, labels::WAIT];
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
