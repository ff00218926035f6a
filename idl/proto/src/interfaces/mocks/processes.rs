//! What tests put in the place of a server of `processes`.
//!
//! Made by `idlc`.

pub use crate::processes::*;

/// A server whose methods a test writes; one that it did not write is a panic.
#[allow(clippy::type_complexity, reason = "the types are those of the methods")]
pub struct Mock {
    /// What `spawn` does.
    pub spawn: alloc::boxed::Box<
        dyn FnMut(libipc::Caller, &[u8], &[u8]) -> Result<u32, Error>,
    >,
    /// What `wait` does.
    pub wait: alloc::boxed::Box<
        dyn FnMut(libipc::Caller, u32, libipc::Reply<Ending, Error>),
    >,
    /// What `kill` does.
    pub kill: alloc::boxed::Box<dyn FnMut(libipc::Caller, u32) -> Result<(), Error>>,
    /// What `interrupt` does.
    pub interrupt: alloc::boxed::Box<
        dyn FnMut(libipc::Caller, u32) -> Result<(), Error>,
    >,
    /// What `list` does.
    pub list: alloc::boxed::Box<
        dyn FnMut(libipc::Caller, u32) -> libipc::codec::List<Info, 24>,
    >,
    /// What `spawn_with` does.
    pub spawn_with: alloc::boxed::Box<
        dyn FnMut(
            libipc::Caller,
            &[u8],
            &[u8],
            libipc::Cap<super::console::Client>,
        ) -> Result<u32, Error>,
    >,
    /// What it tells.
    pub events: libipc::events::Feed<Event>,
}

impl Default for Mock {
    fn default() -> Self {
        Self {
            spawn: alloc::boxed::Box::new(|_, _, _| {
                panic!("`processes.spawn` was called, which the test does not expect")
            }),
            wait: alloc::boxed::Box::new(|_, _, _| {
                panic!("`processes.wait` was called, which the test does not expect")
            }),
            kill: alloc::boxed::Box::new(|_, _| {
                panic!("`processes.kill` was called, which the test does not expect")
            }),
            interrupt: alloc::boxed::Box::new(|_, _| {
                panic!(
                    "`processes.interrupt` was called, which the test does not expect"
                )
            }),
            list: alloc::boxed::Box::new(|_, _| {
                panic!("`processes.list` was called, which the test does not expect")
            }),
            spawn_with: alloc::boxed::Box::new(|_, _, _, _| {
                panic!(
                    "`processes.spawn_with` was called, which the test does not expect"
                )
            }),
            events: libipc::events::Feed::new(),
        }
    }
}

impl core::fmt::Debug for Mock {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Mock")
    }
}

impl Server for Mock {
    fn spawn(
        &mut self,
        caller: libipc::Caller,
        path: &[u8],
        arguments: &[u8],
    ) -> Result<u32, Error> {
        (self.spawn)(caller, path, arguments)
    }

    fn wait(
        &mut self,
        caller: libipc::Caller,
        process: u32,
        reply: libipc::Reply<Ending, Error>,
    ) {
        (self.wait)(caller, process, reply)
    }

    fn kill(&mut self, caller: libipc::Caller, process: u32) -> Result<(), Error> {
        (self.kill)(caller, process)
    }

    fn interrupt(&mut self, caller: libipc::Caller, process: u32) -> Result<(), Error> {
        (self.interrupt)(caller, process)
    }

    fn list(
        &mut self,
        caller: libipc::Caller,
        after: u32,
    ) -> libipc::codec::List<Info, 24> {
        (self.list)(caller, after)
    }

    fn spawn_with(
        &mut self,
        caller: libipc::Caller,
        path: &[u8],
        arguments: &[u8],
        console: libipc::Cap<super::console::Client>,
    ) -> Result<u32, Error> {
        (self.spawn_with)(caller, path, arguments, console)
    }

    fn events(&mut self) -> &mut libipc::events::Feed<Event> {
        &mut self.events
    }
}

/// A server that answers every method with one error, and ABANDONED where a method has none.
#[derive(Clone, Copy, Debug)]
pub struct Failing(pub Error);

