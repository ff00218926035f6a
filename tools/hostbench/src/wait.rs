//! How a side waits when it finds nothing.

use std::fmt;
use std::str::FromStr;
use std::time::{Duration, Instant};

use crate::plan::Cores;

/// How long a side spins before it blocks.
pub(crate) const SPIN: Duration = Duration::from_micros(100);
/// How long a side waits at most: its peer must be dead then.
pub(crate) const LONGEST: Duration = Duration::from_secs(10);
/// Tries between two looks at the clock.
const TRIES: u32 = 64;

/// What a side does while there is nothing to take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Policy {
    /// Looks again for ever, and never enters the kernel to wake anybody; gives way to others on
    /// its core.
    Poll,
    /// Looks again for 100 µs, then blocks.
    Spin,
    /// Blocks at once.
    Block,
    /// Looks again for about as long as blocking takes, as long as that pays.
    Adaptive,
}

impl Policy {
    pub(crate) const ALL: [Self; 4] = [Self::Poll, Self::Spin, Self::Block, Self::Adaptive];
}

impl fmt::Display for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Poll => "poll",
            Self::Spin => "spin",
            Self::Block => "block",
            Self::Adaptive => "adaptive",
        })
    }
}

impl FromStr for Policy {
    type Err = ();

    fn from_str(name: &str) -> Result<Self, ()> {
        Self::ALL
            .into_iter()
            .find(|policy| policy.to_string() == name)
            .ok_or(())
    }
}

/// What to do after a look that found nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    /// Look again.
    Look,
    /// Block until woken.
    Block,
    /// Give up: the peer is dead.
    GiveUp,
}

/// One wait, from the first look that found nothing.
#[derive(Debug)]
pub(crate) struct Patience {
    policy: Policy,
    cores: Cores,
    tries: u32,
    since: Option<Instant>,
}

impl Patience {
    pub(crate) fn new(policy: Policy, cores: Cores) -> Self {
        Self {
            policy,
            cores,
            tries: 0,
            since: None,
        }
    }

    pub(crate) fn policy(&self) -> Policy {
        self.policy
    }

    /// Something was found.
    #[inline]
    pub(crate) fn found(&mut self) {
        self.tries = 0;
        self.since = None;
    }

    /// Nothing was found.
    #[inline]
    pub(crate) fn next(&mut self) -> Next {
        // Whoever adapts does so within the library.
        if matches!(self.policy, Policy::Block | Policy::Adaptive) {
            return Next::Block;
        }
        self.tries = self.tries.wrapping_add(1);
        if self.policy == Policy::Poll && self.cores == Cores::Same {
            std::thread::yield_now();
        } else if !self.tries.is_multiple_of(TRIES) {
            std::hint::spin_loop();
            return Next::Look;
        }
        self.look_at_clock()
    }

    #[cold]
    fn look_at_clock(&mut self) -> Next {
        let waited = self.since.get_or_insert_with(Instant::now).elapsed();
        match self.policy {
            _ if waited > LONGEST => Next::GiveUp,
            Policy::Poll => {
                if waited > SPIN {
                    std::thread::yield_now();
                }
                Next::Look
            }
            _ if waited > SPIN => Next::Block,
            _ => Next::Look,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_blocks_never_looks_twice() {
        assert_eq!(
            Patience::new(Policy::Block, Cores::Apart).next(),
            Next::Block
        );
    }

    #[test]
    fn whoever_spins_blocks_in_the_end() {
        let mut patience = Patience::new(Policy::Spin, Cores::Apart);
        assert_eq!(patience.next(), Next::Look);
        let begin = Instant::now();
        while patience.next() == Next::Look {
            assert!(begin.elapsed() < LONGEST, "it spins for ever");
        }
        assert!(begin.elapsed() >= SPIN);
    }

    #[test]
    fn policies_are_known_by_their_names() {
        for policy in Policy::ALL {
            assert_eq!(policy.to_string().parse(), Ok(policy));
        }
        assert_eq!("nap".parse::<Policy>(), Err(()));
    }
}
