//! From a path to a node.
//!
//! A file system follows as many names as it can in one request and stops at a symbolic link, which may lead to another volume
//! and so is followed here. `..` leads up from where the names before it really lead, also across a mount point, so the path
//! is followed piece by piece up to each `..`.
//!
//! Before that, a path is followed name by name through what is known: as its bytes stand there, if all is ([`Mounts::known_at`]), and
//! otherwise a name that is not is asked for and known from then on, so that a path that was used before leads to its end without a
//! request. Paths with `..` and links go the other way.

use alloc::vec::Vec;

use libipc::Transport;
use proto::filesystem::{NodeKind, Place, Reach, Stat};
use proto::vfs::Error;

use crate::known::Child;
use crate::mounts::{MountId, Mounts};
use crate::path::{Names, join, names};

/// How many links a path may lead through.
const MAX_LINKS: usize = 32;
/// How long the part of a path is that a file system is asked for.
const MAX_PATH: usize = proto::filesystem::MAX_PATH as usize;
/// How many names a path may have with those of its links; each link can bring 500 of them.
const MAX_NAMES: usize = 1000;

/// What is done with a link at the end of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Last {
    /// It is followed.
    Follow,
    /// It is what is wanted.
    Keep,
}

/// Where a path leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The volume.
    pub mount: MountId,
    /// The number of what is there.
    pub node: u64,
    /// What it is.
    pub kind: NodeKind,
    /// Its properties, if they were told on the way.
    pub stat: Option<Stat>,
}

impl Found {
    /// Something of which a file system told the properties.
    pub(crate) fn told(mount: MountId, stat: Stat) -> Self {
        let Child { node, kind } = Child::of(&stat);
        let stat = Some(stat);
        Self {
            mount,
            node,
            kind,
            stat,
        }
    }
}

/// A path on its way.
struct Walk {
    /// Names that lead to a directory without links and `..`.
    done: Vec<Vec<u8>>,
    /// Names that are left.
    left: Vec<Vec<u8>>,
    links: usize,
}

/// What one step led to.
enum Step {
    Found(Found),
    /// The walk goes on.
    On,
}

impl<T: Transport> Mounts<T> {
    /// Where a path leads, if what is known says so and there is something. Nothing is asked and nothing kept; what is wrong with
    /// a path is told by those who follow it when this does not.
    pub(crate) fn known_at(&self, path: &[u8], last: Last) -> Option<(MountId, Child)> {
        let (mount, names) = self.within(Names::of(path)?)?;
        let mut at = Child {
            node: self.lasting_root(mount)?,
            kind: NodeKind::Directory,
        };
        for name in names {
            if at.kind != NodeKind::Directory {
                return None;
            }
            at = self.known.child(mount, at.node, name)??;
        }
        let is_end = at.kind != NodeKind::Link || last == Last::Keep;
        is_end.then_some((mount, at))
    }

    /// The properties of what a path leads to, in the same way.
    pub(crate) fn known_stat(&self, path: &[u8], last: Last) -> Option<&Stat> {
        let (mount, at) = self.known_at(path, last)?;
        self.known.stat(mount, at.node)
    }

    /// Follows the names of an absolute path.
    ///
    /// # Errors
    /// Why it leads nowhere.
    pub fn resolve<N: AsRef<[u8]>>(&mut self, path: &[N], last: Last) -> Result<Found, Error> {
        match self.by_names(path, last) {
            Some(found) => found,
            None => self.by_pieces(path, last),
        }
    }

    /// Follows a path by what is known; `None` if that does not lead to its end.
    fn by_names<N: AsRef<[u8]>>(&mut self, path: &[N], last: Last) -> Option<Result<Found, Error>> {
        let (mount, used) = self.of(path)?;
        let mut at = Child {
            node: self.lasting_root(mount)?,
            kind: NodeKind::Directory,
        };
        for name in path.get(used..)? {
            let name = name.as_ref();
            if at.kind != NodeKind::Directory || name == b".." {
                return None;
            }
            at = match self.child(mount, at.node, name) {
                Ok(Some(child)) => child,
                Ok(None) => return Some(Err(Error::NotFound)),
                Err(error) => return Some(Err(error)),
            };
        }
        if at.kind == NodeKind::Link && last == Last::Follow {
            return None;
        }
        let Child { node, kind } = at;
        let stat = None;
        Some(Ok(Found {
            mount,
            node,
            kind,
            stat,
        }))
    }

    /// What a name of a lasting volume leads to, as it is known or told now.
    ///
    /// # Errors
    /// Why that cannot be told. It may be the end of a write that waited, of which nothing is said a second time.
    fn child(
        &mut self,
        mount: MountId,
        directory: u64,
        name: &[u8],
    ) -> Result<Option<Child>, Error> {
        if let Some(known) = self.known.child(mount, directory, name) {
            return Ok(known);
        }
        let told = self.usable(mount)?.lookup(directory, name);
        let child = match self.told(mount, told) {
            Ok(stat) => {
                self.known.put_stat(mount, &stat);
                Some(Child::of(&stat))
            }
            Err(Error::NotFound) => None,
            Err(error) => return Err(error),
        };
        self.known.put_child(mount, directory, name, child);
        Ok(child)
    }

