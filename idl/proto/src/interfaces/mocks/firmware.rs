//! What tests put in the place of a server of `firmware`.
//!
//! Made by `idlc`.

pub use crate::firmware::*;

/// A server whose methods a test writes; one that it did not write is a panic.
#[allow(clippy::type_complexity, reason = "the types are those of the methods")]
pub struct Mock {
    /// What `board` does.
    pub board: alloc::boxed::Box<dyn FnMut(libipc::Caller) -> Result<Board, Error>>,
    /// What `memory` does.
    pub memory: alloc::boxed::Box<
        dyn FnMut(libipc::Caller) -> Result<(u32, u32), Error>,
    >,
    /// What `clock_rate` does.
    pub clock_rate: alloc::boxed::Box<
        dyn FnMut(libipc::Caller, Clock) -> Result<u32, Error>,
    >,
    /// What `temperature` does.
    pub temperature: alloc::boxed::Box<
        dyn FnMut(libipc::Caller) -> Result<(i32, i32), Error>,
    >,
    /// What `framebuffer` does.
    pub framebuffer: alloc::boxed::Box<
        dyn FnMut(libipc::Caller, u32, u32) -> Result<Framebuffer, Error>,
    >,
}

impl Default for Mock {
    fn default() -> Self {
        Self {
            board: alloc::boxed::Box::new(|_| {
                panic!("`firmware.board` was called, which the test does not expect")
            }),
            memory: alloc::boxed::Box::new(|_| {
                panic!("`firmware.memory` was called, which the test does not expect")
            }),
            clock_rate: alloc::boxed::Box::new(|_, _| {
                panic!(
                    "`firmware.clock_rate` was called, which the test does not expect"
                )
            }),
            temperature: alloc::boxed::Box::new(|_| {
                panic!(
                    "`firmware.temperature` was called, which the test does not expect"
                )
            }),
            framebuffer: alloc::boxed::Box::new(|_, _, _| {
                panic!(
                    "`firmware.framebuffer` was called, which the test does not expect"
                )
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
    fn board(&mut self, caller: libipc::Caller) -> Result<Board, Error> {
        (self.board)(caller)
    }

    fn memory(&mut self, caller: libipc::Caller) -> Result<(u32, u32), Error> {
        (self.memory)(caller)
    }

    fn clock_rate(
        &mut self,
        caller: libipc::Caller,
        clock: Clock,
    ) -> Result<u32, Error> {
        (self.clock_rate)(caller, clock)
    }

    fn temperature(&mut self, caller: libipc::Caller) -> Result<(i32, i32), Error> {
        (self.temperature)(caller)
    }

    fn framebuffer(
        &mut self,
        caller: libipc::Caller,
        width: u32,
        height: u32,
    ) -> Result<Framebuffer, Error> {
        (self.framebuffer)(caller, width, height)
    }
}

/// A server that answers every method with one error, and ABANDONED where a method has none.
#[derive(Clone, Copy, Debug)]
pub struct Failing(pub Error);

impl libipc::Service for Failing {
    fn request(&mut self, request: libipc::Request<'_>) {
        let message = request.message;
        match message.label() {
            labels::BOARD
            | labels::MEMORY
            | labels::CLOCK_RATE
            | labels::TEMPERATURE
            | labels::FRAMEBUFFER => {
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
    fn board(&mut self, _: libipc::Caller) -> Result<Board, Error> {
        match self.random.value() {
            true => Ok(self.random.value()),
            false => Err(self.random.value()),
        }
    }

    #[allow(unused_variables, reason = "what it is asked changes nothing")]
    fn memory(&mut self, _: libipc::Caller) -> Result<(u32, u32), Error> {
        match self.random.value() {
            true => Ok((self.random.value(), self.random.value())),
            false => Err(self.random.value()),
        }
    }

    #[allow(unused_variables, reason = "what it is asked changes nothing")]
    fn clock_rate(&mut self, _: libipc::Caller, clock: Clock) -> Result<u32, Error> {
        match self.random.value() {
            true => Ok(self.random.value()),
            false => Err(self.random.value()),
        }
    }

    #[allow(unused_variables, reason = "what it is asked changes nothing")]
    fn temperature(&mut self, _: libipc::Caller) -> Result<(i32, i32), Error> {
        match self.random.value() {
            true => Ok((self.random.value(), self.random.value())),
            false => Err(self.random.value()),
        }
    }

    #[allow(unused_variables, reason = "what it is asked changes nothing")]
    fn framebuffer(
        &mut self,
        _: libipc::Caller,
        width: u32,
        height: u32,
    ) -> Result<Framebuffer, Error> {
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
        labels::CLOCK_RATE => {
            w.put(&random.value::<Clock>())?;
        }
        labels::FRAMEBUFFER => {
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
        labels::BOARD,
        labels::MEMORY,
        labels::CLOCK_RATE,
        labels::TEMPERATURE,
        labels::FRAMEBUFFER,
    ];
    let server = Anything::new(random.number());
    crate::sample::attack(random, ALL, arguments, &mut Dispatcher(server));
}

impl crate::sample::Sample for Board {
    fn sample(random: &mut crate::sample::Random) -> Self {
        Self {
            revision: random.value(),
            memory: random.value(),
            name: random.value(),
        }
    }
}

impl crate::sample::Sample for Framebuffer {
    fn sample(random: &mut crate::sample::Random) -> Self {
        Self {
            physical: random.value(),
            length: random.value(),
            pitch: random.value(),
            width: random.value(),
            height: random.value(),
        }
    }
}

impl crate::sample::Sample for Clock {
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
    crate::sample::round_trip::<Board>(random, crate::sample::Encodings::One);
    crate::sample::round_trip::<Framebuffer>(random, crate::sample::Encodings::One);
    crate::sample::round_trip::<Clock>(random, crate::sample::Encodings::One);
    crate::sample::round_trip::<Error>(random, crate::sample::Encodings::One);
}
