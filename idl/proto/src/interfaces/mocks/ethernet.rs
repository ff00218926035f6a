//! What tests put in the place of a server of `ethernet`.
//!
//! Made by `idlc`.

pub use crate::ethernet::*;

/// A server whose methods a test writes; one that it did not write is a panic.
#[allow(clippy::type_complexity, reason = "the types are those of the methods")]
pub struct Mock {
    /// What `info` does.
    pub info: alloc::boxed::Box<dyn FnMut(libipc::Caller) -> Result<Info, Error>>,
    /// What `link` does.
    pub link: alloc::boxed::Box<dyn FnMut(libipc::Caller) -> Result<Link, Error>>,
    /// What `counters` does.
    pub counters: alloc::boxed::Box<
        dyn FnMut(libipc::Caller) -> Result<Counters, Error>,
    >,
    /// What `set_filter` does.
    pub set_filter: alloc::boxed::Box<
        dyn FnMut(libipc::Caller, Filter) -> Result<(), Error>,
    >,
    /// What `send` does.
    pub send: alloc::boxed::Box<
        dyn FnMut(libipc::Caller, libipc::lend::Place, libipc::Reply<(), Error>),
    >,
    /// What `receive` does.
    pub receive: alloc::boxed::Box<
        dyn FnMut(libipc::Caller, libipc::lend::Place, libipc::Reply<u32, Error>),
    >,
}

impl Default for Mock {
    fn default() -> Self {
        Self {
            info: alloc::boxed::Box::new(|_| {
                panic!("`ethernet.info` was called, which the test does not expect")
            }),
            link: alloc::boxed::Box::new(|_| {
                panic!("`ethernet.link` was called, which the test does not expect")
            }),
            counters: alloc::boxed::Box::new(|_| {
                panic!("`ethernet.counters` was called, which the test does not expect")
            }),
            set_filter: alloc::boxed::Box::new(|_, _| {
                panic!(
                    "`ethernet.set_filter` was called, which the test does not expect"
                )
            }),
            send: alloc::boxed::Box::new(|_, _, _| {
                panic!("`ethernet.send` was called, which the test does not expect")
            }),
            receive: alloc::boxed::Box::new(|_, _, _| {
                panic!("`ethernet.receive` was called, which the test does not expect")
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

    fn link(&mut self, caller: libipc::Caller) -> Result<Link, Error> {
        (self.link)(caller)
    }

    fn counters(&mut self, caller: libipc::Caller) -> Result<Counters, Error> {
        (self.counters)(caller)
    }

    fn set_filter(
        &mut self,
        caller: libipc::Caller,
        filter: Filter,
    ) -> Result<(), Error> {
        (self.set_filter)(caller, filter)
    }

    fn send(
        &mut self,
        caller: libipc::Caller,
        frame: libipc::lend::Place,
        reply: libipc::Reply<(), Error>,
    ) {
        (self.send)(caller, frame, reply)
    }

    fn receive(
        &mut self,
        caller: libipc::Caller,
        frame: libipc::lend::Place,
        reply: libipc::Reply<u32, Error>,
    ) {
        (self.receive)(caller, frame, reply)
    }
}

/// A server that answers every method with one error, and ABANDONED where a method has none.
#[derive(Clone, Copy, Debug)]
pub struct Failing(pub Error);

impl libipc::Service for Failing {
    fn request(&mut self, request: libipc::Request<'_>) {
        let message = request.message;
        match message.label() {
            labels::INFO
            | labels::LINK
            | labels::COUNTERS
            | labels::SET_FILTER
            | labels::SEND
            | labels::RECEIVE => {
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
    fn link(&mut self, _: libipc::Caller) -> Result<Link, Error> {
        match self.random.value() {
            true => Ok(self.random.value()),
            false => Err(self.random.value()),
        }
    }

    #[allow(unused_variables, reason = "what it is asked changes nothing")]
    fn counters(&mut self, _: libipc::Caller) -> Result<Counters, Error> {
        match self.random.value() {
            true => Ok(self.random.value()),
            false => Err(self.random.value()),
        }
    }

    #[allow(unused_variables, reason = "what it is asked changes nothing")]
    fn set_filter(&mut self, _: libipc::Caller, filter: Filter) -> Result<(), Error> {
        match self.random.value() {
            true => Ok(()),
            false => Err(self.random.value()),
        }
    }

    #[allow(unused_variables, reason = "what it is asked changes nothing")]
    fn send(
        &mut self,
        _: libipc::Caller,
        frame: libipc::lend::Place,
        reply: libipc::Reply<(), Error>,
    ) {
        if self.random.value() {
            reply.ok(());
        }
    }

    #[allow(unused_variables, reason = "what it is asked changes nothing")]
    fn receive(
        &mut self,
        _: libipc::Caller,
        frame: libipc::lend::Place,
        reply: libipc::Reply<u32, Error>,
    ) {
        if self.random.value() {
            reply.ok(self.random.value());
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
        labels::SET_FILTER => {
            w.put(&random.value::<Filter>())?;
        }
        labels::SEND => {
            w.put(&random.place(1518))?;
        }
        labels::RECEIVE => {
            w.put(&random.place(1518))?;
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
        labels::INFO,
        labels::LINK,
        labels::COUNTERS,
        labels::SET_FILTER,
        labels::SEND,
        labels::RECEIVE,
    ];
    let server = Anything::new(random.number());
    crate::sample::attack(random, ALL, arguments, &mut Dispatcher(server));
}

impl crate::sample::Sample for Info {
    fn sample(random: &mut crate::sample::Random) -> Self {
        Self {
            address: random.value(),
            depth: random.value(),
            model: random.value(),
        }
    }
}

impl crate::sample::Sample for Link {
    fn sample(random: &mut crate::sample::Random) -> Self {
        Self {
            mbit: random.value(),
            duplex: random.value(),
        }
    }
}

impl crate::sample::Sample for Counters {
    fn sample(random: &mut crate::sample::Random) -> Self {
        Self {
            sent: random.value(),
            sent_bytes: random.value(),
            received: random.value(),
            received_bytes: random.value(),
            bad_checksums: random.value(),
            bad_frames: random.value(),
            dropped: random.value(),
            links: random.value(),
        }
    }
}

impl crate::sample::Sample for Duplex {
    fn sample(random: &mut crate::sample::Random) -> Self {
        random.one_of(Self::ALL)
    }
}

impl crate::sample::Sample for Filter {
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
    crate::sample::round_trip::<Link>(random, crate::sample::Encodings::One);
    crate::sample::round_trip::<Counters>(random, crate::sample::Encodings::One);
    crate::sample::round_trip::<Duplex>(random, crate::sample::Encodings::One);
    crate::sample::round_trip::<Filter>(random, crate::sample::Encodings::One);
    crate::sample::round_trip::<Error>(random, crate::sample::Encodings::One);
}
