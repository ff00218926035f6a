//! What tests put in the place of a server of `gpio`.
//!
//! Made by `idlc`.

pub use crate::gpio::*;

/// A server whose methods a test writes; one that it did not write is a panic.
#[allow(clippy::type_complexity, reason = "the types are those of the methods")]
pub struct Mock {
    /// What `pin` does.
    pub pin: alloc::boxed::Box<dyn FnMut(libipc::Caller, u8) -> Result<Pin, Error>>,
    /// What `set_function` does.
    pub set_function: alloc::boxed::Box<
        dyn FnMut(libipc::Caller, u8, Function) -> Result<(), Error>,
    >,
    /// What `set_pull` does.
    pub set_pull: alloc::boxed::Box<
        dyn FnMut(libipc::Caller, u8, Pull) -> Result<(), Error>,
    >,
    /// What `set_level` does.
    pub set_level: alloc::boxed::Box<
        dyn FnMut(libipc::Caller, u8, Level) -> Result<(), Error>,
    >,
    /// What `detect` does.
    pub detect: alloc::boxed::Box<
        dyn FnMut(libipc::Caller, u8, Edge) -> Result<(), Error>,
    >,
    /// What `take_events` does.
    pub take_events: alloc::boxed::Box<dyn FnMut(libipc::Caller) -> (u64, u64)>,
}

