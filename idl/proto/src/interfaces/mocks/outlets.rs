//! What tests put in the place of a server of `outlets`.
//!
//! Made by `idlc`.

pub use crate::outlets::*;

/// A server whose methods a test writes; one that it did not write is a panic.
#[allow(clippy::type_complexity, reason = "the types are those of the methods")]
pub struct Mock {
    /// What `open` does.
    pub open: alloc::boxed::Box<
        dyn FnMut(
            libipc::Caller,
            &[u8],
        ) -> Result<(u32, libipc::Cap<super::console::Client>), Error>,
    >,
    /// What `close` does.
    pub close: alloc::boxed::Box<
        dyn FnMut(libipc::Caller, u32) -> Result<libipc::codec::Text<120>, Error>,
    >,
}

impl Default for Mock {
    fn default() -> Self {
        Self {
            open: alloc::boxed::Box::new(|_, _| {
                panic!("`outlets.open` was called, which the test does not expect")
            }),
            close: alloc::boxed::Box::new(|_, _| {
                panic!("`outlets.close` was called, which the test does not expect")
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
    fn open(
        &mut self,
        caller: libipc::Caller,
        path: &[u8],
    ) -> Result<(u32, libipc::Cap<super::console::Client>), Error> {
        (self.open)(caller, path)
    }

    fn close(
        &mut self,
        caller: libipc::Caller,
        outlet: u32,
    ) -> Result<libipc::codec::Text<120>, Error> {
        (self.close)(caller, outlet)
    }
}

/// A server that answers every method with one error, and ABANDONED where a method has none.
#[derive(Clone, Copy, Debug)]
pub struct Failing(pub Error);

impl libipc::Service for Failing {
    fn request(&mut self, request: libipc::Request<'_>) {
        let message = request.message;
        match message.label() {
            labels::OPEN | labels::CLOSE => {
                libipc::codec::stub::answer(
                    message,
                    Err::<(), _>(self.0),
                    |_, ()| Ok(()),
                );
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
    fn open(
        &mut self,
        _: libipc::Caller,
        path: &[u8],
    ) -> Result<(u32, libipc::Cap<super::console::Client>), Error> {
        match self.random.value() {
            true => Ok((self.random.value(), self.random.value())),
            false => Err(self.random.value()),
        }
    }

    #[allow(unused_variables, reason = "what it is asked changes nothing")]
    fn close(
        &mut self,
        _: libipc::Caller,
        outlet: u32,
    ) -> Result<libipc::codec::Text<120>, Error> {
        match self.random.value() {
            true => Ok(self.random.value()),
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
    match label {
        labels::OPEN => {
            w.put(&random.value::<libipc::codec::Bytes<1000>>())?;
        }
        labels::CLOSE => {
            w.put(&random.value::<u32>())?;
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
    const ALL: &[u32] = &[labels::OPEN, labels::CLOSE];
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
