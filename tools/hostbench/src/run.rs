//! The run: every candidate in turn, round after round, so that whatever drifts hits all alike.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use crate::figure::{Figure, Missing};
use crate::host::{self, Host};
use crate::link::{self, Lost, Near};
use crate::message::Op;
use crate::peer::Peer;
use crate::plan::{Case, Cores, Job, Kind};
use crate::wait::Policy;

/// Messages of the first try, from whose time the number of the next ones follows: more than the
/// ring holds, so that it comes to wait for room.
const FIRST: u64 = 4 * libipc_ring::MAX_CAPACITY as u64;
/// The fewest messages of a round.
const LEAST: f64 = 64.0;
/// The most messages of a round.
const LIMIT: f64 = 4e6;

/// How to measure.
#[derive(Clone, Debug)]
pub struct Options {
    /// Rounds that count; two more come first to warm up and to find how many messages fill a slice.
    pub rounds: usize,
    /// How long one job of one candidate lasts in a round, about.
    pub slice: Duration,
    /// Only cases whose name has this text.
    pub filter: String,
    /// The program that child processes run, with [`FAR`](crate::FAR) as their first argument.
    pub program: PathBuf,
}

/// What a run gives.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// Of which machine.
    pub host: Host,
    /// What was measured.
    pub figures: Vec<Figure>,
    /// What was not.
    pub missing: Vec<Missing>,
}

/// One job of one case.
struct Track {
    case: Case,
    job: Job,
    count: u64,
    values: Vec<f64>,
    lost: Option<String>,
}

/// A link with both ends.
struct Link {
    near: Box<dyn Near>,
    peer: Peer,
}

/// Measures. Binds the calling thread while it does.
#[must_use]
pub fn run(options: &Options) -> Report {
    let host = Host::describe();
    let cores = host::cores().unwrap_or_default();
    let mut tracks = Vec::new();
    let mut links = Vec::new();
    let near_core = cores.first().copied().unwrap_or_default();
    let bound = host::bind(&[near_core]).map_err(Lost::from);
    for case in Case::all() {
        if !case.to_string().contains(&options.filter) {
            continue;
        }
        let link = match &bound {
            Ok(()) => open(case, &cores, options),
            Err(Lost(why)) => Err(Lost(why.clone())),
        };
        let lost = link.as_ref().err().map(|Lost(why)| why.clone());
        tracks.extend(case.jobs().map(|job| Track::new(case, job, lost.clone())));
        links.extend(link.ok().map(|link| (case, link)));
    }
    tracks.sort_by_key(|track| Job::ALL.iter().position(|job| *job == track.job));
    for round in 0..options.rounds + 2 {
        for track in &mut tracks {
            if let Some((_, link)) = links.iter_mut().find(|(case, _)| *case == track.case) {
                track.once(link, options.slice, round);
            }
        }
    }
    drop(links);
    // What was allowed before is allowed again; if not, whoever called stays on one core.
    let _unbound = host::bind(&cores);
    report(host, &tracks)
}

fn open(case: Case, cores: &[usize], options: &Options) -> Result<Link, Lost> {
    let core = match case.cores {
        Cores::Same => cores.first(),
        Cores::Apart => cores.get(1),
    };
    let core = *core.ok_or_else(|| Lost("there is only one core".to_owned()))?;
    let opened = link::open(case)?;
    let peer = Peer::start(case, opened.invitation, core, &options.program)?;
    Ok(Link {
        near: (opened.meet)()?,
        peer,
    })
}

impl Link {
    /// Does a job once, and tells how long it took from the first message to the last answer. The
    /// other side is awake when time begins.
    fn time(&mut self, job: Job, count: u64) -> Result<Duration, Lost> {
        let near = &mut self.near;
        self.peer.go()?;
        near.greet()?;
        let begin = Instant::now();
        let (sum, op) = match job {
            Job::OneWay(batch) => (near.stream(count, batch)?, Op::Put),
            Job::RoundTrip => (near.converse(count)?, Op::Ask),
        };
        let took = begin.elapsed();
        if sum != link::right_sum(count, op) {
            return Err(Lost(
                "a message was lost, changed or out of order".to_owned(),
            ));
        }
        Ok(took)
    }
}

impl Track {
    fn new(case: Case, job: Job, lost: Option<String>) -> Self {
        Self {
            case,
            job,
            count: FIRST,
            values: Vec::new(),
            lost,
        }
    }

    /// One round; the first two only find out how many messages fill a slice.
    fn once(&mut self, link: &mut Link, slice: Duration, round: usize) {
        if self.lost.is_some() {
            return;
        }
        match link.time(self.job, self.count) {
            Err(Lost(why)) => self.lost = Some(why),
            Ok(took) if round < 2 => {
                let fits = self.count as f64 * slice.as_secs_f64() / took.as_secs_f64();
                self.count = fits.clamp(LEAST, LIMIT) as u64;
            }
            Ok(took) => self.values.push(match self.job {
                Job::OneWay(_) => self.count as f64 / took.as_secs_f64(),
                Job::RoundTrip => took.as_secs_f64() * 1e9 / self.count as f64,
            }),
        }
    }

