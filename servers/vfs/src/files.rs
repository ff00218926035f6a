//! The open files of each client.

use alloc::vec::Vec;

use libipc::Caller;
use libipc::codec::List;
use proto::filesystem::{Cursor, Entry};
use proto::vfs::{Error, MAX_ENTRIES, OpenFlags};

use crate::mounts::MountId;
use crate::shown::Shown;

/// How many files a client may have open.
pub const MAX_OPEN: usize = 64;
/// How many directories a client may list at once, and all clients together: each takes up to 2 KiB.
const MAX_LISTED: usize = 16;
const MAX_LISTED_BY_ALL: usize = 64;

const _: () = assert!(size_of::<Listing>() <= 2 << 10);

/// An open file or directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct File {
    /// The volume it is on.
    pub mount: MountId,
    /// Its number there.
    pub node: u64,
    /// What it was opened for.
    pub flags: OpenFlags,
    /// Whether its file system was told that it is open.
    pub is_told: bool,
    /// Whether it was written: a write may wait in its file system and fail later.
    pub is_written: bool,
}

impl File {
    /// The file, if it was opened for all of `flags`.
    fn opened_for(self, flags: OpenFlags) -> Result<Self, Error> {
        let may = self.flags.contains(flags);
        may.then_some(self).ok_or(Error::NotPermitted)
    }
}

/// How far a directory was listed.
pub struct Listing {
    number: u32,
    /// Where its file system goes on.
    pub cursor: Cursor,
    /// What the file system has told and the client has not been given, the last entry first.
    pub waiting: List<Entry, { MAX_ENTRIES as usize }>,
}

/// One client's files; a file's number is its place.
struct Session {
    client: Caller,
    files: Vec<Option<File>>,
    /// The directories among them that are being listed.
    listings: Vec<Listing>,
    /// What lies in the pool that it reads.
    shown: Shown,
}

/// All open files.
#[derive(Default)]
pub struct Files {
    sessions: Vec<Session>,
}

impl Files {
    /// Adds a file and gives its number.
    ///
    /// # Errors
    /// `TooManyOpen`.
    pub fn open(&mut self, client: Caller, file: File) -> Result<u32, Error> {
        let session = self.session(client);
        let place = session
            .files
            .iter()
            .position(Option::is_none)
            .unwrap_or(session.files.len());
        if place >= MAX_OPEN {
            return Err(Error::TooManyOpen);
        }
        match session.files.get_mut(place) {
            Some(free) => *free = Some(file),
            None => session.files.push(Some(file)),
        }
        Ok(place as u32)
    }

    /// A client's file that was opened for all of `flags`.
    ///
    /// # Errors
    /// `NotOpen`, `NotPermitted`.
    pub fn get(&self, client: Caller, number: u32, flags: OpenFlags) -> Result<File, Error> {
        let session = self
            .sessions
            .iter()
            .find(|session| session.client == client);
        let file = session.and_then(|session| *session.files.get(number as usize)?);
        file.ok_or(Error::NotOpen)?.opened_for(flags)
    }

    /// A client's file that it may read, and what lies in the pool that the client reads.
    ///
    /// # Errors
    /// As [`get`](Self::get).
    #[inline]
    pub(crate) fn reading(
        &mut self,
        client: Caller,
        number: u32,
    ) -> Result<(File, &mut Shown), Error> {
        let mut sessions = self.sessions.iter_mut();
        let session = sessions.find(|session| session.client == client);
        let session = session.ok_or(Error::NotOpen)?;
        let file = session.files.get(number as usize).copied().flatten();
        let file = file.ok_or(Error::NotOpen)?.opened_for(OpenFlags::READ)?;
        Ok((file, &mut session.shown))
    }

    /// A client's file that it may write, and is taken to have written from now on.
    ///
    /// # Errors
    /// As [`get`](Self::get).
    pub fn written(&mut self, client: Caller, number: u32) -> Result<File, Error> {
        let mut sessions = self.sessions.iter_mut();
        let session = sessions.find(|session| session.client == client);
        let file = session.and_then(|session| session.files.get_mut(number as usize)?.as_mut());
        let file = file.ok_or(Error::NotOpen)?;
        file.opened_for(OpenFlags::WRITE)?;
        file.is_written = true;
        Ok(*file)
    }

    /// Lets an open directory be listed from its start.
    ///
    /// # Errors
    /// `TooManyOpen` if the client lists as many as it may, `NoMemory` if all clients together do.
    pub fn list(&mut self, client: Caller, number: u32) -> Result<(), Error> {
        let all = self.sessions.iter().map(|session| session.listings.len());
        if all.sum::<usize>() >= MAX_LISTED_BY_ALL {
            return Err(Error::NoMemory);
        }
        let listings = &mut self.session(client).listings;
        if listings.len() >= MAX_LISTED {
            return Err(Error::TooManyOpen);
        }
        let cursor = Cursor {
            first: 0,
            second: 0,
        };
        listings.push(Listing {
            number,
            cursor,
            waiting: List::new(),
        });
        Ok(())
    }

    /// How far a directory was listed.
    ///
    /// # Errors
    /// `NotOpen` if it is not being listed.
    pub fn listing(&mut self, client: Caller, number: u32) -> Result<&mut Listing, Error> {
        let mut listings = self.session(client).listings.iter_mut();
        let listing = listings.find(|listing| listing.number == number);
        listing.ok_or(Error::NotOpen)
    }

    /// Takes a file away.
    ///
    /// # Errors
    /// `NotOpen`.
    pub fn close(&mut self, client: Caller, number: u32) -> Result<File, Error> {
        let session = self.session(client);
        session.listings.retain(|listing| listing.number != number);
        session
            .files
            .get_mut(number as usize)
            .and_then(Option::take)
            .ok_or(Error::NotOpen)
    }

    /// The files on a volume of which its file system does not know that they are open.
    pub fn untold(&mut self, mount: MountId) -> impl Iterator<Item = &mut File> {
        let sessions = self.sessions.iter_mut();
        let files = sessions.flat_map(|session| session.files.iter_mut().flatten());
        files.filter(move |file| file.mount == mount && !file.is_told)
    }

    /// Takes all files of a client away.
    pub fn end(&mut self, client: Caller) -> Vec<File> {
        let Some(index) = self
            .sessions
            .iter()
            .position(|session| session.client == client)
        else {
            return Vec::new();
        };
        self.sessions
            .swap_remove(index)
            .files
            .into_iter()
            .flatten()
            .collect()
    }

    /// Takes every file away.
    pub fn end_all(&mut self) -> Vec<File> {
        let sessions = core::mem::take(&mut self.sessions);
        sessions
            .into_iter()
            .flat_map(|session| session.files)
            .flatten()
            .collect()
    }

    fn session(&mut self, client: Caller) -> &mut Session {
        let known = self
            .sessions
            .iter()
            .position(|session| session.client == client);
        let index = known.unwrap_or_else(|| {
            self.sessions.push(Session {
                client,
                files: Vec::new(),
                listings: Vec::new(),
                shown: Shown::default(),
            });
            self.sessions.len() - 1
        });
        &mut self.sessions[index]
    }
}
