//! What tests put in the place of a server of `vfs`.
//!
//! Made by `idlc`.

pub use crate::vfs::*;

/// A server whose methods a test writes; one that it did not write is a panic.
#[allow(clippy::type_complexity, reason = "the types are those of the methods")]
pub struct Mock {
    /// What `open` does.
    pub open: alloc::boxed::Box<
        dyn FnMut(libipc::Caller, &[u8], OpenFlags, u16) -> Result<u32, Error>,
    >,
    /// What `close` does.
    pub close: alloc::boxed::Box<dyn FnMut(libipc::Caller, u32) -> Result<(), Error>>,
    /// What `read_at` does.
    pub read_at: alloc::boxed::Box<
        dyn FnMut(
            libipc::Caller,
            u32,
            u64,
            u32,
        ) -> Result<libipc::codec::Bytes<1536>, Error>,
    >,
    /// What `write_at` does.
    pub write_at: alloc::boxed::Box<
        dyn FnMut(libipc::Caller, u32, u64, &[u8]) -> Result<(), Error>,
    >,
    /// What `append` does.
    pub append: alloc::boxed::Box<
        dyn FnMut(libipc::Caller, u32, &[u8]) -> Result<u64, Error>,
    >,
    /// What `stat_file` does.
    pub stat_file: alloc::boxed::Box<
        dyn FnMut(libipc::Caller, u32) -> Result<super::filesystem::Stat, Error>,
    >,
    /// What `truncate` does.
    pub truncate: alloc::boxed::Box<
        dyn FnMut(libipc::Caller, u32, u64) -> Result<(), Error>,
    >,
    /// What `sync_file` does.
    pub sync_file: alloc::boxed::Box<
        dyn FnMut(libipc::Caller, u32) -> Result<(), Error>,
    >,
    /// What `stat` does.
    pub stat: alloc::boxed::Box<
        dyn FnMut(libipc::Caller, &[u8]) -> Result<super::filesystem::Stat, Error>,
    >,
    /// What `stat_link` does.
    pub stat_link: alloc::boxed::Box<
        dyn FnMut(libipc::Caller, &[u8]) -> Result<super::filesystem::Stat, Error>,
    >,
    /// What `make_directory` does.
    pub make_directory: alloc::boxed::Box<
        dyn FnMut(libipc::Caller, &[u8], u16) -> Result<(), Error>,
    >,
    /// What `remove_directory` does.
    pub remove_directory: alloc::boxed::Box<
        dyn FnMut(libipc::Caller, &[u8]) -> Result<(), Error>,
    >,
    /// What `unlink` does.
    pub unlink: alloc::boxed::Box<dyn FnMut(libipc::Caller, &[u8]) -> Result<(), Error>>,
    /// What `rename` does.
    pub rename: alloc::boxed::Box<
        dyn FnMut(libipc::Caller, &[u8], &[u8]) -> Result<(), Error>,
    >,
    /// What `symlink` does.
    pub symlink: alloc::boxed::Box<
        dyn FnMut(libipc::Caller, &[u8], &[u8]) -> Result<(), Error>,
    >,
    /// What `link` does.
    pub link: alloc::boxed::Box<
        dyn FnMut(libipc::Caller, &[u8], &[u8]) -> Result<(), Error>,
    >,
    /// What `read_link` does.
    pub read_link: alloc::boxed::Box<
        dyn FnMut(libipc::Caller, &[u8]) -> Result<libipc::codec::Bytes<1000>, Error>,
    >,
    /// What `space` does.
    pub space: alloc::boxed::Box<
        dyn FnMut(libipc::Caller, &[u8]) -> Result<super::filesystem::Space, Error>,
    >,
    /// What `mounts` does.
    pub mounts: alloc::boxed::Box<
        dyn FnMut(libipc::Caller, u32) -> libipc::codec::List<Mount, 4>,
    >,
    /// What `sync_all` does.
    pub sync_all: alloc::boxed::Box<dyn FnMut(libipc::Caller) -> Result<(), Error>>,
    /// What `unmount_all` does.
    pub unmount_all: alloc::boxed::Box<dyn FnMut(libipc::Caller) -> Result<(), Error>>,
    /// What `list` does.
    pub list: alloc::boxed::Box<dyn FnMut(libipc::Caller, &[u8]) -> Result<u32, Error>>,
    /// What `list_more` does.
    pub list_more: alloc::boxed::Box<
        dyn FnMut(
            libipc::Caller,
            u32,
            u32,
        ) -> Result<(libipc::codec::List<super::filesystem::Entry, 7>, bool), Error>,
    >,
    /// What `list_close` does.
    pub list_close: alloc::boxed::Box<dyn FnMut(libipc::Caller, u32)>,
    /// What `read_into` does.
    pub read_into: alloc::boxed::Box<
        dyn FnMut(libipc::Caller, u32, u64, libipc::lend::Place) -> Result<u32, Error>,
    >,
    /// What `open_lent` does.
    pub open_lent: alloc::boxed::Box<
        dyn FnMut(
            libipc::Caller,
            libipc::lend::Place,
            OpenFlags,
            u16,
        ) -> Result<u32, Error>,
    >,
    /// What `length` does.
    pub length: alloc::boxed::Box<dyn FnMut(libipc::Caller, u32) -> Result<u32, Error>>,
}

