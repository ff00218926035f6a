//! What is measured: candidates, where their two ends run, and how they wait.

use std::fmt;
use std::str::FromStr;

use crate::wait::Policy;

/// What carries the messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The shared ring; its slot is the message of 64 bytes, 44 of which are operation and payload.
    Ring,
    /// The shared ring with 64 bytes of payload in a pool; answers have 64 bytes in a pool too.
    RingPool,
    /// The generated stubs of an interface, over the ring and calls of `libipc-hosted`.
    Stub,
    /// A pair of Unix stream sockets.
    Unix,
    /// Two pipes.
    Pipe,
    /// Two POSIX message queues.
    Mq,
    /// Two services of `iceoryx2`, if this program was built with it.
    Iceoryx,
    /// Two `crossbeam_queue::ArrayQueue`, between threads.
    Crossbeam,
    /// Two `rtrb` rings, between threads.
    Rtrb,
}

impl Kind {
    pub(crate) const ALL: [Self; 9] = [
        Self::Ring,
        Self::RingPool,
        Self::Stub,
        Self::Unix,
        Self::Pipe,
        Self::Mq,
        Self::Iceoryx,
        Self::Crossbeam,
        Self::Rtrb,
    ];

    /// Whether it is this project's.
    pub(crate) fn is_ours(self) -> bool {
        matches!(self, Self::Ring | Self::RingPool | Self::Stub)
    }

    /// Whether it works where the two ends are.
    pub(crate) fn works_in(self, place: Place) -> bool {
        match self {
            Self::Ring | Self::RingPool => true,
            Self::Stub | Self::Unix | Self::Pipe | Self::Mq => place == Place::Processes,
            Self::Iceoryx => self.is_built() && place == Place::Processes,
            Self::Crossbeam | Self::Rtrb => place == Place::Threads,
        }
    }

    /// Whether this program was built with it.
    pub(crate) fn is_built(self) -> bool {
        cfg!(feature = "iceoryx2") || self != Self::Iceoryx
    }

    /// Whether its ends can wait so. The queues of other crates cannot block; what is in the
    /// kernel always can, so that there is no reason to poll it for ever. On one core nobody spins,
    /// because the other side cannot run meanwhile.
    pub(crate) fn waits(self, policy: Policy, cores: Cores) -> bool {
        match (policy, self) {
            (Policy::Spin, _) if cores == Cores::Same => false,
            (Policy::Adaptive, _) => self == Self::Stub,
            (_, Self::Ring | Self::RingPool | Self::Stub) => true,
            (Policy::Poll, _) => matches!(self, Self::Iceoryx | Self::Crossbeam | Self::Rtrb),
            (Policy::Spin | Policy::Block, _) => matches!(self, Self::Unix | Self::Pipe | Self::Mq),
        }
    }

    /// Whether it takes many messages in one operation.
    pub(crate) fn batches(self) -> bool {
        !matches!(self, Self::Mq | Self::Iceoryx | Self::Crossbeam)
    }
}

/// Where the two ends are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// In two processes.
    Processes,
    /// In two threads of one process.
    Threads,
}

/// Which cores the two ends are bound to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cores {
    /// To two cores.
    Apart,
    /// Both to the same core.
    Same,
}

macro_rules! names {
    ($type:ty: $($value:path = $name:literal),+ $(,)?) => {
        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(match self { $($value => $name),+ })
            }
        }

        impl FromStr for $type {
            type Err = ();

            fn from_str(name: &str) -> Result<Self, ()> {
                match name { $($name => Ok($value),)+ _ => Err(()) }
            }
        }
    };
}

names!(Kind:
    Kind::Ring = "weft", Kind::RingPool = "weft-pool", Kind::Stub = "weft-stub", Kind::Unix = "unix-stream",
    Kind::Pipe = "pipe", Kind::Mq = "posix-mq", Kind::Iceoryx = "iceoryx2", Kind::Crossbeam = "crossbeam-queue",
    Kind::Rtrb = "rtrb",
);
names!(Place: Place::Processes = "processes", Place::Threads = "threads");
names!(Cores: Cores::Apart = "apart", Cores::Same = "same");

/// What is done with a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Job {
    /// Messages one way, so many at once.
    OneWay(usize),
    /// One request at a time, and its answer.
    RoundTrip,
}

impl Job {
    pub(crate) const ALL: [Self; 3] = [Self::OneWay(1), Self::OneWay(32), Self::RoundTrip];
}

impl fmt::Display for Job {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OneWay(batch) => write!(f, "one_way_{batch}"),
            Self::RoundTrip => f.write_str("round_trip"),
        }
    }
}

/// A candidate with its surroundings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Case {
    pub(crate) kind: Kind,
    pub(crate) place: Place,
    pub(crate) cores: Cores,
    pub(crate) policy: Policy,
}

impl Case {
    /// All cases that make sense.
    pub(crate) fn all() -> Vec<Self> {
        let mut cases = Vec::new();
        for place in [Place::Processes, Place::Threads] {
            for cores in [Cores::Apart, Cores::Same] {
                for policy in Policy::ALL {
                    cases.extend(Kind::ALL.map(|kind| Self {
                        kind,
                        place,
                        cores,
                        policy,
                    }));
                }
            }
        }
        cases.retain(|case| {
            case.kind.works_in(case.place) && case.kind.waits(case.policy, case.cores)
        });
        cases
    }

    /// The name of a job's figure.
    pub(crate) fn name(self, job: Job) -> String {
        format!("{self}.{job}")
    }

    /// The jobs that make sense.
    pub(crate) fn jobs(self) -> impl Iterator<Item = Job> {
        let batches = self.kind.batches();
        Job::ALL
            .into_iter()
            .filter(move |job| batches || !matches!(job, Job::OneWay(2..)))
    }
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}.{}.{}.{}",
            self.place, self.cores, self.kind, self.policy
        )
    }
}

impl FromStr for Case {
    type Err = ();

    fn from_str(name: &str) -> Result<Self, ()> {
        let parts: Vec<_> = name.split('.').collect();
        let [place, cores, kind, policy] = parts[..] else {
            return Err(());
        };
        Ok(Self {
            kind: kind.parse()?,
            place: place.parse()?,
            cores: cores.parse()?,
            policy: policy.parse()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_peer_stands_beside_the_ring_in_the_same_surroundings() {
        let cases = Case::all();
        for peer in cases.iter().filter(|case| !case.kind.is_ours()) {
            let ours = Case {
                kind: Kind::Ring,
                ..*peer
            };
            assert!(cases.contains(&ours), "{peer}");
        }
        for kind in Kind::ALL.into_iter().filter(|kind| kind.is_built()) {
            assert!(cases.iter().any(|case| case.kind == kind), "{kind}");
        }
    }

    #[test]
    fn names_tell_cases_apart_and_are_read_back() {
        let mut names: Vec<_> = Case::all().iter().map(Case::to_string).collect();
        names.sort();
        let count = names.len();
        names.dedup();
        assert_eq!(names.len(), count);
        for case in Case::all() {
            assert_eq!(case.to_string().parse(), Ok(case));
        }
        assert_eq!("threads.apart.weft".parse::<Case>(), Err(()));
    }
}
