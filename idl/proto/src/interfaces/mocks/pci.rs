//! What tests put in the place of a server of `pci`.
//!
//! Made by `idlc`.

pub use crate::pci::*;

/// A server whose methods a test writes; one that it did not write is a panic.
#[allow(clippy::type_complexity, reason = "the types are those of the methods")]
pub struct Mock {
    /// What `info` does.
    pub info: alloc::boxed::Box<dyn FnMut(libipc::Caller) -> Result<Function, Error>>,
    /// What `read_config` does.
    pub read_config: alloc::boxed::Box<
        dyn FnMut(libipc::Caller, u16) -> Result<u32, Error>,
    >,
    /// What `bar` does.
    pub bar: alloc::boxed::Box<
        dyn FnMut(
            libipc::Caller,
            u8,
        ) -> Result<(u32, u64, libipc::Cap<libipc::objects::Untyped>), Error>,
    >,
    /// What `vector` does.
    pub vector: alloc::boxed::Box<
        dyn FnMut(
            libipc::Caller,
            u16,
        ) -> Result<libipc::Cap<libipc::objects::IrqHandler>, Error>,
    >,
    /// What `set_bus_master` does.
    pub set_bus_master: alloc::boxed::Box<
        dyn FnMut(libipc::Caller, BusMaster) -> Result<(), Error>,
    >,
    /// What `wire` does.
    pub wire: alloc::boxed::Box<
        dyn FnMut(
            libipc::Caller,
        ) -> Result<libipc::Cap<libipc::objects::IrqHandler>, Error>,
    >,
    /// What `take` does.
    pub take: alloc::boxed::Box<
        dyn FnMut(libipc::Caller, u16) -> Result<Function, Error>,
    >,
    /// What `reset` does.
    pub reset: alloc::boxed::Box<dyn FnMut(libipc::Caller) -> Result<(), Error>>,
}

