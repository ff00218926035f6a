//! Which volume is where.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use libipc::codec::Text;
use libipc::lend::Lender;
use libipc::{Caller, Error as CallError, Transport};
use proto::filesystem::{self, Client, Info, Lasting, MountState};
use proto::vfs::{Error, Mount};

use crate::errors::passed_on;
use crate::known::Known;
use crate::path::names;

/// The number of a mount.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MountId(pub usize);

/// A volume and its place in the tree.
pub struct Mounted<T> {
    point: Vec<Vec<u8>>,
    path: String,
    info: Info,
    /// The volume's file system.
    pub filesystem: Client<T>,
    /// What comes with its connection.
    ties: Ties,
    /// Whether what it tells may be kept until it is asked for a change.
    lasts: bool,
}

/// What a connection to a file system has besides.
#[derive(Default)]
pub struct Ties {
    /// Lends it buffers.
    pub lender: Option<Lender>,
    /// Who is gone when the file system is. Without it nothing is kept of what the file system tells: nobody would say when
    /// that is worth nothing any more.
    pub end: Option<Caller>,
}

/// All mounts.
pub struct Mounts<T> {
    mounts: Vec<Mounted<T>>,
    /// Those whose volumes do not exist, or not yet.
    absent: Vec<Mounted<T>>,
    /// On the heap: it is moved about before anything is served.
    pub(crate) known: Box<Known>,
}

impl<T: Transport> Mounts<T> {
    /// No mounts.
    pub fn new() -> Self {
        Self {
            mounts: Vec::new(),
            absent: Vec::new(),
            known: Box::new(Known::new()),
        }
    }

    /// Asks a file system what it has mounted and puts that at a path. A volume that does not exist is left out until
    /// mounts are listed and it does; one that could not be mounted keeps its place, where every access says so.
    pub fn add(&mut self, path: &str, filesystem: Client<T>, ties: Ties) {
        let info = filesystem.info().unwrap_or_else(|_| gone(&unknown()));
        let mounts = match info.state {
            MountState::Absent => &mut self.absent,
            _ => &mut self.mounts,
        };
        let point = names(path.as_bytes()).unwrap_or_default();
        let point = point.into_iter().map(Vec::from).collect();
        // An older file system does not know the question.
        let lasts = ties.end.is_some() && filesystem.lasting() == Ok(Lasting::UntilChanged);
        mounts.push(Mounted {
            point,
            path: path.into(),
            info,
            filesystem,
            ties,
            lasts,
        });
    }

    /// The mount that a path lies in, and how many of its names lead there.
    pub fn of<N: AsRef<[u8]>>(&self, path: &[N]) -> Option<(MountId, usize)> {
        let (mount, rest) = self.within(path.iter().map(AsRef::as_ref))?;
        Some((mount, path.len() - rest.len()))
    }

    /// The mount that a path lies in, and the names that lead on from there.
    pub(crate) fn within<'n, N>(&self, path: N) -> Option<(MountId, N)>
    where
        N: Iterator<Item = &'n [u8]> + Clone,
    {
        let mut found = None;
        let mut deepest = 0;
        for (index, mount) in self.mounts.iter().enumerate() {
            let mut rest = path.clone();
            let is_inside = mount.point.len() >= deepest
                && mount.point.iter().all(|point| rest.next() == Some(point));
            if is_inside {
                deepest = mount.point.len();
                found = Some((MountId(index), rest));
            }
        }
        found
    }

    /// Whether a path is where a volume is mounted.
    pub fn is_point<N: AsRef<[u8]>>(&self, path: &[N]) -> bool {
        self.of(path).is_some_and(|(_, used)| used == path.len())
    }

    /// The file system of a mount that can be used.
    ///
    /// # Errors
    /// `NotMounted`.
    pub fn usable(&self, id: MountId) -> Result<&Client<T>, Error> {
        let mount = self.mounts.get(id.0).ok_or(Error::NotMounted)?;
        mount
            .is_usable()
            .then_some(&mount.filesystem)
            .ok_or(Error::NotMounted)
    }

