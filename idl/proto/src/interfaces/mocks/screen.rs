//! What tests put in the place of a server of `screen`.
//!
//! Made by `idlc`.

pub use crate::screen::*;

/// A server whose methods a test writes; one that it did not write is a panic.
#[allow(clippy::type_complexity, reason = "the types are those of the methods")]
pub struct Mock {
    /// What `read` does.
    pub read: alloc::boxed::Box<
        dyn FnMut(libipc::Caller) -> (libipc::codec::Bytes<1536>, u32, u32),
    >,
    /// What `subscribe` does.
    pub subscribe: alloc::boxed::Box<
        dyn FnMut(libipc::Caller, libipc::Cap<libipc::objects::Notification>),
    >,
}

impl Default for Mock {
    fn default() -> Self {
        Self {
            read: alloc::boxed::Box::new(|_| {
                panic!("`screen.read` was called, which the test does not expect")
            }),
            subscribe: alloc::boxed::Box::new(|_, _| {
                panic!("`screen.subscribe` was called, which the test does not expect")
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
    fn read(
        &mut self,
        caller: libipc::Caller,
    ) -> (libipc::codec::Bytes<1536>, u32, u32) {
        (self.read)(caller)
    }

    fn subscribe(
        &mut self,
        caller: libipc::Caller,
        arrival: libipc::Cap<libipc::objects::Notification>,
    ) {
        (self.subscribe)(caller, arrival)
    }
}

/// A server that answers every method with one error, and ABANDONED where a method has none.
#[derive(Clone, Copy, Debug)]
pub struct Failing;

impl libipc::Service for Failing {
    fn request(&mut self, request: libipc::Request<'_>) {
        let message = request.message;
        match message.label() {
            labels::READ | labels::SUBSCRIBE => message.begin(libipc::label::ABANDONED),
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
    fn read(&mut self, _: libipc::Caller) -> (libipc::codec::Bytes<1536>, u32, u32) {
        (self.random.value(), self.random.value(), self.random.value())
    }

    #[allow(unused_variables, reason = "what it is asked changes nothing")]
    fn subscribe(
        &mut self,
        _: libipc::Caller,
        arrival: libipc::Cap<libipc::objects::Notification>,
    ) {}
}

fn arguments(
    label: u32,
    _random: &mut crate::sample::Random,
    w: &mut libipc::Message,
) -> Result<(), libipc::TooLong> {
    if label == labels::SUBSCRIBE {
        w.append_cap(libipc::CapItem::moved(libipc::CPtr(1)))?;
    }
    Ok(())
}

/// Hands a request that is made at random to the server's side: one that is right, or one that was right before a
/// part of it was changed.
///
/// # Panics
/// If a right one is not understood, or any is not answered.
pub fn attack(random: &mut crate::sample::Random) {
    const ALL: &[u32] = &[labels::READ, labels::SUBSCRIBE];
    let server = Anything::new(random.number());
    crate::sample::attack(random, ALL, arguments, &mut Dispatcher(server));
}

/// Tries the codec with a value of every type that the interface declares.
pub fn round_trips(_random: &mut crate::sample::Random) {}
