//! Nothing: how often cores wake while all servers wait.

use bench::figure::IDLE_WAKEUPS;
use bench::report::Report;
use libipc::{Refusal, clock_ns};
use weft_sys::measure::{mark_begin, mark_end};

use super::Group;
use crate::check::{Outcome, done};
use crate::stage::Stage;

/// A core that wakes for nothing.
pub(crate) const WAKEUPS: Group = Group {
    figures: &[IDLE_WAKEUPS],
    run: wakeups,
};

/// For how long nobody has anything to do.
const SECONDS: u64 = 10;
const NANOSECONDS: u64 = 1_000_000_000;

/// Marks a stretch of waiting, at the end of which this thread is what wakes a core; whoever looks on counts.
fn wakeups(stage: &mut Stage, report: &mut Report) -> Outcome {
    let (whole, _) = stage.notification()?;
    let until = clock_ns() + SECONDS * NANOSECONDS;
    mark_begin(IDLE_WAKEUPS.number);
    let waited = whole.wait_until(until);
    mark_end(IDLE_WAKEUPS.number);
    match waited {
        Err(Refusal::TimedOut) => {
            report.add_stretch(IDLE_WAKEUPS, SECONDS);
            Ok(())
        }
        other => done("waiting", other).map(|_| ()),
    }
}