    /// The same, with what lends it buffers if anything does.
    ///
    /// # Errors
    /// `NotMounted`.
    pub fn lending(&mut self, id: MountId) -> Result<(&Client<T>, Option<&mut Lender>), Error> {
        let mount = self.mounts.get_mut(id.0).ok_or(Error::NotMounted)?;
        if !mount.is_usable() {
            return Err(Error::NotMounted);
        }
        Ok((&mount.filesystem, mount.ties.lender.as_mut()))
    }

    /// The node of a volume's root, if what its file system tells may be kept.
    pub(crate) fn lasting_root(&self, id: MountId) -> Option<u64> {
        let mount = self.mounts.get(id.0)?;
        (mount.lasts && mount.is_usable()).then_some(mount.info.root)
    }

    /// What a file system answered. If it or its device is gone, nothing is kept of it from now on.
    ///
    /// # Errors
    /// Its error.
    pub(crate) fn told<R>(
        &mut self,
        id: MountId,
        answer: Result<R, CallError<filesystem::Error>>,
    ) -> Result<R, Error> {
        self.noted(id, answer.map_err(passed_on))
    }

    /// What came of requests to a file system, as [`told`](Self::told).
    ///
    /// # Errors
    /// Its error.
    pub(crate) fn noted<R>(&mut self, id: MountId, outcome: Result<R, Error>) -> Result<R, Error> {
        if matches!(outcome, Err(Error::Gone)) {
            self.distrust(id);
        }
        outcome
    }

    /// Forgets what is known of the volume of a file system that is gone.
    pub(crate) fn note_gone(&mut self, client: Caller) {
        for index in 0..self.mounts.len() {
            let mount = self.mounts.get(index);
            if mount.is_some_and(|mount| mount.ties.end == Some(client)) {
                self.distrust(MountId(index));
            }
        }
    }

    fn distrust(&mut self, id: MountId) {
        self.known.forget_all(id);
        if let Some(mount) = self.mounts.get_mut(id.0) {
            mount.lasts = false;
        }
    }

    /// Every mount that can be used.
    pub fn all_usable(&self) -> impl Iterator<Item = MountId> {
        let all = (0..self.mounts.len()).map(MountId);
        all.filter(|id| self.usable(*id).is_ok())
    }

    /// Puts volumes that have come into being at their paths, behind all others.
    fn find(&mut self) {
        let come = self.absent.extract_if(.., |mount| {
            mount.look();
            mount.info.state != MountState::Absent
        });
        self.mounts.extend(come);
    }

    /// Describes mounts from a number on, as their file systems see them now; from the first on, also those that have come.
    pub fn describe(&mut self, first: u32) -> impl Iterator<Item = Mount> {
        if first == 0 {
            self.find();
        }
        self.mounts.iter_mut().skip(first as usize).map(|mount| {
            mount.look();
            let Info {
                state,
                kind,
                volume,
                reason,
                ..
            } = mount.info.clone();
            let path = Text::try_from(mount.path.as_str()).unwrap_or_default();
            Mount {
                path,
                state,
                kind,
                volume,
                reason,
            }
        })
    }

    /// Notes that all volumes were unmounted, and that none will come.
    pub fn close_all(&mut self) {
        self.absent.clear();
        self.mounts
            .iter_mut()
            .for_each(|mount| mount.info.state = MountState::Unmounted);
    }
}

impl<T: Transport> Mounted<T> {
    fn is_usable(&self) -> bool {
        matches!(self.info.state, MountState::Mounted | MountState::ReadOnly)
    }

    /// Asks how the volume is now.
    fn look(&mut self) {
        let info = self.filesystem.info();
        self.info = info.unwrap_or_else(|_| gone(&self.info));
    }
}

impl<T: Transport> Default for Mounts<T> {
    fn default() -> Self {
        Self::new()
    }
}

/// What is known of a volume whose file system never answered.
fn unknown() -> Info {
    Info {
        state: MountState::Failed,
        root: 0,
        kind: Text::default(),
        volume: Text::default(),
        reason: Text::default(),
    }
}

/// What is known of a volume whose file system does not answer any more.
fn gone(known: &Info) -> Info {
    let reason = "its file-system server has died; restart the machine to mount it again";
    Info {
        state: MountState::Failed,
        reason: Text::try_from(reason).unwrap_or_default(),
        ..known.clone()
    }
}
