//! Waking the other side by futex: Linux's counterpart of a notification.
//!
//! The count in the waker's own page says how often it kicked; the sleeper remembers the last count
//! that it saw, so that a kick before the wait ends it at once.

use std::cell::Cell;
use std::sync::atomic::{AtomicU32, Ordering};

use libipc_ring::{PeerGone, Wake};
use rustix::fs::Timespec;
use rustix::io::Errno;
use rustix::thread::futex;

use crate::memory::Region;
use crate::wait::LONGEST;

/// One side's bell: the word that it rings, and the word that it listens to.
#[derive(Debug)]
pub(crate) struct Bell {
    own: &'static AtomicU32,
    peer: &'static AtomicU32,
    heard: Cell<u32>,
}

impl Bell {
    /// Binds the bells of this side's region, which it writes, and of the peer's.
    pub(crate) fn new(own: Region, peer: Region) -> Self {
        Self {
            own: own.bell(),
            peer: peer.bell(),
            heard: Cell::new(0),
        }
    }
}

impl Wake for Bell {
    fn kick(&self) {
        let count = self.own.load(Ordering::Relaxed).wrapping_add(1);
        self.own.store(count, Ordering::Release);
        // A futex that nobody waits at is nothing to complain about.
        let _woken = futex::wake(self.own, futex::Flags::empty(), 1);
    }

    fn wait(&self, _seen: u64) -> Result<(), PeerGone> {
        let heard = self.heard.get();
        let longest = Timespec {
            tv_sec: LONGEST.as_secs() as i64,
            tv_nsec: 0,
        };
        if self.peer.load(Ordering::Relaxed) == heard {
            let waited = futex::wait(self.peer, futex::Flags::empty(), heard, Some(&longest));
            if waited == Err(Errno::TIMEDOUT) {
                return Err(PeerGone);
            }
        }
        self.heard.set(self.peer.load(Ordering::Relaxed));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memory::{Access, Memory, open};

    #[test]
    fn a_kick_before_the_wait_ends_it_and_one_during_it_too() {
        let (a, b) = (
            Memory::new(0).expect("memory"),
            Memory::new(0).expect("memory"),
        );
        let own = a.map(Access::Write).expect("mapped");
        let peer = open(&b.path(), Access::Read).expect("mapped");
        let (far_own, far_peer) = (b.map(Access::Write).expect("mapped"), peer_of(&a));
        let bell = Bell::new(own, peer);
        Bell::new(far_own, far_peer).kick();
        assert_eq!(bell.wait(0), Ok(()));
        std::thread::scope(|scope| {
            scope.spawn(|| Bell::new(far_own, far_peer).kick());
            assert_eq!(bell.wait(0), Ok(()));
        });
    }

    fn peer_of(memory: &Memory) -> Region {
        open(&memory.path(), Access::Read).expect("mapped")
    }
}
