//! What tests put in the place of a server of `pci_control`.
//!
//! Made by `idlc`.

pub use crate::pci_control::*;

/// A server whose methods a test writes; one that it did not write is a panic.
#[allow(clippy::type_complexity, reason = "the types are those of the methods")]
pub struct Mock {
    /// What `quiesce` does.
    pub quiesce: alloc::boxed::Box<dyn FnMut(libipc::Caller, u32) -> Result<(), Error>>,
    /// What `list` does.
    pub list: alloc::boxed::Box<
        dyn FnMut(libipc::Caller, u32) -> libipc::codec::List<super::pci::Function, 8>,
    >,
}

impl Default for Mock {
    fn default() -> Self {
        Self {
            quiesce: alloc::boxed::Box::new(|_, _| {
                panic!(
                    "`pci_control.quiesce` was called, which the test does not expect"
                )
            }),
            list: alloc::boxed::Box::new(|_, _| {
                panic!("`pci_control.list` was called, which the test does not expect")
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
    fn quiesce(&mut self, caller: libipc::Caller, driver: u32) -> Result<(), Error> {
        (self.quiesce)(caller, driver)
    }

    fn list(
        &mut self,
        caller: libipc::Caller,
        first: u32,
    ) -> libipc::codec::List<super::pci::Function, 8> {
        (self.list)(caller, first)
    }
}

/// A server that answers every method with one error, and ABANDONED where a method has none.
#[derive(Clone, Copy, Debug)]
pub struct Failing(pub Error);

impl libipc::Service for Failing {
    fn request(&mut self, request: libipc::Request<'_>) {
        let message = request.message;
        match message.label() {
            labels::QUIESCE => {
                libipc::codec::stub::answer(
                    message,
                    Err::<(), _>(self.0),
                    |_, ()| Ok(()),
                );
            }
            labels::LIST => message.begin(libipc::label::ABANDONED),
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
    fn quiesce(&mut self, _: libipc::Caller, driver: u32) -> Result<(), Error> {
        match self.random.value() {
            true => Ok(()),
            false => Err(self.random.value()),
        }
    }

    #[allow(unused_variables, reason = "what it is asked changes nothing")]
    fn list(
        &mut self,
        _: libipc::Caller,
        first: u32,
    ) -> libipc::codec::List<super::pci::Function, 8> {
        self.random.value()
    }
}

fn arguments(
    label: u32,
    random: &mut crate::sample::Random,
    w: &mut libipc::Message,
) -> Result<(), libipc::TooLong> {
    use libipc::codec::Sink as _;
    match label {
        labels::QUIESCE => {
            w.put(&random.value::<u32>())?;
        }
        labels::LIST => {
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
    const ALL: &[u32] = &[labels::QUIESCE, labels::LIST];
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
