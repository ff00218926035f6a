//! What tests put in the place of a server of `block`.
//!
//! Made by `idlc`.

pub use crate::block::*;

/// A server whose methods a test writes; one that it did not write is a panic.
#[allow(clippy::type_complexity, reason = "the types are those of the methods")]
pub struct Mock {
    /// What `info` does.
    pub info: alloc::boxed::Box<dyn FnMut(libipc::Caller) -> Result<Info, Error>>,
    /// What `read` does.
    pub read: alloc::boxed::Box<
        dyn FnMut(libipc::Caller, u64, u32, u32, libipc::Reply<(), Error>),
    >,
    /// What `write` does.
    pub write: alloc::boxed::Box<
        dyn FnMut(libipc::Caller, u64, u32, u32, libipc::Reply<(), Error>),
    >,
    /// What `flush` does.
    pub flush: alloc::boxed::Box<dyn FnMut(libipc::Caller, libipc::Reply<(), Error>)>,
}

impl Default for Mock {
    fn default() -> Self {
        Self {
            info: alloc::boxed::Box::new(|_| {
                panic!("`block.info` was called, which the test does not expect")
            }),
            read: alloc::boxed::Box::new(|_, _, _, _, _| {
                panic!("`block.read` was called, which the test does not expect")
            }),
            write: alloc::boxed::Box::new(|_, _, _, _, _| {
                panic!("`block.write` was called, which the test does not expect")
            }),
            flush: alloc::boxed::Box::new(|_, _| {
                panic!("`block.flush` was called, which the test does not expect")
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
    fn info(&mut self, caller: libipc::Caller) -> Result<Info, Error> {
        (self.info)(caller)
    }

    fn read(
        &mut self,
        caller: libipc::Caller,
        sector: u64,
        sectors: u32,
        offset: u32,
        reply: libipc::Reply<(), Error>,
    ) {
        (self.read)(caller, sector, sectors, offset, reply)
    }

    fn write(
        &mut self,
        caller: libipc::Caller,
        sector: u64,
        sectors: u32,
        offset: u32,
        reply: libipc::Reply<(), Error>,
    ) {
        (self.write)(caller, sector, sectors, offset, reply)
    }

    fn flush(&mut self, caller: libipc::Caller, reply: libipc::Reply<(), Error>) {
        (self.flush)(caller, reply)
    }
}

/// A server that answers every method with one error, and ABANDONED where a method has none.
#[derive(Clone, Copy, Debug)]
pub struct Failing(pub Error);

impl libipc::Service for Failing {
    fn request(&mut self, request: libipc::Request<'_>) {
        let message = request.message;
        match message.label() {
            labels::INFO | labels::READ | labels::WRITE | labels::FLUSH => {
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
    fn info(&mut self, _: libipc::Caller) -> Result<Info, Error> {
        match self.random.value() {
            true => Ok(self.random.value()),
            false => Err(self.random.value()),
        }
    }

    #[allow(unused_variables, reason = "what it is asked changes nothing")]
    fn read(
        &mut self,
        _: libipc::Caller,
        sector: u64,
        sectors: u32,
        offset: u32,
        reply: libipc::Reply<(), Error>,
    ) {
        if self.random.value() {
            reply.ok(());
        }
    }

    #[allow(unused_variables, reason = "what it is asked changes nothing")]
    fn write(
        &mut self,
        _: libipc::Caller,
        sector: u64,
        sectors: u32,
        offset: u32,
        reply: libipc::Reply<(), Error>,
    ) {
        if self.random.value() {
            reply.ok(());
        }
    }

    #[allow(unused_variables, reason = "what it is asked changes nothing")]
    fn flush(&mut self, _: libipc::Caller, reply: libipc::Reply<(), Error>) {
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
        labels::READ => {
            w.put(&random.value::<u64>())?;
            w.put(&random.value::<u32>())?;
            w.put(&random.value::<u32>())?;
        }
        labels::WRITE => {
            w.put(&random.value::<u64>())?;
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
    const ALL: &[u32] = &[labels::INFO, labels::READ, labels::WRITE, labels::FLUSH];
    let server = Anything::new(random.number());
    crate::sample::attack(random, ALL, arguments, &mut Dispatcher(server));
}

impl crate::sample::Sample for Info {
    fn sample(random: &mut crate::sample::Random) -> Self {
        Self {
            sectors: random.value(),
            sector_size: random.value(),
            max_sectors: random.value(),
            depth: random.value(),
            access: random.value(),
            model: random.value(),
        }
    }
}

impl crate::sample::Sample for Access {
    fn sample(random: &mut crate::sample::Random) -> Self {
        random.one_of(Self::ALL)
    }
}

impl crate::sample::Sample for Error {
    fn sample(random: &mut crate::sample::Random) -> Self {
        random.one_of(Self::ALL)
    }
}

/// Tries the codec with a value of every type that the interface declares.
pub fn round_trips(random: &mut crate::sample::Random) {
    crate::sample::round_trip::<Info>(random, crate::sample::Encodings::One);
    crate::sample::round_trip::<Access>(random, crate::sample::Encodings::One);
    crate::sample::round_trip::<Error>(random, crate::sample::Encodings::One);
}
