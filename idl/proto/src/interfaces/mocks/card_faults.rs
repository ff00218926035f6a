//! What tests put in the place of a server of `card_faults`.
//!
//! Made by `idlc`.

pub use crate::card_faults::*;

/// A server whose methods a test writes; one that it did not write is a panic.
#[allow(clippy::type_complexity, reason = "the types are those of the methods")]
pub struct Mock {
    /// What `fail` does.
    pub fail: alloc::boxed::Box<dyn FnMut(libipc::Caller, Fault, Request, u32)>,
    /// What `left` does.
    pub left: alloc::boxed::Box<dyn FnMut(libipc::Caller) -> u32>,
    /// What `set_slot` does.
    pub set_slot: alloc::boxed::Box<dyn FnMut(libipc::Caller, Slot)>,
}

impl Default for Mock {
    fn default() -> Self {
        Self {
            fail: alloc::boxed::Box::new(|_, _, _, _| {
                panic!("`card_faults.fail` was called, which the test does not expect")
            }),
            left: alloc::boxed::Box::new(|_| {
                panic!("`card_faults.left` was called, which the test does not expect")
            }),
            set_slot: alloc::boxed::Box::new(|_, _| {
                panic!(
                    "`card_faults.set_slot` was called, which the test does not expect"
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
    fn fail(
        &mut self,
        caller: libipc::Caller,
        fault: Fault,
        request: Request,
        times: u32,
    ) {
        (self.fail)(caller, fault, request, times)
    }

    fn left(&mut self, caller: libipc::Caller) -> u32 {
        (self.left)(caller)
    }

    fn set_slot(&mut self, caller: libipc::Caller, slot: Slot) {
        (self.set_slot)(caller, slot)
    }
}

/// A server that answers every method with one error, and ABANDONED where a method has none.
#[derive(Clone, Copy, Debug)]
pub struct Failing;

impl libipc::Service for Failing {
    fn request(&mut self, request: libipc::Request<'_>) {
        let message = request.message;
        match message.label() {
            labels::FAIL | labels::LEFT | labels::SET_SLOT => {
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
    fn fail(&mut self, _: libipc::Caller, fault: Fault, request: Request, times: u32) {}
    #[allow(unused_variables, reason = "what it is asked changes nothing")]
    fn left(&mut self, _: libipc::Caller) -> u32 {
        self.random.value()
    }

    #[allow(unused_variables, reason = "what it is asked changes nothing")]
    fn set_slot(&mut self, _: libipc::Caller, slot: Slot) {}
}

fn arguments(
    label: u32,
    random: &mut crate::sample::Random,
    w: &mut libipc::Message,
) -> Result<(), libipc::TooLong> {
    use libipc::codec::Sink as _;
    match label {
        labels::FAIL => {
            w.put(&random.value::<Fault>())?;
            w.put(&random.value::<Request>())?;
            w.put(&random.value::<u32>())?;
        }
        labels::SET_SLOT => {
            w.put(&random.value::<Slot>())?;
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
    const ALL: &[u32] = &[labels::FAIL, labels::LEFT, labels::SET_SLOT];
    let server = Anything::new(random.number());
    crate::sample::attack(random, ALL, arguments, &mut Dispatcher(server));
}

impl crate::sample::Sample for Fault {
    fn sample(random: &mut crate::sample::Random) -> Self {
        random.one_of(Self::ALL)
    }
}

impl crate::sample::Sample for Request {
    fn sample(random: &mut crate::sample::Random) -> Self {
        random.one_of(Self::ALL)
    }
}

impl crate::sample::Sample for Slot {
    fn sample(random: &mut crate::sample::Random) -> Self {
        random.one_of(Self::ALL)
    }
}

/// Tries the codec with a value of every type that the interface declares.
pub fn round_trips(random: &mut crate::sample::Random) {
    crate::sample::round_trip::<Fault>(random, crate::sample::Encodings::One);
    crate::sample::round_trip::<Request>(random, crate::sample::Encodings::One);
    crate::sample::round_trip::<Slot>(random, crate::sample::Encodings::One);
}