    /// The properties of what was found.
    ///
    /// # Errors
    /// Why they cannot be told.
    pub(crate) fn properties(&mut self, found: Found) -> Result<Stat, Error> {
        match found.stat {
            Some(stat) => Ok(stat),
            None => self.stat_of(found.mount, found.node),
        }
    }

    /// The properties of a node, as they are known or told now.
    ///
    /// # Errors
    /// Why they cannot be told.
    pub(crate) fn stat_of(&mut self, mount: MountId, node: u64) -> Result<Stat, Error> {
        let lasts = self.lasting_root(mount).is_some();
        if lasts && let Some(known) = self.known.stat(mount, node) {
            return Ok(*known);
        }
        let told = self.usable(mount)?.stat(node);
        let stat = self.told(mount, told)?;
        if lasts {
            self.known.put_stat(mount, &stat);
        }
        Ok(stat)
    }

    /// Follows a path by what file systems tell now.
    fn by_pieces<N: AsRef<[u8]>>(&mut self, path: &[N], last: Last) -> Result<Found, Error> {
        let left = path.iter().map(|name| name.as_ref().to_vec()).collect();
        let mut walk = Walk {
            done: Vec::new(),
            left,
            links: 0,
        };
        loop {
            if let Step::Found(found) = self.step(&mut walk, last)? {
                return Ok(found);
            }
        }
    }

    /// Follows the names up to the next `..`, or to the end.
    fn step(&mut self, walk: &mut Walk, last: Last) -> Result<Step, Error> {
        let up = walk.left.iter().position(|name| name == b"..");
        let end = up.unwrap_or(walk.left.len());
        let (mount, place, used) = self.walk(walk, end)?;
        if place.reach == Reach::Link {
            return self.follow(walk, mount, &place, used);
        }
        let Some(up) = up else {
            if place.stat.kind == NodeKind::Link && last == Last::Follow {
                return self.follow_last(walk, mount, &place);
            }
            return Ok(Step::Found(Found::told(mount, place.stat)));
        };
        if place.stat.kind == NodeKind::Link {
            return self.follow_at(walk, mount, &place, end - 1);
        }
        if place.stat.kind != NodeKind::Directory {
            return Err(Error::NotDirectory);
        }
        walk.done.extend(walk.left.drain(..=up).take(up));
        walk.done.pop();
        Ok(Step::On)
    }

    /// Asks the volume where the first `end` names that are left lead. Gives how many names of the whole path belong to the
    /// mount point.
    fn walk(&mut self, walk: &Walk, end: usize) -> Result<(MountId, Place, usize), Error> {
        let all: Vec<&[u8]> = walk
            .done
            .iter()
            .chain(walk.left.iter().take(end))
            .map(Vec::as_slice)
            .collect();
        let (mount, used) = self.of(&all).ok_or(Error::NotMounted)?;
        let inside = join(all.get(used..).unwrap_or_default());
        if inside.len() > MAX_PATH {
            return Err(Error::BadPath);
        }
        let place = self.usable(mount)?.walk(&inside);
        Ok((mount, self.told(mount, place)?, used))
    }

    /// A link stands before the end of what was asked: finds which name it is.
    fn follow(
        &mut self,
        walk: &mut Walk,
        mount: MountId,
        place: &Place,
        used: usize,
    ) -> Result<Step, Error> {
        let all: Vec<&[u8]> = walk
            .done
            .iter()
            .chain(walk.left.iter())
            .map(Vec::as_slice)
            .collect();
        let inside = join(all.get(used..).unwrap_or_default());
        let before = inside.get(..place.rest as usize).unwrap_or_default();
        let through = used + names(before)?.len();
        let at = through
            .checked_sub(walk.done.len() + 1)
            .ok_or(Error::Damaged)?;
        self.follow_at(walk, mount, place, at)
    }

    fn follow_last(
        &mut self,
        walk: &mut Walk,
        mount: MountId,
        place: &Place,
    ) -> Result<Step, Error> {
        let at = walk.left.len().checked_sub(1).ok_or(Error::Damaged)?;
        self.follow_at(walk, mount, place, at)
    }

    /// Puts the target of a link into the place of the name number `at` of those that are left.
    fn follow_at(
        &mut self,
        walk: &mut Walk,
        mount: MountId,
        place: &Place,
        at: usize,
    ) -> Result<Step, Error> {
        walk.links += 1;
        if walk.links > MAX_LINKS {
            return Err(Error::LinkLoop);
        }
        let target = self.usable(mount)?.read_link(place.stat.node);
        let target = self.told(mount, target)?;
        let mut left: Vec<Vec<u8>> = names(&target)?.into_iter().map(Vec::from).collect();
        let mut old = core::mem::take(&mut walk.left).into_iter();
        walk.done.extend(old.by_ref().take(at));
        left.extend(old.skip(1));
        if target.first() == Some(&b'/') {
            walk.done.clear();
        }
        walk.left = left;
        if walk.done.len() + walk.left.len() > MAX_NAMES {
            return Err(Error::BadPath);
        }
        Ok(Step::On)
    }
}
