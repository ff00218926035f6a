//! What tests put in the place of a server of `process`.
//!
//! Made by `idlc`.

pub use crate::process::*;

/// A server whose methods a test writes; one that it did not write is a panic.
#[allow(clippy::type_complexity, reason = "the types are those of the methods")]
pub struct Mock {
    /// What `exit` does.
    pub exit: alloc::boxed::Box<
        dyn FnMut(libipc::Caller, i32, libipc::Reply<(), core::convert::Infallible>),
    >,
    /// What `myself` does.
    pub myself: alloc::boxed::Box<dyn FnMut(libipc::Caller) -> Myself>,
}

impl Default for Mock {
    fn default() -> Self {
        Self {
            exit: alloc::boxed::Box::new(|_, _, _| {
                panic!("`process.exit` was called, which the test does not expect")
            }),
            myself: alloc::boxed::Box::new(|_| {
                panic!("`process.myself` was called, which the test does not expect")
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
    fn exit(
        &mut self,
        caller: libipc::Caller,
        status: i32,
        reply: libipc::Reply<(), core::convert::Infallible>,
    ) {
        (self.exit)(caller, status, reply)
    }

    fn myself(&mut self, caller: libipc::Caller) -> Myself {
        (self.myself)(caller)
    }
}

/// A server that answers every method with one error, and ABANDONED where a method has none.
#[derive(Clone, Copy, Debug)]
pub struct Failing;

impl libipc::Service for Failing {
    fn request(&mut self, request: libipc::Request<'_>) {
        let message = request.message;
        match message.label() {
            labels::EXIT | labels::MYSELF => message.begin(libipc::label::ABANDONED),
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
    fn exit(
        &mut self,
        _: libipc::Caller,
        status: i32,
        reply: libipc::Reply<(), core::convert::Infallible>,
    ) {
        if self.random.value() {
            reply.ok(());
        }
    }

    #[allow(unused_variables, reason = "what it is asked changes nothing")]
    fn myself(&mut self, _: libipc::Caller) -> Myself {
        self.random.value()
    }
}

fn arguments(
    label: u32,
    random: &mut crate::sample::Random,
    w: &mut libipc::Message,
) -> Result<(), libipc::TooLong> {
    use libipc::codec::Sink as _;
    if label == labels::EXIT {
        w.put(&random.value::<i32>())?;
    }
    Ok(())
}

/// Hands a request that is made at random to the server's side: one that is right, or one that was right before a
/// part of it was changed.
///
/// # Panics
/// If a right one is not understood, or any is not answered.
pub fn attack(random: &mut crate::sample::Random) {
    const ALL: &[u32] = &[labels::EXIT, labels::MYSELF];
    let server = Anything::new(random.number());
    crate::sample::attack(random, ALL, arguments, &mut Dispatcher(server));
}

impl crate::sample::Sample for Myself {
    fn sample(random: &mut crate::sample::Random) -> Self {
        Self {
            process: random.value(),
            parent: random.value(),
            cpu_ns: random.value(),
            memory: random.value(),
        }
    }
}

/// Tries the codec with a value of every type that the interface declares.
pub fn round_trips(random: &mut crate::sample::Random) {
    crate::sample::round_trip::<Myself>(random, crate::sample::Encodings::One);
}
