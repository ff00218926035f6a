//! What tests put in the place of a server of `storage`.
//!
//! Made by `idlc`.

pub use crate::storage::*;

/// A server whose methods a test writes; one that it did not write is a panic.
#[allow(clippy::type_complexity, reason = "the types are those of the methods")]
pub struct Mock {
    /// What `disks` does.
    pub disks: alloc::boxed::Box<
        dyn FnMut(libipc::Caller, u32) -> libipc::codec::List<Disk, 6>,
    >,
    /// What `volumes` does.
    pub volumes: alloc::boxed::Box<
        dyn FnMut(libipc::Caller, u32) -> libipc::codec::List<Volume, 6>,
    >,
    /// What `select` does.
    pub select: alloc::boxed::Box<dyn FnMut(libipc::Caller, u32) -> Result<(), Error>>,
    /// What `look` does.
    pub look: alloc::boxed::Box<dyn FnMut(libipc::Caller) -> u32>,
}

impl Default for Mock {
    fn default() -> Self {
        Self {
            disks: alloc::boxed::Box::new(|_, _| {
                panic!("`storage.disks` was called, which the test does not expect")
            }),
            volumes: alloc::boxed::Box::new(|_, _| {
                panic!("`storage.volumes` was called, which the test does not expect")
            }),
            select: alloc::boxed::Box::new(|_, _| {
                panic!("`storage.select` was called, which the test does not expect")
            }),
            look: alloc::boxed::Box::new(|_| {
                panic!("`storage.look` was called, which the test does not expect")
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
    fn disks(
        &mut self,
        caller: libipc::Caller,
        first: u32,
    ) -> libipc::codec::List<Disk, 6> {
        (self.disks)(caller, first)
    }

    fn volumes(
        &mut self,
        caller: libipc::Caller,
        first: u32,
    ) -> libipc::codec::List<Volume, 6> {
        (self.volumes)(caller, first)
    }

    fn select(&mut self, caller: libipc::Caller, volume: u32) -> Result<(), Error> {
        (self.select)(caller, volume)
    }

    fn look(&mut self, caller: libipc::Caller) -> u32 {
        (self.look)(caller)
    }
}

/// A server that answers every method with one error, and ABANDONED where a method has none.
#[derive(Clone, Copy, Debug)]
pub struct Failing(pub Error);

impl libipc::Service for Failing {
    fn request(&mut self, request: libipc::Request<'_>) {
        let message = request.message;
        match message.label() {
            labels::SELECT => {
                libipc::codec::stub::answer(
                    message,
                    Err::<(), _>(self.0),
                    |_, ()| Ok(()),
                );
            }
            labels::DISKS | labels::VOLUMES | labels::LOOK => {
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
    fn disks(&mut self, _: libipc::Caller, first: u32) -> libipc::codec::List<Disk, 6> {
        self.random.value()
    }

    #[allow(unused_variables, reason = "what it is asked changes nothing")]
    fn volumes(
        &mut self,
        _: libipc::Caller,
        first: u32,
    ) -> libipc::codec::List<Volume, 6> {
        self.random.value()
    }

    #[allow(unused_variables, reason = "what it is asked changes nothing")]
    fn select(&mut self, _: libipc::Caller, volume: u32) -> Result<(), Error> {
        match self.random.value() {
            true => Ok(()),
            false => Err(self.random.value()),
        }
    }

    #[allow(unused_variables, reason = "what it is asked changes nothing")]
    fn look(&mut self, _: libipc::Caller) -> u32 {
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
        labels::DISKS => {
            w.put(&random.value::<u32>())?;
        }
        labels::VOLUMES => {
            w.put(&random.value::<u32>())?;
        }
        labels::SELECT => {
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
    const ALL: &[u32] = &[labels::DISKS, labels::VOLUMES, labels::SELECT, labels::LOOK];
    let server = Anything::new(random.number());
    crate::sample::attack(random, ALL, arguments, &mut Dispatcher(server));
}

impl crate::sample::Sample for Disk {
    fn sample(random: &mut crate::sample::Random) -> Self {
        Self {
            disk: random.value(),
            volumes: random.value(),
            sectors: random.value(),
            table: random.value(),
            access: random.value(),
            model: random.value(),
            problem: random.value(),
        }
    }
}

impl crate::sample::Sample for Volume {
    fn sample(random: &mut crate::sample::Random) -> Self {
        Self {
            volume: random.value(),
            disk: random.value(),
            partition: random.value(),
            start: random.value(),
            sectors: random.value(),
            access: random.value(),
            purpose: random.value(),
            content: random.value(),
            kind: random.value(),
            name: random.value(),
        }
    }
}

impl crate::sample::Sample for Table {
    fn sample(random: &mut crate::sample::Random) -> Self {
        random.one_of(Self::ALL)
    }
}

impl crate::sample::Sample for Purpose {
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
    crate::sample::round_trip::<Disk>(random, crate::sample::Encodings::One);
    crate::sample::round_trip::<Volume>(random, crate::sample::Encodings::One);
    crate::sample::round_trip::<Table>(random, crate::sample::Encodings::One);
    crate::sample::round_trip::<Purpose>(random, crate::sample::Encodings::One);
    crate::sample::round_trip::<Error>(random, crate::sample::Encodings::One);
}