impl Default for Mock {
    fn default() -> Self {
        Self {
            info: alloc::boxed::Box::new(|_| {
                panic!("`pci.info` was called, which the test does not expect")
            }),
            read_config: alloc::boxed::Box::new(|_, _| {
                panic!("`pci.read_config` was called, which the test does not expect")
            }),
            bar: alloc::boxed::Box::new(|_, _| {
                panic!("`pci.bar` was called, which the test does not expect")
            }),
            vector: alloc::boxed::Box::new(|_, _| {
                panic!("`pci.vector` was called, which the test does not expect")
            }),
            set_bus_master: alloc::boxed::Box::new(|_, _| {
                panic!("`pci.set_bus_master` was called, which the test does not expect")
            }),
            wire: alloc::boxed::Box::new(|_| {
                panic!("`pci.wire` was called, which the test does not expect")
            }),
            take: alloc::boxed::Box::new(|_, _| {
                panic!("`pci.take` was called, which the test does not expect")
            }),
            reset: alloc::boxed::Box::new(|_| {
                panic!("`pci.reset` was called, which the test does not expect")
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
    fn info(&mut self, caller: libipc::Caller) -> Result<Function, Error> {
        (self.info)(caller)
    }

    fn read_config(
        &mut self,
        caller: libipc::Caller,
        offset: u16,
    ) -> Result<u32, Error> {
        (self.read_config)(caller, offset)
    }

    fn bar(
        &mut self,
        caller: libipc::Caller,
        index: u8,
    ) -> Result<(u32, u64, libipc::Cap<libipc::objects::Untyped>), Error> {
        (self.bar)(caller, index)
    }

    fn vector(
        &mut self,
        caller: libipc::Caller,
        index: u16,
    ) -> Result<libipc::Cap<libipc::objects::IrqHandler>, Error> {
        (self.vector)(caller, index)
    }

    fn set_bus_master(
        &mut self,
        caller: libipc::Caller,
        state: BusMaster,
    ) -> Result<(), Error> {
        (self.set_bus_master)(caller, state)
    }

    fn wire(
        &mut self,
        caller: libipc::Caller,
    ) -> Result<libipc::Cap<libipc::objects::IrqHandler>, Error> {
        (self.wire)(caller)
    }

    fn take(&mut self, caller: libipc::Caller, class: u16) -> Result<Function, Error> {
        (self.take)(caller, class)
    }

    fn reset(&mut self, caller: libipc::Caller) -> Result<(), Error> {
        (self.reset)(caller)
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
            | labels::READ_CONFIG
            | labels::BAR
            | labels::VECTOR
            | labels::SET_BUS_MASTER
            | labels::WIRE
            | labels::TAKE
            | labels::RESET => {
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
    fn info(&mut self, _: libipc::Caller) -> Result<Function, Error> {
        match self.random.value() {
            true => Ok(self.random.value()),
            false => Err(self.random.value()),
        }
    }

    #[allow(unused_variables, reason = "what it is asked changes nothing")]
    fn read_config(&mut self, _: libipc::Caller, offset: u16) -> Result<u32, Error> {
        match self.random.value() {
            true => Ok(self.random.value()),
            false => Err(self.random.value()),
        }
    }

    #[allow(unused_variables, reason = "what it is asked changes nothing")]
    fn bar(
        &mut self,
        _: libipc::Caller,
        index: u8,
    ) -> Result<(u32, u64, libipc::Cap<libipc::objects::Untyped>), Error> {
        match self.random.value() {
            true => Ok((self.random.value(), self.random.value(), self.random.value())),
            false => Err(self.random.value()),
        }
    }

    #[allow(unused_variables, reason = "what it is asked changes nothing")]
    fn vector(
        &mut self,
        _: libipc::Caller,
        index: u16,
    ) -> Result<libipc::Cap<libipc::objects::IrqHandler>, Error> {
        match self.random.value() {
            true => Ok(self.random.value()),
            false => Err(self.random.value()),
        }
    }

    #[allow(unused_variables, reason = "what it is asked changes nothing")]
    fn set_bus_master(
        &mut self,
        _: libipc::Caller,
        state: BusMaster,
    ) -> Result<(), Error> {
        match self.random.value() {
            true => Ok(()),
            false => Err(self.random.value()),
        }
    }

    #[allow(unused_variables, reason = "what it is asked changes nothing")]
    fn wire(
        &mut self,
        _: libipc::Caller,
    ) -> Result<libipc::Cap<libipc::objects::IrqHandler>, Error> {
        match self.random.value() {
            true => Ok(self.random.value()),
            false => Err(self.random.value()),
        }
    }

    #[allow(unused_variables, reason = "what it is asked changes nothing")]
    fn take(&mut self, _: libipc::Caller, class: u16) -> Result<Function, Error> {
        match self.random.value() {
            true => Ok(self.random.value()),
            false => Err(self.random.value()),
        }
    }

    #[allow(unused_variables, reason = "what it is asked changes nothing")]
    fn reset(&mut self, _: libipc::Caller) -> Result<(), Error> {
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
        labels::READ_CONFIG => {
            w.put(&random.value::<u16>())?;
        }
        labels::BAR => {
            w.put(&random.value::<u8>())?;
        }
        labels::VECTOR => {
            w.put(&random.value::<u16>())?;
        }
        labels::SET_BUS_MASTER => {
            w.put(&random.value::<BusMaster>())?;
        }
        labels::TAKE => {
            w.put(&random.value::<u16>())?;
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
        labels::READ_CONFIG,
        labels::BAR,
        labels::VECTOR,
        labels::SET_BUS_MASTER,
        labels::WIRE,
        labels::TAKE,
        labels::RESET,
    ];
    let server = Anything::new(random.number());
    crate::sample::attack(random, ALL, arguments, &mut Dispatcher(server));
}

impl crate::sample::Sample for Bar {
    fn sample(random: &mut crate::sample::Random) -> Self {
        Self {
            index: random.value(),
            kind: random.value(),
            size: random.value(),
        }
    }
}

impl crate::sample::Sample for Function {
    fn sample(random: &mut crate::sample::Random) -> Self {
        Self {
            bus: random.value(),
            device: random.value(),
            function: random.value(),
            revision: random.value(),
            vendor: random.value(),
            product: random.value(),
            subsystem_vendor: random.value(),
            subsystem: random.value(),
            class: random.value(),
            vectors: random.value(),
            bars: random.value(),
        }
    }
}

impl crate::sample::Sample for BarKind {
    fn sample(random: &mut crate::sample::Random) -> Self {
        random.one_of(Self::ALL)
    }
}

impl crate::sample::Sample for BusMaster {
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
    crate::sample::round_trip::<Bar>(random, crate::sample::Encodings::One);
    crate::sample::round_trip::<Function>(random, crate::sample::Encodings::One);
    crate::sample::round_trip::<BarKind>(random, crate::sample::Encodings::One);
    crate::sample::round_trip::<BusMaster>(random, crate::sample::Encodings::One);
    crate::sample::round_trip::<Error>(random, crate::sample::Encodings::One);
}
