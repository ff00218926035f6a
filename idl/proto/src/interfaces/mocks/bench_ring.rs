//! What tests put in the place of a server of `bench_ring`.
//!
//! Made by `idlc`.

pub use crate::bench_ring::*;

/// A server whose methods a test writes; one that it did not write is a panic.
#[allow(clippy::type_complexity, reason = "the types are those of the methods")]
pub struct Mock {
    /// What `touch` does.
    pub touch: alloc::boxed::Box<dyn FnMut(libipc::Caller, u64)>,
    /// What `take` does.
    pub take: alloc::boxed::Box<
        dyn FnMut(libipc::Caller, u32, u32) -> Result<u32, Error>,
    >,
    /// What `send` does.
    pub send: alloc::boxed::Box<dyn FnMut(libipc::Caller, &[u8])>,
    /// What `piece` does.
    pub piece: alloc::boxed::Box<dyn FnMut(libipc::Caller, u64, u64, u64, u64, u64)>,
    /// What `pooled` does.
    pub pooled: alloc::boxed::Box<
        dyn FnMut(libipc::Caller, u32, u32) -> Result<(), Error>,
    >,
}

impl Default for Mock {
    fn default() -> Self {
        Self {
            touch: alloc::boxed::Box::new(|_, _| {
                panic!("`bench_ring.touch` was called, which the test does not expect")
            }),
            take: alloc::boxed::Box::new(|_, _, _| {
                panic!("`bench_ring.take` was called, which the test does not expect")
            }),
            send: alloc::boxed::Box::new(|_, _| {
                panic!("`bench_ring.send` was called, which the test does not expect")
            }),
            piece: alloc::boxed::Box::new(|_, _, _, _, _, _| {
                panic!("`bench_ring.piece` was called, which the test does not expect")
            }),
            pooled: alloc::boxed::Box::new(|_, _, _| {
                panic!("`bench_ring.pooled` was called, which the test does not expect")
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
    fn touch(&mut self, caller: libipc::Caller, word: u64) {
        (self.touch)(caller, word)
    }

    fn take(
        &mut self,
        caller: libipc::Caller,
        offset: u32,
        length: u32,
    ) -> Result<u32, Error> {
        (self.take)(caller, offset, length)
    }

    fn send(&mut self, caller: libipc::Caller, data: &[u8]) {
        (self.send)(caller, data)
    }

    fn piece(&mut self, caller: libipc::Caller, a: u64, b: u64, c: u64, d: u64, e: u64) {
        (self.piece)(caller, a, b, c, d, e)
    }

    fn pooled(
        &mut self,
        caller: libipc::Caller,
        offset: u32,
        length: u32,
    ) -> Result<(), Error> {
        (self.pooled)(caller, offset, length)
    }
}

/// A server that answers every method with one error, and ABANDONED where a method has none.
#[derive(Clone, Copy, Debug)]
pub struct Failing(pub Error);

impl libipc::Service for Failing {
    fn request(&mut self, request: libipc::Request<'_>) {
        let message = request.message;
        match message.label() {
            labels::TAKE | labels::POOLED => {
                libipc::codec::stub::answer(
                    message,
                    Err::<(), _>(self.0),
                    |_, ()| Ok(()),
                );
            }
            labels::TOUCH | labels::SEND | labels::PIECE => {
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
    fn touch(&mut self, _: libipc::Caller, word: u64) {}
    #[allow(unused_variables, reason = "what it is asked changes nothing")]
    fn take(
        &mut self,
        _: libipc::Caller,
        offset: u32,
        length: u32,
    ) -> Result<u32, Error> {
        match self.random.value() {
            true => Ok(self.random.value()),
            false => Err(self.random.value()),
        }
    }

    #[allow(unused_variables, reason = "what it is asked changes nothing")]
    fn send(&mut self, _: libipc::Caller, data: &[u8]) {}
    #[allow(unused_variables, reason = "what it is asked changes nothing")]
    fn piece(&mut self, _: libipc::Caller, a: u64, b: u64, c: u64, d: u64, e: u64) {}
    #[allow(unused_variables, reason = "what it is asked changes nothing")]
    fn pooled(
        &mut self,
        _: libipc::Caller,
        offset: u32,
        length: u32,
    ) -> Result<(), Error> {
        match self.random.value() {
            true => Ok(()),
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
        labels::TOUCH => {
            w.put(&random.value::<u64>())?;
        }
        labels::TAKE => {
            w.put(&random.value::<u32>())?;
            w.put(&random.value::<u32>())?;
        }
        labels::SEND => {
            w.put(&random.value::<libipc::codec::Bytes<1536>>())?;
        }
        labels::PIECE => {
            w.put(&random.value::<u64>())?;
            w.put(&random.value::<u64>())?;
            w.put(&random.value::<u64>())?;
            w.put(&random.value::<u64>())?;
            w.put(&random.value::<u64>())?;
        }
        labels::POOLED => {
            w.put(&random.value::<u32>())?;
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
        labels::TOUCH,
        labels::TAKE,
        labels::SEND,
        labels::PIECE,
        labels::POOLED,
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
