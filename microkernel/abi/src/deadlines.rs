//! Scheduling contexts with deadlines: their limits, and whether all deadlines can be met. The kernel decides so whom it
//! admits, and the composer whether a manifest makes sense.

/// The priority of all scheduling contexts with deadlines, and of nothing else.
pub const DEADLINE_PRIORITY: u8 = 47;

/// What scheduling contexts with deadlines may use of a core's time, in percent.
pub const DEADLINE_SHARE: u64 = 95;

/// How many scheduling contexts with deadlines a core takes.
pub const MAX_DEADLINES: usize = 64;

/// Parts of a core's time are counted in parts of this.
const WHOLE: u64 = 1 << 20;

/// What a scheduling context with deadlines asks for. All times are at most an hour.
#[derive(Clone, Copy, Debug)]
pub struct Demand {
    /// Time in each period, in ns.
    pub budget_ns: u64,
    /// The period, in ns; deadlines are the ends of periods.
    pub period_ns: u64,
    /// The longest that others keep the processor from it, in ns.
    pub blocking_ns: u64,
}

impl Demand {
    /// The part of its period that a time is, rounded up.
    fn share(&self, time_ns: u64) -> u64 {
        let share = time_ns
            .saturating_mul(WHOLE)
            .checked_div(self.period_ns)
            .unwrap_or(u64::MAX);
        share.saturating_add(1)
    }
}

/// Of demands in the order of their periods, the first with which deadlines could be missed: all with periods up to its
/// own, and the longest that others keep the processor from one of its period, want more than there is. It is the
/// last of its period.
pub fn first_missed(demands: impl IntoIterator<Item = Demand>) -> Option<usize> {
    greatest_use(demands).err()
}

/// How long others may take of each of their periods, which are at most `period_ns`, so that no demand (in the order of
/// periods) is missed: time and period in ns. `most` is what they get at most of a period, in percent.
///
/// They come before everybody, at any time within a period: at the end of one and at once in the next. So in k periods they
/// take their part k + 1 times at most, and half of what demands leave is theirs.
pub fn left_for_others(
    demands: impl IntoIterator<Item = Demand> + Clone,
    period_ns: u64,
    most: u64,
) -> (u64, u64) {
    let shortest = demands.clone().into_iter().next();
    let period = shortest.map_or(period_ns, |first| first.period_ns.min(period_ns));
    let used = greatest_use(demands).unwrap_or(WHOLE);
    let share = (WHOLE.saturating_sub(used) / 2).min(most.saturating_mul(WHOLE / 100));
    (period.saturating_mul(share) / WHOLE, period)
}

/// The greatest part of a core's time that demands with periods up to some one want; or the first that does not fit.
fn greatest_use(demands: impl IntoIterator<Item = Demand>) -> Result<u64, usize> {
    let limit = DEADLINE_SHARE.saturating_mul(WHOLE / 100);
    let mut demands = demands.into_iter().enumerate().peekable();
    let (mut used, mut blocking, mut greatest) = (0_u64, 0_u64, 0_u64);
    while let Some((index, demand)) = demands.next() {
        used = used.saturating_add(demand.share(demand.budget_ns));
        blocking = blocking.max(demand.share(demand.blocking_ns));
        let next = demands.peek().map(|(_, next)| next.period_ns);
        if next == Some(demand.period_ns) {
            continue;
        }
        let wanted = used.saturating_add(blocking);
        if wanted > limit || index >= MAX_DEADLINES {
            return Err(index);
        }
        greatest = greatest.max(wanted);
        blocking = 0;
    }
    Ok(greatest)
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn of_ten(budget_ns: u64, blocking_ns: u64) -> Demand {
        Demand {
            budget_ns,
            period_ns: 10,
            blocking_ns,
        }
    }

    #[test]
    fn demands_of_one_period_count_together_and_longer_ones_not_before_their_own() {
        assert_eq!(first_missed([]), None);
        assert_eq!(first_missed([of_ten(4, 0), of_ten(5, 0)]), None);
        assert_eq!(first_missed([of_ten(4, 1), of_ten(5, 0)]), Some(1));
        let longer = Demand {
            period_ns: 100,
            ..of_ten(10, 0)
        };
        assert_eq!(first_missed([of_ten(5, 4), longer]), None);
        assert_eq!(first_missed([of_ten(9, 0), longer]), Some(1));
        assert_eq!(first_missed([of_ten(6, 4), longer]), Some(0));
        let none = Demand {
            period_ns: 0,
            ..longer
        };
        assert_eq!(first_missed([none]), Some(0));
    }

    #[test]
    fn others_get_a_quarter_or_half_of_what_is_left() {
        assert_eq!(left_for_others([], 1000, 25), (249, 1000));
        let demand = |budget_ns| Demand {
            budget_ns,
            period_ns: 400,
            blocking_ns: 0,
        };
        let (time, period) = left_for_others([demand(100)], 1000, 25);
        assert_eq!((time, period), (99, 400));
        let (time, period) = left_for_others([demand(320)], 1000, 25);
        assert!((38..=40).contains(&time) && period == 400, "{time}");
        let long = Demand {
            period_ns: 4000,
            ..demand(3200)
        };
        let (time, period) = left_for_others([long], 1000, 25);
        assert!((98..=100).contains(&time) && period == 1000, "{time}");
    }
}
