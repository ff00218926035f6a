//! What tests put in the place of a server of `serial`.
//!
//! Made by `idlc`.

pub use crate::serial::*;

/// A server whose methods a test writes; one that it did not write is a panic.
#[allow(clippy::type_complexity, reason = "the types are those of the methods")]
pub struct Mock {
    /// What `write` does.
    pub write: alloc::boxed::Box<
        dyn FnMut(libipc::Caller, &[u8], libipc::Reply<(), Error>),
    >,
    /// What `read` does.
    pub read: alloc::boxed::Box<
        dyn FnMut(libipc::Caller, u32) -> Result<(libipc::codec::Bytes<256>, u32), Error>,
    >,
    /// What `subscribe` does.
    pub subscribe: alloc::boxed::Box<
        dyn FnMut(libipc::Caller, libipc::Cap<libipc::objects::Notification>),
    >,
    /// What `drain` does.
    pub drain: alloc::boxed::Box<dyn FnMut(libipc::Caller, libipc::Reply<(), Error>)>,
}

impl Default for Mock {
    fn default() -> Self {
        Self {
            write: alloc::boxed::Box::new(|_, _, _| {
                panic!("`serial.write` was called, which the test does not expect")
            }),
            read: alloc::boxed::Box::new(|_, _| {
                panic!("`serial.read` was called, which the test does not expect")
            }),
            subscribe: alloc::boxed::Box::new(|_, _| {
                panic!("`serial.subscribe` was called, which the test does not expect")
            }),
            drain: alloc::boxed::Box::new(|_, _| {
                panic!("`serial.drain` was called, which the test does not expect")
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
    fn write(
        &mut self,
        caller: libipc::Caller,
        data: &[u8],
        reply: libipc::Reply<(), Error>,
    ) {
        (self.write)(caller, data, reply)
    }

    fn read(
        &mut self,
        caller: libipc::Caller,
        max: u32,
    ) -> Result<(libipc::codec::Bytes<256>, u32), Error> {
        (self.read)(caller, max)
    }

    fn subscribe(
        &mut self,
        caller: libipc::Caller,
        arrival: libipc::Cap<libipc::objects::Notification>,
    ) {
        (self.subscribe)(caller, arrival)
    }

    fn drain(&mut self, caller: libipc::Caller, reply: libipc::Reply<(), Error>) {
        (self.drain)(caller, reply)
    }
}

/// A server that answers every method with one error, and ABANDONED where a method has none.
#[derive(Clone, Copy, Debug)]
pub struct Failing(pub Error);

impl libipc::Service for Failing {
    fn request(&mut self, request: libipc::Request<'_>) {
        let message = request.message;
        match message.label() {
            labels::WRITE | labels::READ | labels::DRAIN => {
                libipc::codec::stub::answer(
                    message,
                    Err::<(), _>(self.0),
                    |_, ()| Ok(()),
                );
            }
            labels::SUBSCRIBE => message.begin(libipc::label::ABANDONED),
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
    fn write(
        &mut self,
        _: libipc::Caller,
        data: &[u8],
        reply: libipc::Reply<(), Error>,
    ) {
        if self.random.value() {
            reply.ok(());
        }
    }

    #[allow(unused_variables, reason = "what it is asked changes nothing")]
    fn read(
        &mut self,
        _: libipc::Caller,
        max: u32,
    ) -> Result<(libipc::codec::Bytes<256>, u32), Error> {
        match self.random.value() {
            true => Ok((self.random.value(), self.random.value())),
            false => Err(self.random.value()),
        }
    }

    #[allow(unused_variables, reason = "what it is asked changes nothing")]
    fn subscribe(
        &mut self,
        _: libipc::Caller,
        arrival: libipc::Cap<libipc::objects::Notification>,
    ) {}
    #[allow(unused_variables, reason = "what it is asked changes nothing")]
    fn drain(&mut self, _: libipc::Caller, reply: libipc::Reply<(), Error>) {
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
        labels::WRITE => {
            w.put(&random.value::<libipc::codec::Bytes<1536>>())?;
        }
        labels::READ => {
            w.put(&random.value::<u32>())?;
        }
        labels::SUBSCRIBE => {
            w.append_cap(libipc::CapItem::moved(libipc::CPtr(1)))?;
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
    const ALL: &[u32] = &[labels::WRITE, labels::READ, labels::SUBSCRIBE, labels::DRAIN];
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
