//! What tests put in the place of a server of `system`.
//!
//! Made by `idlc`.

pub use crate::system::*;

/// A server whose methods a test writes; one that it did not write is a panic.
#[allow(clippy::type_complexity, reason = "the types are those of the methods")]
pub struct Mock {
    /// What `power_off` does.
    pub power_off: alloc::boxed::Box<
        dyn FnMut(libipc::Caller, u8, libipc::Reply<(), core::convert::Infallible>),
    >,
    /// What `boot_arguments` does.
    pub boot_arguments: alloc::boxed::Box<
        dyn FnMut(libipc::Caller) -> libipc::codec::Bytes<1536>,
    >,
    /// What `read_log` does.
    pub read_log: alloc::boxed::Box<
        dyn FnMut(libipc::Caller, u64) -> (libipc::codec::Bytes<1536>, u64),
    >,
    /// What `usage` does.
    pub usage: alloc::boxed::Box<dyn FnMut(libipc::Caller) -> (u64, u64, u32, u8)>,
}

impl Default for Mock {
    fn default() -> Self {
        Self {
            power_off: alloc::boxed::Box::new(|_, _, _| {
                panic!("`system.power_off` was called, which the test does not expect")
            }),
            boot_arguments: alloc::boxed::Box::new(|_| {
                panic!(
                    "`system.boot_arguments` was called, which the test does not expect"
                )
            }),
            read_log: alloc::boxed::Box::new(|_, _| {
                panic!("`system.read_log` was called, which the test does not expect")
            }),
            usage: alloc::boxed::Box::new(|_| {
                panic!("`system.usage` was called, which the test does not expect")
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
    fn power_off(
        &mut self,
        caller: libipc::Caller,
        status: u8,
        reply: libipc::Reply<(), core::convert::Infallible>,
    ) {
        (self.power_off)(caller, status, reply)
    }

    fn boot_arguments(&mut self, caller: libipc::Caller) -> libipc::codec::Bytes<1536> {
        (self.boot_arguments)(caller)
    }

    fn read_log(
        &mut self,
        caller: libipc::Caller,
        position: u64,
    ) -> (libipc::codec::Bytes<1536>, u64) {
        (self.read_log)(caller, position)
    }

    fn usage(&mut self, caller: libipc::Caller) -> (u64, u64, u32, u8) {
        (self.usage)(caller)
    }
}

/// A server that answers every method with one error, and ABANDONED where a method has none.
#[derive(Clone, Copy, Debug)]
pub struct Failing;

impl libipc::Service for Failing {
    fn request(&mut self, request: libipc::Request<'_>) {
        let message = request.message;
        match message.label() {
            labels::POWER_OFF
            | labels::BOOT_ARGUMENTS
            | labels::READ_LOG
            | labels::USAGE => message.begin(libipc::label::ABANDONED),
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
    fn power_off(
        &mut self,
        _: libipc::Caller,
        status: u8,
        reply: libipc::Reply<(), core::convert::Infallible>,
    ) {
        if self.random.value() {
            reply.ok(());
        }
    }

    #[allow(unused_variables, reason = "what it is asked changes nothing")]
    fn boot_arguments(&mut self, _: libipc::Caller) -> libipc::codec::Bytes<1536> {
        self.random.value()
    }

    #[allow(unused_variables, reason = "what it is asked changes nothing")]
    fn read_log(
        &mut self,
        _: libipc::Caller,
        position: u64,
    ) -> (libipc::codec::Bytes<1536>, u64) {
        (self.random.value(), self.random.value())
    }

    #[allow(unused_variables, reason = "what it is asked changes nothing")]
    fn usage(&mut self, _: libipc::Caller) -> (u64, u64, u32, u8) {
        (
            self.random.value(),
            self.random.value(),
            self.random.value(),
            self.random.value(),
        )
    }
}

fn arguments(
    label: u32,
    random: &mut crate::sample::Random,
    w: &mut libipc::Message,
) -> Result<(), libipc::TooLong> {
    use libipc::codec::Sink as _;
    match label {
        labels::POWER_OFF => {
            w.put(&random.value::<u8>())?;
        }
        labels::READ_LOG => {
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
        labels::POWER_OFF,
        labels::BOOT_ARGUMENTS,
        labels::READ_LOG,
        labels::USAGE,
    ];
    let server = Anything::new(random.number());
    crate::sample::attack(random, ALL, arguments, &mut Dispatcher(server));
}

/// Tries the codec with a value of every type that the interface declares.
pub fn round_trips(_random: &mut crate::sample::Random) {}
