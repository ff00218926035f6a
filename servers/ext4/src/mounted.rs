//! What a server serves: a volume that is mounted, or the reason why none is.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::{String, ToString};

use alloc::vec::Vec;
use block_cache::{BatchDevice, BlockCache, Capacity};

use libipc::codec::Text;
use libipc::lend::Borrower;
use libipc::log;
use proto::filesystem::{Error, Info, MountState};

use crate::clients::Clients;
use crate::gather::Gather;
use crate::{FileSystem, MountError, Node, Options};

/// A volume in one of its states.
pub struct Mounted<D: BatchDevice> {
    files: Option<FileSystem<D>>,
    gather: Gather,
    info: Info,
    /// What clients have open.
    pub(crate) clients: Clients,
    /// What clients lend to be filled.
    pub(crate) borrower: Borrower,
    /// Bytes on their way into a lent buffer.
    pub(crate) scratch: Vec<u8>,
}

impl<D: BatchDevice> Mounted<D> {
    /// Lets clients lend buffers.
    #[must_use]
    pub fn borrowing(self, borrower: Borrower) -> Self {
        Self { borrower, ..self }
    }

    /// Mounts the volume on a device, or keeps the reason why that fails. `content` is what the
    /// first sectors seem to hold.
    pub fn mount(
        device: D,
        (name, content): (&str, &str),
        options: Options,
        cache: Capacity,
    ) -> Self {
        let cache = BlockCache::new(device, cache).map_err(MountError::Device);
        match cache.and_then(|cache| FileSystem::mount(cache, options)) {
            Ok(files) => Self::with(files, name),
            Err(MountError::NotExt4) => {
                let remedy = match content {
                    "" => "make one with mkfs.ext4, which erases what is there".to_owned(),
                    content => format!("it holds {content}, and only ext4 can be mounted"),
                };
                let reason = format!("{}; {remedy}", MountError::NotExt4);
                Self::without(MountState::Failed, name, &reason)
            }
            Err(error) => Self::without(MountState::Failed, name, &error.to_string()),
        }
    }

    /// A place without a usable volume, and why.
    #[must_use]
    pub fn failed(name: &str, reason: &str) -> Self {
        Self::without(MountState::Failed, name, reason)
    }

    /// A place without a volume.
    #[must_use]
    pub fn absent() -> Self {
        Self::without(MountState::Absent, "", "there is no such volume")
    }

    fn with(files: FileSystem<D>, name: &str) -> Self {
        let blocks = files.statfs().map_or(0, |space| space.blocks);
        let (state, reason) = match files.restriction() {
            Some(restriction) => (MountState::ReadOnly, restriction.to_string()),
            None => (MountState::Mounted, String::new()),
        };
        log!(
            "{name} is mounted, {blocks} blocks{}{reason}",
            separator(&reason)
        );
        Self {
            files: Some(files),
            gather: Gather::default(),
            info: info(state, name, &reason),
            clients: Clients::default(),
            borrower: Borrower::default(),
            scratch: Vec::new(),
        }
    }

    fn without(state: MountState, name: &str, reason: &str) -> Self {
        log!("{name}{}{reason}", separator(name));
        Self {
            files: None,
            gather: Gather::default(),
            info: info(state, name, reason),
            clients: Clients::default(),
            borrower: Borrower::default(),
            scratch: Vec::new(),
        }
    }

    /// Tells how the volume is now.
    pub(crate) fn info(&mut self) -> &Info {
        // Whatever comes of it has been noted.
        let _ = self.with_all(|files, _| files.probe());
        &self.info
    }

    /// Looks at the volume.
    pub(crate) fn look<T>(
        &mut self,
        look: impl FnOnce(&mut FileSystem<D>) -> Result<T, crate::Error>,
    ) -> Result<T, Error> {
        self.with_all(|files, gather| {
            gather.settle(files)?;
            look(files)
        })
    }

    /// Changes the volume.
    pub(crate) fn change<T>(
        &mut self,
        change: impl FnOnce(&mut FileSystem<D>) -> Result<T, crate::Error>,
    ) -> Result<T, Error> {
        self.with_all(|files, gather| {
            gather.forget();
            gather.settle(files)?;
            change(files)
        })
    }

    /// Reads from a file.
    pub(crate) fn read(&mut self, node: Node, at: u64, output: &mut [u8]) -> Result<usize, Error> {
        self.with_all(|files, gather| gather.read(files, (node, at), output))
    }

    /// Writes into a file.
    pub(crate) fn write(&mut self, node: Node, at: u64, data: &[u8]) -> Result<(), Error> {
        self.with_all(|files, gather| gather.write(files, (node, at), data))
    }

    /// Unmounts the volume and lets go of its memory.
    pub(crate) fn unmount(&mut self) -> Result<(), Error> {
        let settled = self.look(|_| Ok(()));
        let mut files = self.files.take().ok_or(Error::NotMounted)?;
        let outcome = files.unmount();
        let reason = outcome.err().map(|error| error.to_string());
        let reason = reason.unwrap_or_default();
        log!(
            "{} is unmounted{}{reason}",
            self.info.volume,
            separator(&reason)
        );
        self.info = info(MountState::Unmounted, &self.info.volume, &reason);
        self.clients = Clients::default();
        settled.and(outcome.map_err(Error::from))
    }

    fn with_all<T>(
        &mut self,
        call: impl FnOnce(&mut FileSystem<D>, &mut Gather) -> Result<T, crate::Error>,
    ) -> Result<T, Error> {
        let files = self.files.as_mut().ok_or(Error::NotMounted)?;
        call(files, &mut self.gather).map_err(|error| self.noted(error))
    }

    /// Remembers an error that concerns the whole volume, for those who ask how it is.
    fn noted(&mut self, error: crate::Error) -> Error {
        let state = match error {
            crate::Error::Gone => MountState::Failed,
            crate::Error::Failed => MountState::ReadOnly,
            crate::Error::Damaged(_) => self.info.state,
            _ => return error.into(),
        };
        let reason = clipped(&error.to_string());
        if self.info.reason != reason {
            log!("{}: {error}", self.info.volume);
            self.info = Info {
                state,
                reason,
                ..self.info.clone()
            };
        }
        error.into()
    }
}

fn separator(text: &str) -> &'static str {
    if text.is_empty() { "" } else { ": " }
}

fn info(state: MountState, volume: &str, reason: &str) -> Info {
    Info {
        state,
        root: Node::ROOT.raw().into(),
        kind: clipped("ext4"),
        volume: clipped(volume),
        reason: clipped(reason),
    }
}

/// As much of a text as fits.
fn clipped<const N: usize>(text: &str) -> Text<N> {
    let mut clipped = Text::new();
    for letter in text.chars() {
        if clipped.push(letter).is_err() {
            break;
        }
    }
    clipped
}
