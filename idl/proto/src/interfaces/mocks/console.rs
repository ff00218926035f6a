//! What tests put in the place of a server of `console`.
//!
//! Made by `idlc`.

pub use crate::console::*;

/// A server whose methods a test writes; one that it did not write is a panic.
#[allow(clippy::type_complexity, reason = "the types are those of the methods")]
pub struct Mock {
    /// What `write` does.
    pub write: alloc::boxed::Box<dyn FnMut(libipc::Caller, &[u8]) -> Result<(), Error>>,
    /// What `read` does.
    pub read: alloc::boxed::Box<
        dyn FnMut(libipc::Caller, u32, libipc::Reply<libipc::codec::Bytes<256>, Error>),
    >,
    /// What `set_foreground` does.
    pub set_foreground: alloc::boxed::Box<dyn FnMut(libipc::Caller, Option<u32>)>,
    /// What `drain` does.
    pub drain: alloc::boxed::Box<dyn FnMut(libipc::Caller, libipc::Reply<(), Error>)>,
    /// What `take_interrupt` does.
    pub take_interrupt: alloc::boxed::Box<dyn FnMut(libipc::Caller) -> bool>,
    /// What `begin_output` does.
    pub begin_output: alloc::boxed::Box<dyn FnMut(libipc::Caller) -> Result<(), Error>>,
    /// What `end_output` does.
    pub end_output: alloc::boxed::Box<
        dyn FnMut(libipc::Caller, u8) -> Result<(), Error>,
    >,
}

impl Default for Mock {
    fn default() -> Self {
        Self {
            write: alloc::boxed::Box::new(|_, _| {
                panic!("`console.write` was called, which the test does not expect")
            }),
            read: alloc::boxed::Box::new(|_, _, _| {
                panic!("`console.read` was called, which the test does not expect")
            }),
            set_foreground: alloc::boxed::Box::new(|_, _| {
                panic!(
                    "`console.set_foreground` was called, which the test does not expect"
                )
            }),
            drain: alloc::boxed::Box::new(|_, _| {
                panic!("`console.drain` was called, which the test does not expect")
            }),
            take_interrupt: alloc::boxed::Box::new(|_| {
                panic!(
                    "`console.take_interrupt` was called, which the test does not expect"
                )
            }),
            begin_output: alloc::boxed::Box::new(|_| {
                panic!(
                    "`console.begin_output` was called, which the test does not expect"
                )
            }),
            end_output: alloc::boxed::Box::new(|_, _| {
                panic!("`console.end_output` was called, which the test does not expect")
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
    fn write(&mut self, caller: libipc::Caller, data: &[u8]) -> Result<(), Error> {
        (self.write)(caller, data)
    }

    fn read(
        &mut self,
        caller: libipc::Caller,
        max: u32,
        reply: libipc::Reply<libipc::codec::Bytes<256>, Error>,
    ) {
        (self.read)(caller, max, reply)
    }

    fn set_foreground(&mut self, caller: libipc::Caller, process: Option<u32>) {
        (self.set_foreground)(caller, process)
    }

    fn drain(&mut self, caller: libipc::Caller, reply: libipc::Reply<(), Error>) {
        (self.drain)(caller, reply)
    }

    fn take_interrupt(&mut self, caller: libipc::Caller) -> bool {
        (self.take_interrupt)(caller)
    }

    fn begin_output(&mut self, caller: libipc::Caller) -> Result<(), Error> {
        (self.begin_output)(caller)
    }

    fn end_output(&mut self, caller: libipc::Caller, status: u8) -> Result<(), Error> {
        (self.end_output)(caller, status)
    }
}

/// A server that answers every method with one error, and ABANDONED where a method has none.
#[derive(Clone, Copy, Debug)]
pub struct Failing(pub Error);

impl libipc::Service for Failing {
    fn request(&mut self, request: libipc::Request<'_>) {
        let message = request.message;
        match message.label() {
            labels::WRITE
            | labels::READ
            | labels::DRAIN
            | labels::BEGIN_OUTPUT
            | labels::END_OUTPUT => {
                libipc::codec::stub::answer(
                    message,
                    Err::<(), _>(self.0),
                    |_, ()| Ok(()),
                );
            }
            labels::SET_FOREGROUND | labels::TAKE_INTERRUPT => {
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
    fn write(&mut self, _: libipc::Caller, data: &[u8]) -> Result<(), Error> {
        match self.random.value() {
            true => Ok(()),
            false => Err(self.random.value()),
        }
    }

    #[allow(unused_variables, reason = "what it is asked changes nothing")]
    fn read(
        &mut self,
        _: libipc::Caller,
        max: u32,
        reply: libipc::Reply<libipc::codec::Bytes<256>, Error>,
    ) {
        if self.random.value() {
            reply.ok(self.random.value());
        }
    }

    #[allow(unused_variables, reason = "what it is asked changes nothing")]
    fn set_foreground(&mut self, _: libipc::Caller, process: Option<u32>) {}
    #[allow(unused_variables, reason = "what it is asked changes nothing")]
    fn drain(&mut self, _: libipc::Caller, reply: libipc::Reply<(), Error>) {
        if self.random.value() {
            reply.ok(());
        }
    }

    #[allow(unused_variables, reason = "what it is asked changes nothing")]
    fn take_interrupt(&mut self, _: libipc::Caller) -> bool {
        self.random.value()
    }

    #[allow(unused_variables, reason = "what it is asked changes nothing")]
    fn begin_output(&mut self, _: libipc::Caller) -> Result<(), Error> {
        match self.random.value() {
            true => Ok(()),
            false => Err(self.random.value()),
        }
    }

    #[allow(unused_variables, reason = "what it is asked changes nothing")]
    fn end_output(&mut self, _: libipc::Caller, status: u8) -> Result<(), Error> {
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
        labels::WRITE => {
            w.put(&random.value::<libipc::codec::Bytes<1536>>())?;
        }
        labels::READ => {
            w.put(&random.value::<u32>())?;
        }
        labels::SET_FOREGROUND => {
            w.put(&random.value::<Option<u32>>())?;
        }
        labels::END_OUTPUT => {
            w.put(&random.value::<u8>())?;
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
        labels::WRITE,
        labels::READ,
        labels::SET_FOREGROUND,
        labels::DRAIN,
        labels::TAKE_INTERRUPT,
        labels::BEGIN_OUTPUT,
        labels::END_OUTPUT,
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