impl Default for Mock {
    fn default() -> Self {
        Self {
            open: alloc::boxed::Box::new(|_, _, _, _| {
                panic!("`vfs.open` was called, which the test does not expect")
            }),
            close: alloc::boxed::Box::new(|_, _| {
                panic!("`vfs.close` was called, which the test does not expect")
            }),
            read_at: alloc::boxed::Box::new(|_, _, _, _| {
                panic!("`vfs.read_at` was called, which the test does not expect")
            }),
            write_at: alloc::boxed::Box::new(|_, _, _, _| {
                panic!("`vfs.write_at` was called, which the test does not expect")
            }),
            append: alloc::boxed::Box::new(|_, _, _| {
                panic!("`vfs.append` was called, which the test does not expect")
            }),
            stat_file: alloc::boxed::Box::new(|_, _| {
                panic!("`vfs.stat_file` was called, which the test does not expect")
            }),
            truncate: alloc::boxed::Box::new(|_, _, _| {
                panic!("`vfs.truncate` was called, which the test does not expect")
            }),
            sync_file: alloc::boxed::Box::new(|_, _| {
                panic!("`vfs.sync_file` was called, which the test does not expect")
            }),
            stat: alloc::boxed::Box::new(|_, _| {
                panic!("`vfs.stat` was called, which the test does not expect")
            }),
            stat_link: alloc::boxed::Box::new(|_, _| {
                panic!("`vfs.stat_link` was called, which the test does not expect")
            }),
            make_directory: alloc::boxed::Box::new(|_, _, _| {
                panic!("`vfs.make_directory` was called, which the test does not expect")
            }),
            remove_directory: alloc::boxed::Box::new(|_, _| {
                panic!(
                    "`vfs.remove_directory` was called, which the test does not expect"
                )
            }),
            unlink: alloc::boxed::Box::new(|_, _| {
                panic!("`vfs.unlink` was called, which the test does not expect")
            }),
            rename: alloc::boxed::Box::new(|_, _, _| {
                panic!("`vfs.rename` was called, which the test does not expect")
            }),
            symlink: alloc::boxed::Box::new(|_, _, _| {
                panic!("`vfs.symlink` was called, which the test does not expect")
            }),
            link: alloc::boxed::Box::new(|_, _, _| {
                panic!("`vfs.link` was called, which the test does not expect")
            }),
            read_link: alloc::boxed::Box::new(|_, _| {
                panic!("`vfs.read_link` was called, which the test does not expect")
            }),
            space: alloc::boxed::Box::new(|_, _| {
                panic!("`vfs.space` was called, which the test does not expect")
            }),
            mounts: alloc::boxed::Box::new(|_, _| {
                panic!("`vfs.mounts` was called, which the test does not expect")
            }),
            sync_all: alloc::boxed::Box::new(|_| {
                panic!("`vfs.sync_all` was called, which the test does not expect")
            }),
            unmount_all: alloc::boxed::Box::new(|_| {
                panic!("`vfs.unmount_all` was called, which the test does not expect")
            }),
            list: alloc::boxed::Box::new(|_, _| {
                panic!("`vfs.list` was called, which the test does not expect")
            }),
            list_more: alloc::boxed::Box::new(|_, _, _| {
                panic!("`vfs.list_more` was called, which the test does not expect")
            }),
            list_close: alloc::boxed::Box::new(|_, _| {
                panic!("`vfs.list_close` was called, which the test does not expect")
            }),
            read_into: alloc::boxed::Box::new(|_, _, _, _| {
                panic!("`vfs.read_into` was called, which the test does not expect")
            }),
            open_lent: alloc::boxed::Box::new(|_, _, _, _| {
                panic!("`vfs.open_lent` was called, which the test does not expect")
            }),
            length: alloc::boxed::Box::new(|_, _| {
                panic!("`vfs.length` was called, which the test does not expect")
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
    fn open(
        &mut self,
        caller: libipc::Caller,
        path: &[u8],
        flags: OpenFlags,
        permissions: u16,
    ) -> Result<u32, Error> {
        (self.open)(caller, path, flags, permissions)
    }

    fn close(&mut self, caller: libipc::Caller, file: u32) -> Result<(), Error> {
        (self.close)(caller, file)
    }

    fn read_at(
        &mut self,
        caller: libipc::Caller,
        file: u32,
        offset: u64,
        max: u32,
    ) -> Result<libipc::codec::Bytes<1536>, Error> {
        (self.read_at)(caller, file, offset, max)
    }

    fn write_at(
        &mut self,
        caller: libipc::Caller,
        file: u32,
        offset: u64,
        data: &[u8],
    ) -> Result<(), Error> {
        (self.write_at)(caller, file, offset, data)
    }

    fn append(
        &mut self,
        caller: libipc::Caller,
        file: u32,
        data: &[u8],
    ) -> Result<u64, Error> {
        (self.append)(caller, file, data)
    }

    fn stat_file(
        &mut self,
        caller: libipc::Caller,
        file: u32,
    ) -> Result<super::filesystem::Stat, Error> {
        (self.stat_file)(caller, file)
    }

    fn truncate(
        &mut self,
        caller: libipc::Caller,
        file: u32,
        size: u64,
    ) -> Result<(), Error> {
        (self.truncate)(caller, file, size)
    }

    fn sync_file(&mut self, caller: libipc::Caller, file: u32) -> Result<(), Error> {
        (self.sync_file)(caller, file)
    }

    fn stat(
        &mut self,
        caller: libipc::Caller,
        path: &[u8],
    ) -> Result<super::filesystem::Stat, Error> {
        (self.stat)(caller, path)
    }

    fn stat_link(
        &mut self,
        caller: libipc::Caller,
        path: &[u8],
    ) -> Result<super::filesystem::Stat, Error> {
        (self.stat_link)(caller, path)
    }

    fn make_directory(
        &mut self,
        caller: libipc::Caller,
        path: &[u8],
        permissions: u16,
    ) -> Result<(), Error> {
        (self.make_directory)(caller, path, permissions)
    }

    fn remove_directory(
        &mut self,
        caller: libipc::Caller,
        path: &[u8],
    ) -> Result<(), Error> {
        (self.remove_directory)(caller, path)
    }

    fn unlink(&mut self, caller: libipc::Caller, path: &[u8]) -> Result<(), Error> {
        (self.unlink)(caller, path)
    }

    fn rename(
        &mut self,
        caller: libipc::Caller,
        old: &[u8],
        to: &[u8],
    ) -> Result<(), Error> {
        (self.rename)(caller, old, to)
    }

    fn symlink(
        &mut self,
        caller: libipc::Caller,
        target: &[u8],
        path: &[u8],
    ) -> Result<(), Error> {
        (self.symlink)(caller, target, path)
    }

    fn link(
        &mut self,
        caller: libipc::Caller,
        existing: &[u8],
        path: &[u8],
    ) -> Result<(), Error> {
        (self.link)(caller, existing, path)
    }

    fn read_link(
        &mut self,
        caller: libipc::Caller,
        path: &[u8],
    ) -> Result<libipc::codec::Bytes<1000>, Error> {
        (self.read_link)(caller, path)
    }

    fn space(
        &mut self,
        caller: libipc::Caller,
        path: &[u8],
    ) -> Result<super::filesystem::Space, Error> {
        (self.space)(caller, path)
    }

    fn mounts(
        &mut self,
        caller: libipc::Caller,
        first: u32,
    ) -> libipc::codec::List<Mount, 4> {
        (self.mounts)(caller, first)
    }

    fn sync_all(&mut self, caller: libipc::Caller) -> Result<(), Error> {
        (self.sync_all)(caller)
    }

    fn unmount_all(&mut self, caller: libipc::Caller) -> Result<(), Error> {
        (self.unmount_all)(caller)
    }

    fn list(&mut self, caller: libipc::Caller, path: &[u8]) -> Result<u32, Error> {
        (self.list)(caller, path)
    }

    fn list_more(
        &mut self,
        caller: libipc::Caller,
        stream: u32,
        credits: u32,
    ) -> Result<(libipc::codec::List<super::filesystem::Entry, 7>, bool), Error> {
        (self.list_more)(caller, stream, credits)
    }

    fn list_close(&mut self, caller: libipc::Caller, stream: u32) {
        (self.list_close)(caller, stream)
    }

    fn read_into(
        &mut self,
        caller: libipc::Caller,
        file: u32,
        offset: u64,
        data: libipc::lend::Place,
    ) -> Result<u32, Error> {
        (self.read_into)(caller, file, offset, data)
    }

    fn open_lent(
        &mut self,
        caller: libipc::Caller,
        path: libipc::lend::Place,
        flags: OpenFlags,
        permissions: u16,
    ) -> Result<u32, Error> {
        (self.open_lent)(caller, path, flags, permissions)
    }

    fn length(&mut self, caller: libipc::Caller, file: u32) -> Result<u32, Error> {
        (self.length)(caller, file)
    }
}

/// A server that answers every method with one error, and ABANDONED where a method has none.
#[derive(Clone, Copy, Debug)]
pub struct Failing(pub Error);

impl libipc::Service for Failing {
    fn request(&mut self, request: libipc::Request<'_>) {
        let message = request.message;
        match message.label() {
            labels::OPEN
            | labels::CLOSE
            | labels::READ_AT
            | labels::WRITE_AT
            | labels::APPEND
            | labels::STAT_FILE
            | labels::TRUNCATE
            | labels::SYNC_FILE
            | labels::STAT
            | labels::STAT_LINK
            | labels::MAKE_DIRECTORY
            | labels::REMOVE_DIRECTORY
            | labels::UNLINK
            | labels::RENAME
            | labels::SYMLINK
            | labels::LINK
            | labels::READ_LINK
            | labels::SPACE
            | labels::SYNC_ALL
            | labels::UNMOUNT_ALL
            | labels::LIST
            | labels::LIST_MORE
            | labels::READ_INTO
            | labels::OPEN_LENT
            | labels::LENGTH => {
                libipc::codec::stub::answer(
                    message,
                    Err::<(), _>(self.0),
                    |_, ()| Ok(()),
                );
            }
            labels::MOUNTS | labels::LIST_CLOSE => {
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
    fn open(
        &mut self,
        _: libipc::Caller,
        path: &[u8],
        flags: OpenFlags,
        permissions: u16,
    ) -> Result<u32, Error> {
        match self.random.value() {
            true => Ok(self.random.value()),
            false => Err(self.random.value()),
        }
    }

    #[allow(unused_variables, reason = "what it is asked changes nothing")]
    fn close(&mut self, _: libipc::Caller, file: u32) -> Result<(), Error> {
        match self.random.value() {
            true => Ok(()),
            false => Err(self.random.value()),
        }
    }

    #[allow(unused_variables, reason = "what it is asked changes nothing")]
    fn read_at(
        &mut self,
        _: libipc::Caller,
        file: u32,
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
        file: u32,
        offset: u64,
        data: &[u8],
    ) -> Result<(), Error> {
        match self.random.value() {
            true => Ok(()),
            false => Err(self.random.value()),
        }
    }

    #[allow(unused_variables, reason = "what it is asked changes nothing")]
    fn append(
        &mut self,
        _: libipc::Caller,
        file: u32,
        data: &[u8],
    ) -> Result<u64, Error> {
        match self.random.value() {
            true => Ok(self.random.value()),
            false => Err(self.random.value()),
        }
    }

    #[allow(unused_variables, reason = "what it is asked changes nothing")]
    fn stat_file(
        &mut self,
        _: libipc::Caller,
        file: u32,
    ) -> Result<super::filesystem::Stat, Error> {
        match self.random.value() {
            true => Ok(self.random.value()),
            false => Err(self.random.value()),
        }
    }

    #[allow(unused_variables, reason = "what it is asked changes nothing")]
    fn truncate(
        &mut self,
        _: libipc::Caller,
        file: u32,
        size: u64,
    ) -> Result<(), Error> {
        match self.random.value() {
            true => Ok(()),
            false => Err(self.random.value()),
        }
    }

    #[allow(unused_variables, reason = "what it is asked changes nothing")]
    fn sync_file(&mut self, _: libipc::Caller, file: u32) -> Result<(), Error> {
        match self.random.value() {
            true => Ok(()),
            false => Err(self.random.value()),
        }
    }

    #[allow(unused_variables, reason = "what it is asked changes nothing")]
    fn stat(
        &mut self,
        _: libipc::Caller,
        path: &[u8],
    ) -> Result<super::filesystem::Stat, Error> {
        match self.random.value() {
            true => Ok(self.random.value()),
            false => Err(self.random.value()),
        }
    }

    #[allow(unused_variables, reason = "what it is asked changes nothing")]
    fn stat_link(
        &mut self,
        _: libipc::Caller,
        path: &[u8],
    ) -> Result<super::filesystem::Stat, Error> {
        match self.random.value() {
            true => Ok(self.random.value()),
            false => Err(self.random.value()),
        }
    }

    #[allow(unused_variables, reason = "what it is asked changes nothing")]
    fn make_directory(
        &mut self,
        _: libipc::Caller,
        path: &[u8],
        permissions: u16,
    ) -> Result<(), Error> {
        match self.random.value() {
            true => Ok(()),
            false => Err(self.random.value()),
        }
    }

    #[allow(unused_variables, reason = "what it is asked changes nothing")]
    fn remove_directory(&mut self, _: libipc::Caller, path: &[u8]) -> Result<(), Error> {
        match self.random.value() {
            true => Ok(()),
            false => Err(self.random.value()),
        }
    }

    #[allow(unused_variables, reason = "what it is asked changes nothing")]
    fn unlink(&mut self, _: libipc::Caller, path: &[u8]) -> Result<(), Error> {
        match self.random.value() {
            true => Ok(()),
            false => Err(self.random.value()),
        }
    }

    #[allow(unused_variables, reason = "what it is asked changes nothing")]
    fn rename(&mut self, _: libipc::Caller, old: &[u8], to: &[u8]) -> Result<(), Error> {
        match self.random.value() {
            true => Ok(()),
            false => Err(self.random.value()),
        }
    }

    #[allow(unused_variables, reason = "what it is asked changes nothing")]
    fn symlink(
        &mut self,
        _: libipc::Caller,
        target: &[u8],
        path: &[u8],
    ) -> Result<(), Error> {
        match self.random.value() {
            true => Ok(()),
            false => Err(self.random.value()),
        }
    }

    #[allow(unused_variables, reason = "what it is asked changes nothing")]
    fn link(
        &mut self,
        _: libipc::Caller,
        existing: &[u8],
        path: &[u8],
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
        path: &[u8],
    ) -> Result<libipc::codec::Bytes<1000>, Error> {
        match self.random.value() {
            true => Ok(self.random.value()),
            false => Err(self.random.value()),
        }
    }

    #[allow(unused_variables, reason = "what it is asked changes nothing")]
    fn space(
        &mut self,
        _: libipc::Caller,
        path: &[u8],
    ) -> Result<super::filesystem::Space, Error> {
        match self.random.value() {
            true => Ok(self.random.value()),
            false => Err(self.random.value()),
        }
    }

    #[allow(unused_variables, reason = "what it is asked changes nothing")]
    fn mounts(
        &mut self,
        _: libipc::Caller,
        first: u32,
    ) -> libipc::codec::List<Mount, 4> {
        self.random.value()
    }

    #[allow(unused_variables, reason = "what it is asked changes nothing")]
    fn sync_all(&mut self, _: libipc::Caller) -> Result<(), Error> {
        match self.random.value() {
            true => Ok(()),
            false => Err(self.random.value()),
        }
    }

    #[allow(unused_variables, reason = "what it is asked changes nothing")]
    fn unmount_all(&mut self, _: libipc::Caller) -> Result<(), Error> {
        match self.random.value() {
            true => Ok(()),
            false => Err(self.random.value()),
        }
    }

    #[allow(unused_variables, reason = "what it is asked changes nothing")]
    fn list(&mut self, _: libipc::Caller, path: &[u8]) -> Result<u32, Error> {
        match self.random.value() {
            true => Ok(self.random.value()),
            false => Err(self.random.value()),
        }
    }

    #[allow(unused_variables, reason = "what it is asked changes nothing")]
    fn list_more(
        &mut self,
        _: libipc::Caller,
        stream: u32,
        credits: u32,
    ) -> Result<(libipc::codec::List<super::filesystem::Entry, 7>, bool), Error> {
        match self.random.value() {
            true => Ok((self.random.value(), self.random.value())),
            false => Err(self.random.value()),
        }
    }

    #[allow(unused_variables, reason = "what it is asked changes nothing")]
    fn list_close(&mut self, _: libipc::Caller, stream: u32) {}
    #[allow(unused_variables, reason = "what it is asked changes nothing")]
    fn read_into(
        &mut self,
        _: libipc::Caller,
        file: u32,
        offset: u64,
        data: libipc::lend::Place,
    ) -> Result<u32, Error> {
        match self.random.value() {
            true => Ok(self.random.value()),
            false => Err(self.random.value()),
        }
    }

    #[allow(unused_variables, reason = "what it is asked changes nothing")]
    fn open_lent(
        &mut self,
        _: libipc::Caller,
        path: libipc::lend::Place,
        flags: OpenFlags,
        permissions: u16,
    ) -> Result<u32, Error> {
        match self.random.value() {
            true => Ok(self.random.value()),
            false => Err(self.random.value()),
        }
    }

    #[allow(unused_variables, reason = "what it is asked changes nothing")]
    fn length(&mut self, _: libipc::Caller, file: u32) -> Result<u32, Error> {
        match self.random.value() {
            true => Ok(self.random.value()),
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
        labels::OPEN => {
            w.put(&random.value::<libipc::codec::Bytes<1000>>())?;
            w.put(&random.value::<OpenFlags>())?;
            w.put(&random.value::<u16>())?;
        }
        labels::CLOSE => {
            w.put(&random.value::<u32>())?;
        }
        labels::READ_AT => {
            w.put(&random.value::<u32>())?;
            w.put(&random.value::<u64>())?;
            w.put(&random.value::<u32>())?;
        }
        labels::WRITE_AT => {
            w.put(&random.value::<u32>())?;
            w.put(&random.value::<u64>())?;
            w.put(&random.value::<libipc::codec::Bytes<1536>>())?;
        }
        labels::APPEND => {
            w.put(&random.value::<u32>())?;
            w.put(&random.value::<libipc::codec::Bytes<1536>>())?;
        }
        labels::STAT_FILE => {
            w.put(&random.value::<u32>())?;
        }
        labels::TRUNCATE => {
            w.put(&random.value::<u32>())?;
            w.put(&random.value::<u64>())?;
        }
        labels::SYNC_FILE => {
            w.put(&random.value::<u32>())?;
        }
        labels::STAT => {
            w.put(&random.value::<libipc::codec::Bytes<1000>>())?;
        }
        labels::STAT_LINK => {
            w.put(&random.value::<libipc::codec::Bytes<1000>>())?;
        }
        labels::MAKE_DIRECTORY => {
            w.put(&random.value::<libipc::codec::Bytes<1000>>())?;
            w.put(&random.value::<u16>())?;
        }
        labels::REMOVE_DIRECTORY => {
            w.put(&random.value::<libipc::codec::Bytes<1000>>())?;
        }
        labels::UNLINK => {
            w.put(&random.value::<libipc::codec::Bytes<1000>>())?;
        }
        labels::RENAME => {
            w.put(&random.value::<libipc::codec::Bytes<1000>>())?;
            w.put(&random.value::<libipc::codec::Bytes<1000>>())?;
        }
        labels::SYMLINK => {
            w.put(&random.value::<libipc::codec::Bytes<1000>>())?;
            w.put(&random.value::<libipc::codec::Bytes<1000>>())?;
        }
        labels::LINK => {
            w.put(&random.value::<libipc::codec::Bytes<1000>>())?;
            w.put(&random.value::<libipc::codec::Bytes<1000>>())?;
        }
        labels::READ_LINK => {
            w.put(&random.value::<libipc::codec::Bytes<1000>>())?;
        }
        labels::SPACE => {
            w.put(&random.value::<libipc::codec::Bytes<1000>>())?;
        }
        labels::MOUNTS => {
            w.put(&random.value::<u32>())?;
        }
        labels::LIST => {
            w.put(&random.value::<libipc::codec::Bytes<1000>>())?;
        }
        labels::LIST_MORE => {
            w.put(&random.value::<u32>())?;
            w.put(&random.value::<u32>())?;
        }
        labels::LIST_CLOSE => {
            w.put(&random.value::<u32>())?;
        }
        labels::READ_INTO => {
            w.put(&random.value::<u32>())?;
            w.put(&random.value::<u64>())?;
            w.put(&random.place(65536))?;
        }
        labels::OPEN_LENT => {
            w.put(&random.place(1000))?;
            w.put(&random.value::<OpenFlags>())?;
            w.put(&random.value::<u16>())?;
        }
        labels::LENGTH => {
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
    const ALL: &[u32] = &[
        labels::OPEN,
        labels::CLOSE,
        labels::READ_AT,
        labels::WRITE_AT,
        labels::APPEND,
        labels::STAT_FILE,
        labels::TRUNCATE,
        labels::SYNC_FILE,
        labels::STAT,
        labels::STAT_LINK,
        labels::MAKE_DIRECTORY,
        labels::REMOVE_DIRECTORY,
        labels::UNLINK,
        labels::RENAME,
        labels::SYMLINK,
        labels::LINK,
        labels::READ_LINK,
        labels::SPACE,
        labels::MOUNTS,
        labels::SYNC_ALL,
        labels::UNMOUNT_ALL,
        labels::LIST,
        labels::LIST_MORE,
        labels::LIST_CLOSE,
        labels::READ_INTO,
        labels::OPEN_LENT,
        labels::LENGTH,
    ];
    let server = Anything::new(random.number());
    crate::sample::attack(random, ALL, arguments, &mut Dispatcher(server));
}

impl crate::sample::Sample for Mount {
    fn sample(random: &mut crate::sample::Random) -> Self {
        Self {
            path: random.value(),
            state: random.value(),
            kind: random.value(),
            volume: random.value(),
            reason: random.value(),
        }
    }
}

impl crate::sample::Sample for OpenFlags {
    fn sample(random: &mut crate::sample::Random) -> Self {
        let bits: u32 = random.value();
        Self::from_bits(bits & Self::ALL.bits()).unwrap_or(Self::ALL)
    }
}

impl crate::sample::Sample for Error {
    fn sample(random: &mut crate::sample::Random) -> Self {
        random.one_of(Self::ALL)
    }
}

/// Tries the codec with a value of every type that the interface declares.
pub fn round_trips(random: &mut crate::sample::Random) {
    crate::sample::round_trip::<Mount>(random, crate::sample::Encodings::One);
    crate::sample::round_trip::<OpenFlags>(random, crate::sample::Encodings::One);
    crate::sample::round_trip::<Error>(random, crate::sample::Encodings::One);
}