impl libipc::Service for Failing {
    fn request(&mut self, request: libipc::Request<'_>) {
        let message = request.message;
        match message.label() {
            labels::SPAWN
            | labels::WAIT
            | labels::KILL
            | labels::INTERRUPT
            | labels::SPAWN_WITH => {
                libipc::codec::stub::answer(
                    message,
                    Err::<(), _>(self.0),
                    |_, ()| Ok(()),
                );
            }
            labels::LIST | labels::WATCH_EVENTS | labels::TAKE_EVENTS => {
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
    events: libipc::events::Feed<Event>,
}

impl Anything {
    /// A server whose answers come of a seed.
    pub fn new(seed: u64) -> Self {
        Self {
            random: crate::sample::Random::new(seed),
            events: libipc::events::Feed::new(),
        }
    }
}

impl Server for Anything {
    #[allow(unused_variables, reason = "what it is asked changes nothing")]
    fn spawn(
        &mut self,
        _: libipc::Caller,
        path: &[u8],
        arguments: &[u8],
    ) -> Result<u32, Error> {
        match self.random.value() {
            true => Ok(self.random.value()),
            false => Err(self.random.value()),
        }
    }

    #[allow(unused_variables, reason = "what it is asked changes nothing")]
    fn wait(
        &mut self,
        _: libipc::Caller,
        process: u32,
        reply: libipc::Reply<Ending, Error>,
    ) {
        if self.random.value() {
            reply.ok(self.random.value());
        }
    }

    #[allow(unused_variables, reason = "what it is asked changes nothing")]
    fn kill(&mut self, _: libipc::Caller, process: u32) -> Result<(), Error> {
        match self.random.value() {
            true => Ok(()),
            false => Err(self.random.value()),
        }
    }

    #[allow(unused_variables, reason = "what it is asked changes nothing")]
    fn interrupt(&mut self, _: libipc::Caller, process: u32) -> Result<(), Error> {
        match self.random.value() {
            true => Ok(()),
            false => Err(self.random.value()),
        }
    }

    #[allow(unused_variables, reason = "what it is asked changes nothing")]
    fn list(&mut self, _: libipc::Caller, after: u32) -> libipc::codec::List<Info, 24> {
        self.random.value()
    }

    #[allow(unused_variables, reason = "what it is asked changes nothing")]
    fn spawn_with(
        &mut self,
        _: libipc::Caller,
        path: &[u8],
        arguments: &[u8],
        console: libipc::Cap<super::console::Client>,
    ) -> Result<u32, Error> {
        match self.random.value() {
            true => Ok(self.random.value()),
            false => Err(self.random.value()),
        }
    }

    fn events(&mut self) -> &mut libipc::events::Feed<Event> {
        &mut self.events
    }
}

fn arguments(
    label: u32,
    random: &mut crate::sample::Random,
    w: &mut libipc::Message,
) -> Result<(), libipc::TooLong> {
    use libipc::codec::Sink as _;
    match label {
        labels::SPAWN => {
            w.put(&random.value::<libipc::codec::Bytes<1000>>())?;
            w.put(&random.value::<libipc::codec::Bytes<480>>())?;
        }
        labels::WAIT => {
            w.put(&random.value::<u32>())?;
        }
        labels::KILL => {
            w.put(&random.value::<u32>())?;
        }
        labels::INTERRUPT => {
            w.put(&random.value::<u32>())?;
        }
        labels::LIST => {
            w.put(&random.value::<u32>())?;
        }
        labels::SPAWN_WITH => {
            w.put(&random.value::<libipc::codec::Bytes<1000>>())?;
            w.put(&random.value::<libipc::codec::Bytes<480>>())?;
            w.append_cap(libipc::CapItem::moved(libipc::CPtr(1)))?;
        }
        labels::WATCH_EVENTS => {
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
    const ALL: &[u32] = &[
        labels::SPAWN,
        labels::WAIT,
        labels::KILL,
        labels::INTERRUPT,
        labels::LIST,
        labels::SPAWN_WITH,
        labels::WATCH_EVENTS,
        labels::TAKE_EVENTS,
    ];
    let server = Anything::new(random.number());
    crate::sample::attack(random, ALL, arguments, &mut Dispatcher(server));
}

impl crate::sample::Sample for Info {
    fn sample(random: &mut crate::sample::Random) -> Self {
        Self {
            process: random.value(),
            parent: random.value(),
            name: random.value(),
            role: random.value(),
            state: random.value(),
            priority: random.value(),
            capabilities: random.value(),
            cpu_ns: random.value(),
            memory: random.value(),
        }
    }
}

impl crate::sample::Sample for Ended {
    fn sample(random: &mut crate::sample::Random) -> Self {
        Self { process: random.value() }
    }
}

impl crate::sample::Sample for Event {
    fn sample(random: &mut crate::sample::Random) -> Self {
        Self { ended: random.value() }
    }
}

impl crate::sample::Sample for Ending {
    fn sample(random: &mut crate::sample::Random) -> Self {
        match random.below(4) {
            0 => Self::Exited(random.value()),
            1 => Self::Killed,
            2 => Self::Interrupted,
            _ => Self::Faulted(random.value()),
        }
    }
}

impl crate::sample::Sample for Role {
    fn sample(random: &mut crate::sample::Random) -> Self {
        random.one_of(Self::ALL)
    }
}

impl crate::sample::Sample for State {
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
    crate::sample::round_trip::<Ended>(random, crate::sample::Encodings::One);
    crate::sample::round_trip::<Event>(random, crate::sample::Encodings::Several);
    crate::sample::round_trip::<Ending>(random, crate::sample::Encodings::One);
    crate::sample::round_trip::<Role>(random, crate::sample::Encodings::One);
    crate::sample::round_trip::<State>(random, crate::sample::Encodings::One);
    crate::sample::round_trip::<Error>(random, crate::sample::Encodings::One);
}
