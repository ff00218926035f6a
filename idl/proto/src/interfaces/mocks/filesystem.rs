//! What tests put in the place of a server of `filesystem`.
//!
//! Made by `idlc`.

pub use crate::filesystem::*;

/// A server whose methods a test writes; one that it did not write is a panic.
#[allow(clippy::type_complexity, reason = "the types are those of the methods")]
pub struct Mock {
    /// What `info` does.
    pub info: alloc::boxed::Box<dyn FnMut(libipc::Caller) -> Info>,
    /// What `walk` does.
    pub walk: alloc::boxed::Box<
        dyn FnMut(libipc::Caller, &[u8]) -> Result<Place, Error>,
    >,
    /// What `lookup` does.
    pub lookup: alloc::boxed::Box<
        dyn FnMut(libipc::Caller, u64, &[u8]) -> Result<Stat, Error>,
    >,
    /// What `stat` does.
    pub stat: alloc::boxed::Box<dyn FnMut(libipc::Caller, u64) -> Result<Stat, Error>>,
    /// What `open` does.
    pub open: alloc::boxed::Box<dyn FnMut(libipc::Caller, u64) -> Result<Stat, Error>>,
    /// What `close` does.
    pub close: alloc::boxed::Box<dyn FnMut(libipc::Caller, u64) -> Result<(), Error>>,
    /// What `read_at` does.
    pub read_at: alloc::boxed::Box<
        dyn FnMut(
            libipc::Caller,
            u64,
            u64,
            u32,
        ) -> Result<libipc::codec::Bytes<1536>, Error>,
    >,
    /// What `write_at` does.
    pub write_at: alloc::boxed::Box<
        dyn FnMut(libipc::Caller, u64, u64, &[u8]) -> Result<(), Error>,
    >,
    /// What `truncate` does.
    pub truncate: alloc::boxed::Box<
        dyn FnMut(libipc::Caller, u64, u64) -> Result<(), Error>,
    >,
    /// What `create` does.
    pub create: alloc::boxed::Box<
        dyn FnMut(libipc::Caller, u64, &[u8], u16) -> Result<Stat, Error>,
    >,
    /// What `make_directory` does.
    pub make_directory: alloc::boxed::Box<
        dyn FnMut(libipc::Caller, u64, &[u8], u16) -> Result<Stat, Error>,
    >,
    /// What `symlink` does.
    pub symlink: alloc::boxed::Box<
        dyn FnMut(libipc::Caller, u64, &[u8], &[u8]) -> Result<Stat, Error>,
    >,
    /// What `link` does.
    pub link: alloc::boxed::Box<
        dyn FnMut(libipc::Caller, u64, u64, &[u8]) -> Result<(), Error>,
    >,
    /// What `unlink` does.
    pub unlink: alloc::boxed::Box<
        dyn FnMut(libipc::Caller, u64, &[u8]) -> Result<(), Error>,
    >,
    /// What `remove_directory` does.
    pub remove_directory: alloc::boxed::Box<
        dyn FnMut(libipc::Caller, u64, &[u8]) -> Result<(), Error>,
    >,
    /// What `rename` does.
    pub rename: alloc::boxed::Box<
        dyn FnMut(libipc::Caller, u64, &[u8], u64, &[u8], Existing) -> Result<(), Error>,
    >,
    /// What `read_link` does.
    pub read_link: alloc::boxed::Box<
        dyn FnMut(libipc::Caller, u64) -> Result<libipc::codec::Bytes<1000>, Error>,
    >,
    /// What `read_directory` does.
    pub read_directory: alloc::boxed::Box<
        dyn FnMut(
            libipc::Caller,
            u64,
            Cursor,
        ) -> Result<(libipc::codec::List<Entry, 7>, Cursor), Error>,
    >,
    /// What `space` does.
    pub space: alloc::boxed::Box<dyn FnMut(libipc::Caller) -> Result<Space, Error>>,
    /// What `sync` does.
    pub sync: alloc::boxed::Box<dyn FnMut(libipc::Caller) -> Result<(), Error>>,
    /// What `unmount` does.
    pub unmount: alloc::boxed::Box<dyn FnMut(libipc::Caller) -> Result<(), Error>>,
    /// What `read_into` does.
    pub read_into: alloc::boxed::Box<
        dyn FnMut(libipc::Caller, u64, u64, libipc::lend::Place) -> Result<u32, Error>,
    >,
    /// What `lasting` does.
    pub lasting: alloc::boxed::Box<dyn FnMut(libipc::Caller) -> Lasting>,
}

