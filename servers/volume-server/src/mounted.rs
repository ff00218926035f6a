//! What a server serves: a volume that is mounted, or the reason why none is.

use alloc::boxed::Box;
use alloc::string::ToString;
use alloc::vec::Vec;

use libipc::codec::Text;
use libipc::lend::Borrower;
use libipc::log;
use proto::filesystem::{Error, Info, MountState};

use crate::Volume;
use crate::clients::Clients;
use crate::gather::Gather;

/// Looks for a volume where there was none.
pub type Again<V> = Box<dyn FnMut() -> Option<Mounted<V>>>;

/// A volume in one of its states.
pub struct Mounted<V> {
    /// What is done when somebody asks for a volume that was not there.
    again: Option<Again<V>>,
    files: Option<V>,
    gather: Gather,
    info: Info,
    /// What clients have open.
    pub(crate) clients: Clients,
    /// What clients lend to be filled.
    pub(crate) borrower: Borrower,
    /// Bytes on their way into a lent buffer.
    pub(crate) scratch: Vec<u8>,
}

impl<V: Volume> Mounted<V> {
    /// Lets clients lend buffers.
    #[must_use]
    pub fn borrowing(self, borrower: Borrower) -> Self {
        Self { borrower, ..self }
    }

    /// Looks again when somebody asks for a volume that was not there.
    #[must_use]
    pub fn looking(self, again: Again<V>) -> Self {
        let again = Some(again);
        Self { again, ..self }
    }

    /// Whether there is no volume, and none that could not be mounted.
    #[must_use]
    pub fn is_absent(&self) -> bool {
        self.info.state == MountState::Absent
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

    /// A volume that is mounted.
    #[must_use]
    pub fn with(mut files: V, name: &str) -> Self {
        let blocks = files.space().map_or(0, |space| space.blocks);
        let (state, reason) = match files.restriction() {
            Some(restriction) => (MountState::ReadOnly, restriction),
            None => (MountState::Mounted, files.warning().unwrap_or_default()),
        };
        log!(
            "{name} is mounted, {blocks} blocks{}{reason}",
            separator(&reason)
        );
        Self {
            again: None,
            files: Some(files),
            gather: Gather::default(),
            info: info::<V>(state, name, &reason),
            clients: Clients::default(),
            borrower: Borrower::default(),
            scratch: Vec::new(),
        }
    }

    fn without(state: MountState, name: &str, reason: &str) -> Self {
        log!("{name}{}{reason}", separator(name));
        Self {
            again: None,
            files: None,
            gather: Gather::default(),
            info: info::<V>(state, name, reason),
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
        look: impl FnOnce(&mut V) -> Result<T, V::Error>,
    ) -> Result<T, Error> {
        self.with_all(|files, gather| {
            gather.settle(files)?;
            look(files)
        })
    }

    /// Changes the volume.
    pub(crate) fn change<T>(
        &mut self,
        change: impl FnOnce(&mut V) -> Result<T, V::Error>,
    ) -> Result<T, Error> {
        self.with_all(|files, gather| {
            gather.forget();
            gather.settle(files)?;
            change(files)
        })
    }

    /// Reads from a file.
    pub(crate) fn read(&mut self, node: u64, at: u64, output: &mut [u8]) -> Result<usize, Error> {
        self.with_all(|files, gather| gather.read(files, (node, at), output))
    }

    /// Writes into a file.
    pub(crate) fn write(&mut self, node: u64, at: u64, data: &[u8]) -> Result<(), Error> {
        self.with_all(|files, gather| gather.write(files, (node, at), data))
    }

    /// Unmounts the volume and lets go of its memory.
    pub(crate) fn unmount(&mut self) -> Result<(), Error> {
        if self.files.is_none() {
            return Err(Error::NotMounted);
        }
        let settled = self.look(|_| Ok(()));
        let mut files = self.files.take().ok_or(Error::NotMounted)?;
        let outcome = files.unmount();
        let outcome = outcome.map_err(|error| (error.to_string(), error.into()));
        let reason = outcome
            .as_ref()
            .err()
            .map(|(text, _)| text.clone())
            .unwrap_or_default();
        log!(
            "{} is unmounted{}{reason}",
            self.info.volume,
            separator(&reason)
        );
        self.info = info::<V>(MountState::Unmounted, &self.info.volume, &reason);
        self.clients = Clients::default();
        settled.and(outcome.map_err(|(_, error)| error))
    }

    /// Looks for a volume that was not there.
    fn look_again(&mut self) {
        if !self.is_absent() {
            return;
        }
        let found = self.again.as_mut().and_then(|again| again());
        if let Some(found) = found {
            (self.files, self.info, self.again) = (found.files, found.info, None);
        }
    }

    fn with_all<T>(
        &mut self,
        call: impl FnOnce(&mut V, &mut Gather) -> Result<T, V::Error>,
    ) -> Result<T, Error> {
        if self.files.is_none() {
            self.look_again();
        }
        let files = self.files.as_mut().ok_or(Error::NotMounted)?;
        call(files, &mut self.gather).map_err(|error| self.noted(error))
    }

    /// Remembers an error that concerns the whole volume, for those who ask how it is.
    fn noted(&mut self, error: V::Error) -> Error {
        let text = error.to_string();
        let error = error.into();
        let state = match error {
            Error::Gone => MountState::Failed,
            Error::Failed => MountState::ReadOnly,
            Error::Damaged => self.info.state,
            _ => return error,
        };
        let reason = clipped(&text);
        if self.info.reason != reason {
            log!("{}: {text}", self.info.volume);
            self.info = Info {
                state,
                reason,
                ..self.info.clone()
            };
        }
        error
    }
}

fn separator(text: &str) -> &'static str {
    if text.is_empty() { "" } else { ": " }
}

fn info<V: Volume>(state: MountState, volume: &str, reason: &str) -> Info {
    Info {
        state,
        root: V::ROOT,
        kind: clipped(V::KIND),
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