impl Default for Mock {
    fn default() -> Self {
        Self {
            pin: alloc::boxed::Box::new(|_, _| {
                panic!("`gpio.pin` was called, which the test does not expect")
            }),
            set_function: alloc::boxed::Box::new(|_, _, _| {
                panic!("`gpio.set_function` was called, which the test does not expect")
            }),
            set_pull: alloc::boxed::Box::new(|_, _, _| {
                panic!("`gpio.set_pull` was called, which the test does not expect")
            }),
            set_level: alloc::boxed::Box::new(|_, _, _| {
                panic!("`gpio.set_level` was called, which the test does not expect")
            }),
            detect: alloc::boxed::Box::new(|_, _, _| {
                panic!("`gpio.detect` was called, which the test does not expect")
            }),
            take_events: alloc::boxed::Box::new(|_| {
                panic!("`gpio.take_events` was called, which the test does not expect")
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
    fn pin(&mut self, caller: libipc::Caller, number: u8) -> Result<Pin, Error> {
        (self.pin)(caller, number)
    }

    fn set_function(
        &mut self,
        caller: libipc::Caller,
        number: u8,
        function: Function,
    ) -> Result<(), Error> {
        (self.set_function)(caller, number, function)
    }

    fn set_pull(
        &mut self,
        caller: libipc::Caller,
        number: u8,
        pull: Pull,
    ) -> Result<(), Error> {
        (self.set_pull)(caller, number, pull)
    }

    fn set_level(
        &mut self,
        caller: libipc::Caller,
        number: u8,
        level: Level,
    ) -> Result<(), Error> {
        (self.set_level)(caller, number, level)
    }

    fn detect(
        &mut self,
        caller: libipc::Caller,
        number: u8,
        edge: Edge,
    ) -> Result<(), Error> {
        (self.detect)(caller, number, edge)
    }

    fn take_events(&mut self, caller: libipc::Caller) -> (u64, u64) {
        (self.take_events)(caller)
    }
}

/// A server that answers every method with one error, and ABANDONED where a method has none.
#[derive(Clone, Copy, Debug)]
pub struct Failing(pub Error);

impl libipc::Service for Failing {
    fn request(&mut self, request: libipc::Request<'_>) {
        let message = request.message;
        match message.label() {
            labels::PIN
            | labels::SET_FUNCTION
            | labels::SET_PULL
            | labels::SET_LEVEL
            | labels::DETECT => {
                libipc::codec::stub::answer(
                    message,
                    Err::<(), _>(self.0),
                    |_, ()| Ok(()),
                );
            }
            labels::TAKE_EVENTS => message.begin(libipc::label::ABANDONED),
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
    fn pin(&mut self, _: libipc::Caller, number: u8) -> Result<Pin, Error> {
        match self.random.value() {
            true => Ok(self.random.value()),
            false => Err(self.random.value()),
        }
    }

    #[allow(unused_variables, reason = "what it is asked changes nothing")]
    fn set_function(
        &mut self,
        _: libipc::Caller,
        number: u8,
        function: Function,
    ) -> Result<(), Error> {
        match self.random.value() {
            true => Ok(()),
            false => Err(self.random.value()),
        }
    }

    #[allow(unused_variables, reason = "what it is asked changes nothing")]
    fn set_pull(
        &mut self,
        _: libipc::Caller,
        number: u8,
        pull: Pull,
    ) -> Result<(), Error> {
        match self.random.value() {
            true => Ok(()),
            false => Err(self.random.value()),
        }
    }

    #[allow(unused_variables, reason = "what it is asked changes nothing")]
    fn set_level(
        &mut self,
        _: libipc::Caller,
        number: u8,
        level: Level,
    ) -> Result<(), Error> {
        match self.random.value() {
            true => Ok(()),
            false => Err(self.random.value()),
        }
    }

    #[allow(unused_variables, reason = "what it is asked changes nothing")]
    fn detect(
        &mut self,
        _: libipc::Caller,
        number: u8,
        edge: Edge,
    ) -> Result<(), Error> {
        match self.random.value() {
            true => Ok(()),
            false => Err(self.random.value()),
        }
    }

    #[allow(unused_variables, reason = "what it is asked changes nothing")]
    fn take_events(&mut self, _: libipc::Caller) -> (u64, u64) {
        (self.random.value(), self.random.value())
    }
}

fn arguments(
    label: u32,
    random: &mut crate::sample::Random,
    w: &mut libipc::Message,
) -> Result<(), libipc::TooLong> {
    use libipc::codec::Sink as _;
    match label {
        labels::PIN => {
            w.put(&random.value::<u8>())?;
        }
        labels::SET_FUNCTION => {
            w.put(&random.value::<u8>())?;
            w.put(&random.value::<Function>())?;
        }
        labels::SET_PULL => {
            w.put(&random.value::<u8>())?;
            w.put(&random.value::<Pull>())?;
        }
        labels::SET_LEVEL => {
            w.put(&random.value::<u8>())?;
            w.put(&random.value::<Level>())?;
        }
        labels::DETECT => {
            w.put(&random.value::<u8>())?;
            w.put(&random.value::<Edge>())?;
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
        labels::PIN,
        labels::SET_FUNCTION,
        labels::SET_PULL,
        labels::SET_LEVEL,
        labels::DETECT,
        labels::TAKE_EVENTS,
    ];
    let server = Anything::new(random.number());
    crate::sample::attack(random, ALL, arguments, &mut Dispatcher(server));
}

impl crate::sample::Sample for Pin {
    fn sample(random: &mut crate::sample::Random) -> Self {
        Self {
            function: random.value(),
            level: random.value(),
            pull: random.value(),
        }
    }
}

impl crate::sample::Sample for Function {
    fn sample(random: &mut crate::sample::Random) -> Self {
        random.one_of(Self::ALL)
    }
}

impl crate::sample::Sample for Pull {
    fn sample(random: &mut crate::sample::Random) -> Self {
        random.one_of(Self::ALL)
    }
}

impl crate::sample::Sample for Level {
    fn sample(random: &mut crate::sample::Random) -> Self {
        random.one_of(Self::ALL)
    }
}

impl crate::sample::Sample for Edge {
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
    crate::sample::round_trip::<Pin>(random, crate::sample::Encodings::One);
    crate::sample::round_trip::<Function>(random, crate::sample::Encodings::One);
    crate::sample::round_trip::<Pull>(random, crate::sample::Encodings::One);
    crate::sample::round_trip::<Level>(random, crate::sample::Encodings::One);
    crate::sample::round_trip::<Edge>(random, crate::sample::Encodings::One);
    crate::sample::round_trip::<Error>(random, crate::sample::Encodings::One);
}