impl Default for Mock {
    fn default() -> Self {
        Self {
            info: alloc::boxed::Box::new(|_| {
                panic!("`filesystem.info` was called, which the test does not expect")
            }),
            walk: alloc::boxed::Box::new(|_, _| {
                panic!("`filesystem.walk` was called, which the test does not expect")
            }),
            lookup: alloc::boxed::Box::new(|_, _, _| {
                panic!("`filesystem.lookup` was called, which the test does not expect")
            }),
            stat: alloc::boxed::Box::new(|_, _| {
                panic!("`filesystem.stat` was called, which the test does not expect")
            }),
            open: alloc::boxed::Box::new(|_, _| {
                panic!("`filesystem.open` was called, which the test does not expect")
            }),
            close: alloc::boxed::Box::new(|_, _| {
                panic!("`filesystem.close` was called, which the test does not expect")
            }),
            read_at: alloc::boxed::Box::new(|_, _, _, _| {
                panic!("`filesystem.read_at` was called, which the test does not expect")
            }),
            write_at: alloc::boxed::Box::new(|_, _, _, _| {
                panic!(
                    "`filesystem.write_at` was called, which the test does not expect"
                )
            }),
            truncate: alloc::boxed::Box::new(|_, _, _| {
                panic!(
                    "`filesystem.truncate` was called, which the test does not expect"
                )
            }),
            create: alloc::boxed::Box::new(|_, _, _, _| {
                panic!("`filesystem.create` was called, which the test does not expect")
            }),
            make_directory: alloc::boxed::Box::new(|_, _, _, _| {
                panic!(
                    "`filesystem.make_directory` was called, which the test does not expect"
                )
            }),
            symlink: alloc::boxed::Box::new(|_, _, _, _| {
                panic!("`filesystem.symlink` was called, which the test does not expect")
            }),
            link: alloc::boxed::Box::new(|_, _, _, _| {
                panic!("`filesystem.link` was called, which the test does not expect")
            }),
            unlink: alloc::boxed::Box::new(|_, _, _| {
                panic!("`filesystem.unlink` was called, which the test does not expect")
            }),
            remove_directory: alloc::boxed::Box::new(|_, _, _| {
                panic!(
                    "`filesystem.remove_directory` was called, which the test does not expect"
                )
            }),
            rename: alloc::boxed::Box::new(|_, _, _, _, _, _| {
                panic!("`filesystem.rename` was called, which the test does not expect")
            }),
            read_link: alloc::boxed::Box::new(|_, _| {
                panic!(
                    "`filesystem.read_link` was called, which the test does not expect"
                )
            }),
            read_directory: alloc::boxed::Box::new(|_, _, _| {
                panic!(
                    "`filesystem.read_directory` was called, which the test does not expect"
                )
            }),
            space: alloc::boxed::Box::new(|_| {
                panic!("`filesystem.space` was called, which the test does not expect")
            }),
            sync: alloc::boxed::Box::new(|_| {
                panic!("`filesystem.sync` was called, which the test does not expect")
            }),
            unmount: alloc::boxed::Box::new(|_| {
                panic!("`filesystem.unmount` was called, which the test does not expect")
            }),
            read_into: alloc::boxed::Box::new(|_, _, _, _| {
                panic!(
                    "`filesystem.read_into` was called, which the test does not expect"
                )
            }),
            lasting: alloc::boxed::Box::new(|_| {
                panic!("`filesystem.lasting` was called, which the test does not expect")
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
    fn info(&mut self, caller: libipc::Caller) -> Info {
        (self.info)(caller)
    }

    fn walk(&mut self, caller: libipc::Caller, path: &[u8]) -> Result<Place, Error> {
        (self.walk)(caller, path)
    }

    fn lookup(
        &mut self,
        caller: libipc::Caller,
        directory: u64,
        name: &[u8],
    ) -> Result<Stat, Error> {
        (self.lookup)(caller, directory, name)
    }

    fn stat(&mut self, caller: libipc::Caller, node: u64) -> Result<Stat, Error> {
        (self.stat)(caller, node)
    }

    fn open(&mut self, caller: libipc::Caller, node: u64) -> Result<Stat, Error> {
        (self.open)(caller, node)
    }

    fn close(&mut self, caller: libipc::Caller, node: u64) -> Result<(), Error> {
        (self.close)(caller, node)
    }

    fn read_at(
        &mut self,
        caller: libipc::Caller,
        node: u64,
        offset: u64,
        max: u32,
    ) -> Result<libipc::codec::Bytes<1536>, Error> {
        (self.read_at)(caller, node, offset, max)
    }

    fn write_at(
        &mut self,
        caller: libipc::Caller,
        node: u64,
        offset: u64,
        data: &[u8],
    ) -> Result<(), Error> {
        (self.write_at)(caller, node, offset, data)
    }

    fn truncate(
        &mut self,
        caller: libipc::Caller,
        node: u64,
        size: u64,
    ) -> Result<(), Error> {
        (self.truncate)(caller, node, size)
    }

    fn create(
        &mut self,
        caller: libipc::Caller,
        directory: u64,
        name: &[u8],
        permissions: u16,
    ) -> Result<Stat, Error> {
        (self.create)(caller, directory, name, permissions)
    }

    fn make_directory(
        &mut self,
        caller: libipc::Caller,
        directory: u64,
        name: &[u8],
        permissions: u16,
    ) -> Result<Stat, Error> {
        (self.make_directory)(caller, directory, name, permissions)
    }

    fn symlink(
        &mut self,
        caller: libipc::Caller,
        directory: u64,
        name: &[u8],
        target: &[u8],
    ) -> Result<Stat, Error> {
        (self.symlink)(caller, directory, name, target)
    }

    fn link(
        &mut self,
        caller: libipc::Caller,
        node: u64,
        directory: u64,
        name: &[u8],
    ) -> Result<(), Error> {
        (self.link)(caller, node, directory, name)
    }

    fn unlink(
        &mut self,
        caller: libipc::Caller,
        directory: u64,
        name: &[u8],
    ) -> Result<(), Error> {
        (self.unlink)(caller, directory, name)
    }

    fn remove_directory(
        &mut self,
        caller: libipc::Caller,
        directory: u64,
        name: &[u8],
    ) -> Result<(), Error> {
        (self.remove_directory)(caller, directory, name)
    }

    fn rename(
        &mut self,
        caller: libipc::Caller,
        from_directory: u64,
        from_name: &[u8],
        to_directory: u64,
        to_name: &[u8],
        existing: Existing,
    ) -> Result<(), Error> {
        (self.rename)(caller, from_directory, from_name, to_directory, to_name, existing)
    }

    fn read_link(
        &mut self,
        caller: libipc::Caller,
        node: u64,
    ) -> Result<libipc::codec::Bytes<1000>, Error> {
        (self.read_link)(caller, node)
    }

    fn read_directory(
        &mut self,
        caller: libipc::Caller,
        directory: u64,
        cursor: Cursor,
    ) -> Result<(libipc::codec::List<Entry, 7>, Cursor), Error> {
        (self.read_directory)(caller, directory, cursor)
    }

    fn space(&mut self, caller: libipc::Caller) -> Result<Space, Error> {
        (self.space)(caller)
    }

    fn sync(&mut self, caller: libipc::Caller) -> Result<(), Error> {
        (self.sync)(caller)
    }

    fn unmount(&mut self, caller: libipc::Caller) -> Result<(), Error> {
        (self.unmount)(caller)
    }

    fn read_into(
        &mut self,
        caller: libipc::Caller,
        node: u64,
        offset: u64,
        data: libipc::lend::Place,
    ) -> Result<u32, Error> {
        (self.read_into)(caller, node, offset, data)
    }

    fn lasting(&mut self, caller: libipc::Caller) -> Lasting {
        (self.lasting)(caller)
    }
}

/// A server that answers every method with one error, and ABANDONED where a method has none.
#[derive(Clone, Copy, Debug)]
pub struct Failing(pub Error);

impl libipc::Service for Failing {
    fn request(&mut self, request: libipc::Request<'_>) {
        let message = request.message;
        match message.label() {
            labels::WALK
            | labels::LOOKUP
            | labels::STAT
            | labels::OPEN
            | labels::CLOSE
            | labels::READ_AT
            | labels::WRITE_AT
            | labels::TRUNCATE
            | labels::CREATE
            | labels::MAKE_DIRECTORY
            | labels::SYMLINK
            | labels::LINK
            | labels::UNLINK
            | labels::REMOVE_DIRECTORY
            | labels::RENAME
            | labels::READ_LINK
            | labels::READ_DIRECTORY
            | labels::SPACE
            | labels::SYNC
            | labels::UNMOUNT
            | labels::READ_INTO => {
                libipc::codec::stub::answer(
                    message,
                    Err::<(), _>(self.0),
                    |_, ()| Ok(()),
                );
            }
            labels::INFO | labels::LASTING => message.begin(libipc::label::ABANDONED),
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
    fn info(&mut self, _: libipc::Caller) -> Info {
        self.random.value()
    }

    #[allow(unused_variables, reason = "what it is asked changes nothing")]
    fn walk(&mut self, _: libipc::Caller, path: &[u8]) -> Result<Place, Error> {
        match self.random.value() {
            true => Ok(self.random.value()),
            false => Err(self.random.value()),
        }
    }

    #[allow(unused_variables, reason = "what it is asked changes nothing")]
    fn lookup(
        &mut self,
        _: libipc::Caller,
        directory: u64,
        name: &[u8],
    ) -> Result<Stat, Error> {
        match self.random.value() {
            true => Ok(self.random.value()),
            false => Err(self.random.value()),
        }
    }

    #[allow(unused_variables, reason = "what it is asked changes nothing")]
    fn stat(&mut self, _: libipc::Caller, node: u64) -> Result<Stat, Error> {
        match self.random.value() {
            true => Ok(self.random.value()),
            false => Err(self.random.value()),
        }
    }

    #[allow(unused_variables, reason = "what it is asked changes nothing")]
    fn open(&mut self, _: libipc::Caller, node: u64) -> Result<Stat, Error> {
        match self.random.value() {
            true => Ok(self.random.value()),
            false => Err(self.random.value()),
        }
    }

    #[allow(unused_variables, reason = "what it is asked changes nothing")]
    fn close(&mut self, _: libipc::Caller, node: u64) -> Result<(), Error> {
        match self.random.value() {
            true => Ok(()),
            false => Err(self.random.value()),
        }
    }

    #[allow(unused_variables, reason = "what it is asked changes nothing")]
    fn read_at(
        &mut self,
        _: libipc::Caller,
        node: u64,
        offset: u64,
        max: u32,
    ) -> Result<libipc::codec::Bytes<1536>, Error> {
        match self.random.value() {
            true => Ok(self.random.value()),
            false => Err(self.random.value()),
        }
    }

    #[allow(unused_variables, reason = "what it is asked changes nothing")]
    fn write_at(
        &mut self,
        _: libipc::Caller,
        node: u64,
        offset: u64,
        data: &[u8],
    ) -> Result<(), Error> {
        match self.random.value() {
            true => Ok(()),
            false => Err(self.random.value()),
        }
    }

    #[allow(unused_variables, reason = "what it is asked changes nothing")]
    fn truncate(
        &mut self,
        _: libipc::Caller,
        node: u64,
        size: u64,
    ) -> Result<(), Error> {
        match self.random.value() {
            true => Ok(()),
            false => Err(self.random.value()),
        }
    }

    #[allow(unused_variables, reason = "what it is asked changes nothing")]
    fn create(
        &mut self,
        _: libipc::Caller,
        directory: u64,
        name: &[u8],
        permissions: u16,
    ) -> Result<Stat, Error> {
        match self.random.value() {
            true => Ok(self.random.value()),
            false => Err(self.random.value()),
        }
    }

    #[allow(unused_variables, reason = "what it is asked changes nothing")]
    fn make_directory(
        &mut self,
        _: libipc::Caller,
        directory: u64,
        name: &[u8],
        permissions: u16,
    ) -> Result<Stat, Error> {
        match self.random.value() {
            true => Ok(self.random.value()),
            false => Err(self.random.value()),
        }
    }

    #[allow(unused_variables, reason = "what it is asked changes nothing")]
    fn symlink(
        &mut self,
        _: libipc::Caller,
        directory: u64,
        name: &[u8],
        target: &[u8],
    ) -> Result<Stat, Error> {
        match self.random.value() {
            true => Ok(self.random.value()),
            false => Err(self.random.value()),
        }
    }

    #[allow(unused_variables, reason = "what it is asked changes nothing")]
    fn link(
        &mut self,
        _: libipc::Caller,
        node: u64,
        directory: u64,
        name: &[u8],
    ) -> Result<(), Error> {
        match self.random.value() {
            true => Ok(()),
            false => Err(self.random.value()),
        }
    }

    #[allow(unused_variables, reason = "what it is asked changes nothing")]
    fn unlink(
        &mut self,
        _: libipc::Caller,
        directory: u64,
        name: &[u8],
    ) -> Result<(), Error> {
        match self.random.value() {
            true => Ok(()),
            false => Err(self.random.value()),
        }
    }

    #[allow(unused_variables, reason = "what it is asked changes nothing")]
    fn remove_directory(
        &mut self,
        _: libipc::Caller,
        directory: u64,
        name: &[u8],
    ) -> Result<(), Error> {
        match self.random.value() {
            true => Ok(()),
            false => Err(self.random.value()),
        }
    }

    #[allow(unused_variables, reason = "what it is asked changes nothing")]
    fn rename(
        &mut self,
        _: libipc::Caller,
        from_directory: u64,
        from_name: &[u8],
        to_directory: u64,
        to_name: &[u8],
        existing: Existing,
    ) -> Result<(), Error> {
        match self.random.value() {
            true => Ok(()),
            false => Err(self.random.value()),
        }
    }

    #[allow(unused_variables, reason = "what it is asked changes nothing")]
    fn read_link(
        &mut self,
        _: libipc::Caller,
        node: u64,
    ) -> Result<libipc::codec::Bytes<1000>, Error> {
        match self.random.value() {
            true => Ok(self.random.value()),
            false => Err(self.random.value()),
        }
    }

    #[allow(unused_variables, reason = "what it is asked changes nothing")]
    fn read_directory(
        &mut self,
        _: libipc::Caller,
        directory: u64,
        cursor: Cursor,
    ) -> Result<(libipc::codec::List<Entry, 7>, Cursor), Error> {
        match self.random.value() {
            true => Ok((self.random.value(), self.random.value())),
            false => Err(self.random.value()),
        }
    }

    #[allow(unused_variables, reason = "what it is asked changes nothing")]
    fn space(&mut self, _: libipc::Caller) -> Result<Space, Error> {
        match self.random.value() {
            true => Ok(self.random.value()),
            false => Err(self.random.value()),
        }
    }

    #[allow(unused_variables, reason = "what it is asked changes nothing")]
    fn sync(&mut self, _: libipc::Caller) -> Result<(), Error> {
        match self.random.value() {
            true => Ok(()),
            false => Err(self.random.value()),
        }
    }

    #[allow(unused_variables, reason = "what it is asked changes nothing")]
    fn unmount(&mut self, _: libipc::Caller) -> Result<(), Error> {
        match self.random.value() {
            true => Ok(()),
            false => Err(self.random.value()),
        }
    }

    #[allow(unused_variables, reason = "what it is asked changes nothing")]
    fn read_into(
        &mut self,
        _: libipc::Caller,
        node: u64,
        offset: u64,
        data: libipc::lend::Place,
    ) -> Result<u32, Error> {
        match self.random.value() {
            true => Ok(self.random.value()),
            false => Err(self.random.value()),
        }
    }

    #[allow(unused_variables, reason = "what it is asked changes nothing")]
    fn lasting(&mut self, _: libipc::Caller) -> Lasting {
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
        labels::WALK => {
            w.put(&random.value::<libipc::codec::Bytes<1000>>())?;
        }
        labels::LOOKUP => {
            w.put(&random.value::<u64>())?;
            w.put(&random.value::<libipc::codec::Bytes<255>>())?;
        }
        labels::STAT => {
            w.put(&random.value::<u64>())?;
        }
        labels::OPEN => {
            w.put(&random.value::<u64>())?;
        }
        labels::CLOSE => {
            w.put(&random.value::<u64>())?;
        }
        labels::READ_AT => {
            w.put(&random.value::<u64>())?;
            w.put(&random.value::<u64>())?;
            w.put(&random.value::<u32>())?;
        }
        labels::WRITE_AT => {
            w.put(&random.value::<u64>())?;
            w.put(&random.value::<u64>())?;
            w.put(&random.value::<libipc::codec::Bytes<1536>>())?;
        }
        labels::TRUNCATE => {
            w.put(&random.value::<u64>())?;
            w.put(&random.value::<u64>())?;
        }
        labels::CREATE => {
            w.put(&random.value::<u64>())?;
            w.put(&random.value::<libipc::codec::Bytes<255>>())?;
            w.put(&random.value::<u16>())?;
        }
        labels::MAKE_DIRECTORY => {
            w.put(&random.value::<u64>())?;
            w.put(&random.value::<libipc::codec::Bytes<255>>())?;
            w.put(&random.value::<u16>())?;
        }
        labels::SYMLINK => {
            w.put(&random.value::<u64>())?;
            w.put(&random.value::<libipc::codec::Bytes<255>>())?;
            w.put(&random.value::<libipc::codec::Bytes<1000>>())?;
        }
        labels::LINK => {
            w.put(&random.value::<u64>())?;
            w.put(&random.value::<u64>())?;
            w.put(&random.value::<libipc::codec::Bytes<255>>())?;
        }
        labels::UNLINK => {
            w.put(&random.value::<u64>())?;
            w.put(&random.value::<libipc::codec::Bytes<255>>())?;
        }
        labels::REMOVE_DIRECTORY => {
            w.put(&random.value::<u64>())?;
            w.put(&random.value::<libipc::codec::Bytes<255>>())?;
        }
        labels::RENAME => {
            w.put(&random.value::<u64>())?;
            w.put(&random.value::<libipc::codec::Bytes<255>>())?;
            w.put(&random.value::<u64>())?;
            w.put(&random.value::<libipc::codec::Bytes<255>>())?;
            w.put(&random.value::<Existing>())?;
        }
        labels::READ_LINK => {
            w.put(&random.value::<u64>())?;
        }
        labels::READ_DIRECTORY => {
            w.put(&random.value::<u64>())?;
            w.put(&random.value::<Cursor>())?;
        }
        labels::READ_INTO => {
            w.put(&random.value::<u64>())?;
            w.put(&random.value::<u64>())?;
            w.put(&random.place(65536))?;
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
        labels::WALK,
        labels::LOOKUP,
        labels::STAT,
        labels::OPEN,
        labels::CLOSE,
        labels::READ_AT,
        labels::WRITE_AT,
        labels::TRUNCATE,
        labels::CREATE,
        labels::MAKE_DIRECTORY,
        labels::SYMLINK,
        labels::LINK,
        labels::UNLINK,
        labels::REMOVE_DIRECTORY,
        labels::RENAME,
        labels::READ_LINK,
        labels::READ_DIRECTORY,
        labels::SPACE,
        labels::SYNC,
        labels::UNMOUNT,
        labels::READ_INTO,
        labels::LASTING,
    ];
    let server = Anything::new(random.number());
    crate::sample::attack(random, ALL, arguments, &mut Dispatcher(server));
}

impl crate::sample::Sample for Stat {
    fn sample(random: &mut crate::sample::Random) -> Self {
        Self {
            node: random.value(),
            size: random.value(),
            allocated: random.value(),
            accessed: random.value(),
            modified: random.value(),
            changed: random.value(),
            user: random.value(),
            group: random.value(),
            links: random.value(),
            permissions: random.value(),
            kind: random.value(),
        }
    }
}

impl crate::sample::Sample for Place {
    fn sample(random: &mut crate::sample::Random) -> Self {
        Self {
            reach: random.value(),
            rest: random.value(),
            directory: random.value(),
            stat: random.value(),
        }
    }
}

impl crate::sample::Sample for Cursor {
    fn sample(random: &mut crate::sample::Random) -> Self {
        Self {
            first: random.value(),
            second: random.value(),
        }
    }
}

impl crate::sample::Sample for Entry {
    fn sample(random: &mut crate::sample::Random) -> Self {
        Self {
            node: random.value(),
            kind: random.value(),
            name: random.value(),
        }
    }
}

impl crate::sample::Sample for Space {
    fn sample(random: &mut crate::sample::Random) -> Self {
        Self {
            block_size: random.value(),
            blocks: random.value(),
            free_blocks: random.value(),
            nodes: random.value(),
            free_nodes: random.value(),
        }
    }
}

impl crate::sample::Sample for Info {
    fn sample(random: &mut crate::sample::Random) -> Self {
        Self {
            state: random.value(),
            root: random.value(),
            kind: random.value(),
            volume: random.value(),
            reason: random.value(),
        }
    }
}

impl crate::sample::Sample for NodeKind {
    fn sample(random: &mut crate::sample::Random) -> Self {
        random.one_of(Self::ALL)
    }
}

impl crate::sample::Sample for Reach {
    fn sample(random: &mut crate::sample::Random) -> Self {
        random.one_of(Self::ALL)
    }
}

impl crate::sample::Sample for MountState {
    fn sample(random: &mut crate::sample::Random) -> Self {
        random.one_of(Self::ALL)
    }
}

impl crate::sample::Sample for Existing {
    fn sample(random: &mut crate::sample::Random) -> Self {
        random.one_of(Self::ALL)
    }
}

impl crate::sample::Sample for Lasting {
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
    crate::sample::round_trip::<Stat>(random, crate::sample::Encodings::One);
    crate::sample::round_trip::<Place>(random, crate::sample::Encodings::One);
    crate::sample::round_trip::<Cursor>(random, crate::sample::Encodings::One);
    crate::sample::round_trip::<Entry>(random, crate::sample::Encodings::One);
    crate::sample::round_trip::<Space>(random, crate::sample::Encodings::One);
    crate::sample::round_trip::<Info>(random, crate::sample::Encodings::One);
    crate::sample::round_trip::<NodeKind>(random, crate::sample::Encodings::One);
    crate::sample::round_trip::<Reach>(random, crate::sample::Encodings::One);
    crate::sample::round_trip::<MountState>(random, crate::sample::Encodings::One);
    crate::sample::round_trip::<Existing>(random, crate::sample::Encodings::One);
    crate::sample::round_trip::<Lasting>(random, crate::sample::Encodings::One);
    crate::sample::round_trip::<Error>(random, crate::sample::Encodings::One);
}
