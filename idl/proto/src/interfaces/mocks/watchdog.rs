//! What tests put in the place of a server of `watchdog`.
//!
//! Made by `idlc`.

pub use crate::watchdog::*;

/// A server whose methods a test writes; one that it did not write is a panic.
#[allow(clippy::type_complexity, reason = "the types are those of the methods")]
pub struct Mock {
    /// What `set` does.
    pub set: alloc::boxed::Box<dyn FnMut(libipc::Caller, u32) -> Result<(), Error>>,
    /// What `feed` does.
    pub feed: alloc::boxed::Box<dyn FnMut(libipc::Caller) -> Result<(), Error>>,
    /// What `disable` does.
    pub disable: alloc::boxed::Box<dyn FnMut(libipc::Caller)>,
    /// What `left` does.
    pub left: alloc::boxed::Box<dyn FnMut(libipc::Caller) -> Result<(u32, u32), Error>>,
    /// What `reset` does.
    pub reset: alloc::boxed::Box<dyn FnMut(libipc::Caller)>,
    /// What `halt` does.
    pub halt: alloc::boxed::Box<dyn FnMut(libipc::Caller)>,
}

impl Default for Mock {
    fn default() -> Self {
        Self {
            set: alloc::boxed::Box::new(|_, _| {
                panic!("`watchdog.set` was called, which the test does not expect")
            }),
            feed: alloc::boxed::Box::new(|_| {
                panic!("`watchdog.feed` was called, which the test does not expect")
            }),
            disable: alloc::boxed::Box::new(|_| {
                panic!("`watchdog.disable` was called, which the test does not expect")
            }),
            left: alloc::boxed::Box::new(|_| {
                panic!("`watchdog.left` was called, which the test does not expect")
            }),
            reset: alloc::boxed::Box::new(|_| {
                panic!("`watchdog.reset` was called, which the test does not expect")
            }),
            halt: alloc::boxed::Box::new(|_| {
                panic!("`watchdog.halt` was called, which the test does not expect")
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
    fn set(&mut self, caller: libipc::Caller, timeout_ms: u32) -> Result<(), Error> {
        (self.set)(caller, timeout_ms)
    }

    fn feed(&mut self, caller: libipc::Caller) -> Result<(), Error> {
        (self.feed)(caller)
    }

    fn disable(&mut self, caller: libipc::Caller) {
        (self.disable)(caller)
    }

    fn left(&mut self, caller: libipc::Caller) -> Result<(u32, u32), Error> {
        (self.left)(caller)
    }

    fn reset(&mut self, caller: libipc::Caller) {
        (self.reset)(caller)
    }

    fn halt(&mut self, caller: libipc::Caller) {
        (self.halt)(caller)
    }
}

/// A server that answers every method with one error, and ABANDONED where a method has none.
#[derive(Clone, Copy, Debug)]
pub struct Failing(pub Error);

impl libipc::Service for Failing {
    fn request(&mut self, request: libipc::Request<'_>) {
        let message = request.message;
        match message.label() {
            labels::SET | labels::FEED | labels::LEFT => {
                libipc::codec::stub::answer(
                    message,
                    Err::<(), _>(self.0),
                    |_, ()| Ok(()),
                );
            }
            labels::DISABLE | labels::RESET | labels::HALT => {
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
    fn set(&mut self, _: libipc::Caller, timeout_ms: u32) -> Result<(), Error> {
        match self.random.value() {
            true => Ok(()),
            false => Err(self.random.value()),
        }
    }

    #[allow(unused_variables, reason = "what it is asked changes nothing")]
    fn feed(&mut self, _: libipc::Caller) -> Result<(), Error> {
        match self.random.value() {
            true => Ok(()),
            false => Err(self.random.value()),
        }
    }

    #[allow(unused_variables, reason = "what it is asked changes nothing")]
    fn disable(&mut self, _: libipc::Caller) {}
    #[allow(unused_variables, reason = "what it is asked changes nothing")]
    fn left(&mut self, _: libipc::Caller) -> Result<(u32, u32), Error> {
        match self.random.value() {
            true => Ok((self.random.value(), self.random.value())),
            false => Err(self.random.value()),
        }
    }

    #[allow(unused_variables, reason = "what it is asked changes nothing")]
    fn reset(&mut self, _: libipc::Caller) {}
    #[allow(unused_variables, reason = "what it is asked changes nothing")]
    fn halt(&mut self, _: libipc::Caller) {}
}

fn arguments(
    label: u32,
    random: &mut crate::sample::Random,
    w: &mut libipc::Message,
) -> Result<(), libipc::TooLong> {
    use libipc::codec::Sink as _;
    if label == labels::SET {
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
    const ALL: &[u32] = &[
        labels::SET,
        labels::FEED,
        labels::DISABLE,
        labels::LEFT,
        labels::RESET,
        labels::HALT,
    ];
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
