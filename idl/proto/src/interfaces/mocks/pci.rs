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
