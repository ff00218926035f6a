//! What tests put in the place of a server of `bench_peer`.
//!
//! Made by `idlc`.

pub use crate::bench_peer::*;

/// A server whose methods a test writes; one that it did not write is a panic.
#[allow(clippy::type_complexity, reason = "the types are those of the methods")]
pub struct Mock {
    /// What `introduce` does.
    pub introduce: alloc::boxed::Box<
        dyn FnMut(
            libipc::Caller,
        ) -> (Entries, libipc::Cap<libipc::objects::AddressSpace>),
    >,
    /// What `echo` does.
    pub echo: alloc::boxed::Box<dyn FnMut(libipc::Caller, u64) -> u64>,
    /// What `write_program` does.
    pub write_program: alloc::boxed::Box<dyn FnMut(libipc::Caller, u64)>,
    /// What `turns` does.
    pub turns: alloc::boxed::Box<dyn FnMut(libipc::Caller) -> u64>,
}

impl Default for Mock {
    fn default() -> Self {
        Self {
            introduce: alloc::boxed::Box::new(|_| {
                panic!(
                    "`bench_peer.introduce` was called, which the test does not expect"
                )
            }),
            echo: alloc::boxed::Box::new(|_, _| {
                panic!("`bench_peer.echo` was called, which the test does not expect")
            }),
            write_program: alloc::boxed::Box::new(|_, _| {
                panic!(
                    "`bench_peer.write_program` was called, which the test does not expect"
                )
            }),
            turns: alloc::boxed::Box::new(|_| {
                panic!("`bench_peer.turns` was called, which the test does not expect")
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
    fn introduce(
        &mut self,
        caller: libipc::Caller,
    ) -> (Entries, libipc::Cap<libipc::objects::AddressSpace>) {
        (self.introduce)(caller)
    }

    fn echo(&mut self, caller: libipc::Caller, word: u64) -> u64 {
        (self.echo)(caller, word)
    }

    fn write_program(&mut self, caller: libipc::Caller, address: u64) {
        (self.write_program)(caller, address)
    }

    fn turns(&mut self, caller: libipc::Caller) -> u64 {
        (self.turns)(caller)
    }
}

/// A server that answers every method with one error, and ABANDONED where a method has none.
#[derive(Clone, Copy, Debug)]
pub struct Failing;

impl libipc::Service for Failing {
    fn request(&mut self, request: libipc::Request<'_>) {
        let message = request.message;
        match message.label() {
            labels::INTRODUCE | labels::ECHO | labels::WRITE_PROGRAM | labels::TURNS => {
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
    fn introduce(
        &mut self,
        _: libipc::Caller,
    ) -> (Entries, libipc::Cap<libipc::objects::AddressSpace>) {
        (self.random.value(), self.random.value())
    }

    #[allow(unused_variables, reason = "what it is asked changes nothing")]
    fn echo(&mut self, _: libipc::Caller, word: u64) -> u64 {
        self.random.value()
    }

    #[allow(unused_variables, reason = "what it is asked changes nothing")]
    fn write_program(&mut self, _: libipc::Caller, address: u64) {}
    #[allow(unused_variables, reason = "what it is asked changes nothing")]
    fn turns(&mut self, _: libipc::Caller) -> u64 {
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
        labels::ECHO => {
            w.put(&random.value::<u64>())?;
        }
        labels::WRITE_PROGRAM => {
            w.put(&random.value::<u64>())?;
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
        labels::INTRODUCE,
        labels::ECHO,
        labels::WRITE_PROGRAM,
        labels::TURNS,
    ];
    let server = Anything::new(random.number());
    crate::sample::attack(random, ALL, arguments, &mut Dispatcher(server));
}

impl crate::sample::Sample for Entries {
    fn sample(random: &mut crate::sample::Random) -> Self {
        Self {
            answers: random.value(),
            stamps: random.value(),
            marks: random.value(),
            wakes: random.value(),
            wakes_marked: random.value(),
            echoes: random.value(),
            echoes_apart: random.value(),
            yields: random.value(),
            yields_marked: random.value(),
            breaks: random.value(),
            touches: random.value(),
            signals: random.value(),
            turns: random.value(),
            answers_with_vectors: random.value(),
            oversleeps: random.value(),
        }
    }
}

/// Tries the codec with a value of every type that the interface declares.
pub fn round_trips(random: &mut crate::sample::Random) {
    crate::sample::round_trip::<Entries>(random, crate::sample::Encodings::One);
}