    fn name(&self) -> String {
        self.case.name(self.job)
    }

    fn figure(&self) -> Result<Figure, Missing> {
        let unit = match self.job {
            Job::OneWay(_) => "messages/s",
            Job::RoundTrip => "ns",
        };
        let figure = Figure::new(self.name(), unit, &self.values).filter(|_| self.lost.is_none());
        figure.ok_or_else(|| {
            let why = self
                .lost
                .clone()
                .unwrap_or_else(|| "no round was measured".to_owned());
            Missing::new(self.name(), why)
        })
    }

    /// The name of the ratio of one of ours to this one; it tells if ours waits in another way.
    fn ratio_name(&self, ours: &Track) -> String {
        let (name, kind, policy) = (self.name(), ours.case.kind, ours.case.policy);
        match policy == self.case.policy {
            true => format!("{name}.{kind}"),
            false => format!("{name}.{kind}-{policy}"),
        }
    }

    /// How far one of ours is ahead of this one, round by round.
    fn ratio(&self, ours: &Track) -> Option<Figure> {
        let pairs = ours.values.iter().zip(&self.values);
        let values: Vec<_> = match self.job {
            Job::OneWay(_) => pairs.map(|(ours, theirs)| ours / theirs).collect(),
            Job::RoundTrip => pairs.map(|(ours, theirs)| theirs / ours).collect(),
        };
        Figure::new(self.ratio_name(ours), "ratio", &values)
    }
}

fn report(host: Host, tracks: &[Track]) -> Report {
    let (mut figures, mut missing) = (Vec::new(), Vec::new());
    for track in tracks {
        match track.figure() {
            Ok(figure) => figures.push(figure),
            Err(why) => missing.push(why),
        }
    }
    for theirs in tracks.iter().filter(|track| !track.case.kind.is_ours()) {
        let kinds = Kind::ALL.into_iter().filter(|kind| kind.is_ours());
        let same = kinds.map(|kind| (kind, theirs.case.policy));
        // Whoever does not say how it waits blocks there, and adapts here.
        let usual = (theirs.case.policy == Policy::Block).then_some((Kind::Stub, Policy::Adaptive));
        for (kind, policy) in same.chain(usual) {
            let case = Case {
                kind,
                policy,
                ..theirs.case
            };
            let ours = tracks
                .iter()
                .find(|ours| ours.case == case && ours.job == theirs.job);
            figures.extend(ours.and_then(|ours| theirs.ratio(ours)));
        }
    }
    Report {
        host,
        figures,
        missing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn track(kind: &str, job: Job, values: &[f64]) -> Track {
        let case = format!("threads.apart.{kind}.poll")
            .parse()
            .expect("a case");
        Track {
            values: values.to_vec(),
            ..Track::new(case, job, None)
        }
    }

    #[test]
    fn a_ratio_above_one_means_that_the_ring_is_ahead() {
        let faster = track("weft", Job::OneWay(1), &[4.0, 9.0]);
        let ratio = track("rtrb", Job::OneWay(1), &[2.0, 3.0])
            .ratio(&faster)
            .expect("rounds");
        assert_eq!((ratio.min, ratio.max), (2.0, 3.0));
        assert_eq!(ratio.name, "threads.apart.rtrb.poll.one_way_1.weft");
        let shorter = track("weft", Job::RoundTrip, &[5.0]);
        let ratio = track("rtrb", Job::RoundTrip, &[10.0])
            .ratio(&shorter)
            .expect("rounds");
        assert_eq!(ratio.median, 2.0);
        let mut adaptive = track("weft-stub", Job::RoundTrip, &[5.0]);
        adaptive.case.policy = Policy::Adaptive;
        let ratio = track("pipe", Job::RoundTrip, &[10.0]).ratio(&adaptive);
        assert_eq!(
            ratio.expect("rounds").name,
            "threads.apart.pipe.poll.round_trip.weft-stub-adaptive"
        );
    }

    #[test]
    fn a_lost_track_is_missing_with_its_reason_and_no_figure() {
        let mut lost = track("rtrb", Job::RoundTrip, &[5.0]);
        lost.lost = Some("gone".to_owned());
        let report = report(
            Host::describe(),
            &[lost, track("weft", Job::RoundTrip, &[])],
        );
        assert_eq!(report.figures, []);
        let reasons: Vec<_> = report
            .missing
            .iter()
            .map(|missing| missing.error.as_str())
            .collect();
        assert_eq!(reasons, ["gone", "no round was measured"]);
    }
}
