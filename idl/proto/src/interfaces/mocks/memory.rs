//! What tests put in the place of a server of `memory`.
//!
//! Made by `idlc`.

pub use crate::memory::*;

/// A server whose methods a test writes; one that it did not write is a panic.
#[allow(clippy::type_complexity, reason = "the types are those of the methods")]
pub struct Mock {
    /// What `allocate` does.
    pub allocate: alloc::boxed::Box<
        dyn FnMut(
            libipc::Caller,
            u8,
        ) -> Result<(u64, libipc::Cap<libipc::objects::Untyped>), Error>,
    >,
    /// What `free` does.
    pub free: alloc::boxed::Box<dyn FnMut(libipc::Caller, u64) -> Result<(), Error>>,
    /// What `statistics` does.
    pub statistics: alloc::boxed::Box<dyn FnMut(libipc::Caller) -> Statistics>,
    /// What `account` does.
    pub account: alloc::boxed::Box<
        dyn FnMut(libipc::Caller, u32) -> Result<Account, Error>,
    >,
}

impl Default for Mock {
    fn default() -> Self {
        Self {
            allocate: alloc::boxed::Box::new(|_, _| {
                panic!("`memory.allocate` was called, which the test does not expect")
            }),
            free: alloc::boxed::Box::new(|_, _| {
                panic!("`memory.free` was called, which the test does not expect")
            }),
            statistics: alloc::boxed::Box::new(|_| {
                panic!("`memory.statistics` was called, which the test does not expect")
            }),
            account: alloc::boxed::Box::new(|_, _| {
                panic!("`memory.account` was called, which the test does not expect")
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
    fn allocate(
        &mut self,
        caller: libipc::Caller,
        bits: u8,
    ) -> Result<(u64, libipc::Cap<libipc::objects::Untyped>), Error> {
        (self.allocate)(caller, bits)
    }

    fn free(&mut self, caller: libipc::Caller, block: u64) -> Result<(), Error> {
        (self.free)(caller, block)
    }

    fn statistics(&mut self, caller: libipc::Caller) -> Statistics {
        (self.statistics)(caller)
    }

    fn account(&mut self, caller: libipc::Caller, index: u32) -> Result<Account, Error> {
        (self.account)(caller, index)
    }
}

/// A server that answers every method with one error, and ABANDONED where a method has none.
#[derive(Clone, Copy, Debug)]
pub struct Failing(pub Error);

impl libipc::Service for Failing {
    fn request(&mut self, request: libipc::Request<'_>) {
        let message = request.message;
        match message.label() {
            labels::ALLOCATE | labels::FREE | labels::ACCOUNT => {
                libipc::codec::stub::answer(
                    message,
                    Err::<(), _>(self.0),
                    |_, ()| Ok(()),
                );
            }
            labels::STATISTICS => message.begin(libipc::label::ABANDONED),
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
    fn allocate(
        &mut self,
        _: libipc::Caller,
        bits: u8,
    ) -> Result<(u64, libipc::Cap<libipc::objects::Untyped>), Error> {
        match self.random.value() {
            true => Ok((self.random.value(), self.random.value())),
            false => Err(self.random.value()),
        }
    }

    #[allow(unused_variables, reason = "what it is asked changes nothing")]
    fn free(&mut self, _: libipc::Caller, block: u64) -> Result<(), Error> {
        match self.random.value() {
            true => Ok(()),
            false => Err(self.random.value()),
        }
    }

    #[allow(unused_variables, reason = "what it is asked changes nothing")]
    fn statistics(&mut self, _: libipc::Caller) -> Statistics {
        self.random.value()
    }

    #[allow(unused_variables, reason = "what it is asked changes nothing")]
    fn account(&mut self, _: libipc::Caller, index: u32) -> Result<Account, Error> {
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
        labels::ALLOCATE => {
            w.put(&random.value::<u8>())?;
        }
        labels::FREE => {
            w.put(&random.value::<u64>())?;
        }
        labels::ACCOUNT => {
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
    const ALL: &[u32] = &[
        labels::ALLOCATE,
        labels::FREE,
        labels::STATISTICS,
        labels::ACCOUNT,
    ];
    let server = Anything::new(random.number());
    crate::sample::attack(random, ALL, arguments, &mut Dispatcher(server));
}

impl crate::sample::Sample for Statistics {
    fn sample(random: &mut crate::sample::Random) -> Self {
        Self {
            total: random.value(),
            free: random.value(),
            largest: random.value(),
            accounts: random.value(),
            blocks: random.value(),
        }
    }
}

impl crate::sample::Sample for Account {
    fn sample(random: &mut crate::sample::Random) -> Self {
        Self {
            client: random.value(),
            blocks: random.value(),
            used: random.value(),
            limit: random.value(),
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
    crate::sample::round_trip::<Statistics>(random, crate::sample::Encodings::One);
    crate::sample::round_trip::<Account>(random, crate::sample::Encodings::One);
    crate::sample::round_trip::<Error>(random, crate::sample::Encodings::One);
}
